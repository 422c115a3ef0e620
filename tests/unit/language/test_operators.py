"""Tests of laws that the operators obey for all values."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskdb_spec import compile_query
from taskdb_spec.language.evaluation import truncated_remainder
from taskdb_spec.records.ordering import class_of, sort_key
from tests.support.value_strategies import EDGES, NOON, sure, texts, values

NAN = float("nan")
GLOBS = st.text(alphabet="abA*?[]!^-\\.\n", max_size=7)

plain = values.filter(
    lambda value: not isinstance(value, dict) or not any(key.startswith("$") for key in value)
)
records = st.fixed_dictionaries({}, optional={"x": values})
tests = st.one_of(
    st.builds(
        lambda name, operand: {name: operand},
        st.sampled_from(["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"]),
        values,
    ),
    st.builds(
        lambda name, operands: {name: operands},
        st.sampled_from(["$in", "$nin", "$all"]),
        st.lists(plain, max_size=3),
    ),
    st.builds(lambda flag: {"$exists": flag}, st.booleans()),
    st.builds(lambda number: {"$size": number}, st.integers(0, 2)),
    st.builds(lambda number: {"$mod": [2, number]}, st.integers(-1, 1)),
)
paths = st.sampled_from(["x", "x.a", "x.0", "x.a.b", "x.0.a"])


def holds(record: dict[str, Any], query: dict[str, Any]) -> bool:
    answer = compile_query(query, fields=None)(record)
    assert type(answer) is bool
    return answer


@sure
@given(records, paths, plain, st.lists(plain, max_size=3), tests)
def test_complements(
    record: dict[str, Any], path: str, operand: Any, operands: list[Any], test: dict[str, Any]
) -> None:
    for first, second in (
        ({path: {"$eq": operand}}, {path: {"$ne": operand}}),
        ({path: {"$in": operands}}, {path: {"$nin": operands}}),
        ({path: {"$exists": True}}, {path: {"$exists": False}}),
        ({path: test}, {path: {"$not": test}}),
        ({path: {"$not": test}}, {path: {"$not": {"$not": test}}}),
        ({"$or": [{path: test}, {path: operand}]}, {"$nor": [{path: test}, {path: operand}]}),
    ):
        assert holds(record, first) is not holds(record, second)


@sure
@given(records, paths, plain, st.lists(plain, min_size=1, max_size=3), tests, tests)
def test_equivalences(
    record: dict[str, Any], path: str, operand: Any, operands: list[Any], one: Any, two: Any
) -> None:
    either = [{path: item} for item in operands]
    for first, second in (
        ({path: operand}, {path: {"$eq": operand}}),
        ({path: {"$in": operands}}, {"$or": either}),
        ({path: {"$all": operands}}, {"$and": either}),
        ({path: {"$lte": operand}}, {"$or": [{path: {"$lt": operand}}, {path: operand}]}),
        ({path: {"$gte": operand}}, {"$or": [{path: {"$gt": operand}}, {path: operand}]}),
        ({path: {**one, **two}}, {"$and": [{path: {k: v}} for k, v in {**one, **two}.items()]}),
    ):
        assert holds(record, first) is holds(record, second)


@sure
@given(records, paths)
def test_constants(record: dict[str, Any], path: str) -> None:
    assert holds(record, {})
    assert not holds(record, {path: {"$in": []}})
    assert holds(record, {path: {"$nin": []}})
    assert not holds(record, {path: {"$all": []}})
    assert not holds(record, {path: {"$lt": None}})
    assert not holds(record, {path: {"$gt": None}})
    assert not holds(record, {path: {"$lt": NAN}})
    assert not holds(record, {path: {"$gt": NAN}})


@sure
@given(values.filter(lambda value: not isinstance(value, list)), values)
def test_order_is_within_the_class(value: Any, operand: Any) -> None:
    expected = {
        "$lt": sort_key(value) < sort_key(operand),
        "$lte": sort_key(value) <= sort_key(operand),
        "$gt": sort_key(value) > sort_key(operand),
        "$gte": sort_key(value) >= sort_key(operand),
    }
    comparable = class_of(value) == class_of(operand)
    if value != value or operand != operand:  # NaN equals itself and is beside all others
        expected = {name: sort_key(value) == sort_key(operand) and "e" in name for name in expected}
    for name, answer in expected.items():
        assert holds({"x": value}, {"x": {name: operand}}) is (comparable and answer)


@pytest.mark.parametrize("name", ["$eq", "$lte", "$gte"])
def test_nan_is_found_by_equality(name: str) -> None:
    assert holds({"x": NAN}, {"x": {name: float("nan")}})
    assert not holds({"x": 1.0}, {"x": {name: NAN}})
    assert not holds({"x": NAN}, {"x": {name: 1.0}})


@sure
@given(st.sampled_from(EDGES) | st.floats(), st.integers(-(2**63), 2**63 - 1).filter(bool))
def test_the_remainder_has_the_sign_of_the_dividend(value: float, divisor: int) -> None:
    remainder = truncated_remainder(value, divisor)
    if remainder is None:
        assert value != value or not -(2**63) <= value < 2**63
    else:
        whole = int(value)
        assert (whole - remainder) % divisor == 0
        assert abs(remainder) < abs(divisor)
        assert remainder * whole >= 0


@pytest.mark.parametrize(
    "value", [True, None, "4", b"4", NOON, NAN, float("inf"), 1e300, {}, [[4]]]
)
def test_values_without_a_remainder(value: object) -> None:
    assert not holds({"x": value}, {"x": {"$mod": [4, 0]}})
    assert not holds({"x": value}, {"x": {"$mod": [1, 0]}})


@sure
@given(texts | st.text(alphabet="abA*?[]!^-\\.\n", max_size=4), GLOBS)
def test_glob_is_fnmatchcase(text: str, pattern: str) -> None:
    assert holds({"x": text}, {"x": {"$glob": pattern}}) is fnmatch.fnmatchcase(text, pattern)


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("abc", "a*", True),
        ("abc", "A*", False),
        ("abc", "b*", False),
        ("abc", "a?c", True),
        ("abc", "a[!b]c", False),
        ("abc", "a[!x]c", True),
        ("a^c", "a[^x]c", True),
        ("abc", "a[^x]c", False),
        ("a\nc", "a*c", True),
        ("abc\n", "abc", False),
        ("a[c", "a[[]c", True),
        ("", "*", True),
        ("", "", True),
        ("a", "", False),
    ],
)
def test_glob(text: str, pattern: str, expected: bool) -> None:
    query = {"x": {"$glob": pattern}}
    assert holds({"x": text}, query) is expected
    assert holds({"x": [5, None, text]}, query) is expected
    assert holds({"x": text}, {"x": {"$not": {"$glob": pattern}}}) is not expected
    assert not holds({"x": text.encode()}, query)


@pytest.mark.parametrize("value", [None, 5, b"a", ["b"], {"a": "a"}, NOON])
def test_only_text_is_searched(value: object) -> None:
    for test in ({"$regex": "a|^$|5"}, {"$glob": "*a*"}, {"$regex": "NONE", "$options": "i"}):
        assert not holds({"x": value}, {"x": test})


@pytest.mark.parametrize(
    ("pattern", "options", "expected"),
    [
        ("b", "", True),
        ("B", "", False),
        ("B", "i", True),
        ("^b", "", False),
        ("^b", "m", True),
        ("a.b", "", False),
        ("a.b", "s", True),
        ("A.B", "si", True),
        ("^A.B$", "sim", True),
        ("a$", "", False),
        ("a$", "mm", True),
    ],
)
def test_regex(pattern: str, options: str, expected: bool) -> None:
    query = {"x": {"$regex": pattern, "$options": options}}
    assert holds({"x": "a\nb"}, query) is expected
    assert holds({"x": ["z", "a\nb"]}, query) is expected
