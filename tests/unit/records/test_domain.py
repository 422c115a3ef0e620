"""Tests of the value domain: which values it has, their normal form, equality and order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import IntEnum, StrEnum
from fractions import Fraction
from gc import collect
from itertools import pairwise, product
from math import copysign, isnan
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskdb_spec.records.domain import (
    MAX_DEPTH,
    OutOfDomain,
    deep_copy,
    normalize,
    safe_repr,
    strictly_equal,
)
from taskdb_spec.records.ordering import ValueClass, class_of, sort_key
from tests.support.value_strategies import (
    NOON,
    blobs,
    floats,
    instants,
    ints,
    keys,
    sure,
    texts,
    values,
    zones,
)

NAN = float("nan")
BERLIN = ZoneInfo("Europe/Berlin")


def ids_of_containers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [id(value), *(part for item in value.values() for part in ids_of_containers(item))]
    if isinstance(value, list):
        return [id(value), *(part for item in value for part in ids_of_containers(item))]
    return []


# Normal form


@sure
@given(values)
def test_normalized_values_are_equal_private_copies(value: Any) -> None:
    for copy in (normalize(value), deep_copy(normalize(value))):
        assert strictly_equal(copy, value)
        assert sort_key(copy) == sort_key(value)
        assert not set(ids_of_containers(copy)) & set(ids_of_containers(value))


@sure
@given(values)
def test_normalizing_twice_changes_nothing(value: Any) -> None:
    assert repr(normalize(normalize(value))) == repr(normalize(value))


def test_subclasses_become_the_plain_class() -> None:
    class Text(str):
        pass

    class Instant(datetime):
        pass

    class Colour(StrEnum):
        red = "red"

    class Number(IntEnum):
        one = 1

    class Real(float):
        pass

    class Blob(bytes):
        pass

    class Items(list[Any]):
        pass

    class Members(dict[Any, Any]):
        pass

    east = timezone(timedelta(hours=5))
    given = [
        *(Text("a"), Colour.red, Number.one, Real(1.5), Blob(b"a"), Items([Text("b")])),
        *(Instant(2012, 3, 4, tzinfo=UTC), Instant(2012, 3, 4, tzinfo=east)),
    ]
    plain = [str, str, int, float, bytes, list, datetime, datetime]
    assert [type(item) for item in normalize(given)] == plain
    assert type(normalize(given)[5][0]) is str
    document = normalize(Members({Colour.red: Members()}))
    assert type(document) is type(document["red"]) is dict
    assert [type(key) for key in document] == [str]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a"}, "value: a set is not a value of the domain"),
        ((1, 2), "value: a tuple is not"),
        (object(), "value: an object is not"),
        (bytearray(b"a"), "value: a bytearray is not"),
        (memoryview(b"a"), "value: a memoryview is not"),
        (Fraction(1, 2), "value: a Fraction is not"),
        (NOON.date(), "value: a date is not"),
        (2**63, "value: an int must lie in"),
        (-(2**63) - 1, "value: an int must lie in"),
        ("a\ud800", "value: a str must not hold lone surrogates"),
        ({"\udfff": 1}, "value: the key '\\udfff'"),
        ({1: 2}, "value: the key 1 is not a str"),
        (datetime(2012, 3, 4), "value: a datetime must have a time zone"),
        ([1, {"a": [None, {2}]}], "value[1]['a'][1]: a set is not"),
    ],
    ids=lambda item: type(item).__name__,
)
def test_values_outside_the_domain_are_rejected(value: object, text: str) -> None:
    with pytest.raises(OutOfDomain) as caught:
        normalize(value)
    assert str(caught.value).startswith(text)


def test_a_time_zone_without_an_offset_counts_as_none() -> None:
    class Unsure(tzinfo):
        def utcoffset(self, when: datetime | None) -> None:
            return None

    with pytest.raises(OutOfDomain, match="must have a time zone"):
        normalize(datetime(2012, 3, 4, tzinfo=Unsure()))


def test_the_depth_is_limited() -> None:
    deepest: Any = 1
    for _ in range(MAX_DEPTH):
        deepest = [deepest]
    assert strictly_equal(normalize(deepest), deepest)
    cycle: dict[str, Any] = {}
    cycle["a"] = cycle
    for too_deep in ([deepest], {"a": deepest}, cycle):
        with pytest.raises(OutOfDomain, match="nested more than 100 deep"):
            normalize(too_deep)


# Timestamps


def test_instants_are_kept_in_utc() -> None:
    west = timezone(timedelta(hours=-7))
    assert (
        str(normalize(datetime(2012, 3, 4, 5, 6, 7, 8, west))) == "2012-03-04 12:06:07.000008+00:00"
    )


def test_an_ambiguous_clock_time() -> None:
    first = datetime(2012, 10, 28, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    assert str(normalize(first)) == "2012-10-28 00:30:00+00:00"
    assert str(normalize(second)) == "2012-10-28 01:30:00+00:00"
    assert strictly_equal(first, normalize(first))
    assert strictly_equal(second, normalize(second))
    assert not strictly_equal(first, second)
    assert (
        sort_key(first)
        == sort_key(normalize(first))
        < sort_key(second)
        == sort_key(normalize(second))
    )


def test_a_clock_time_that_does_not_exist() -> None:
    skipped = datetime(2012, 3, 25, 2, 30, tzinfo=BERLIN)
    assert str(normalize(skipped)) == "2012-03-25 01:30:00+00:00"
    assert strictly_equal(skipped, normalize(skipped))


@pytest.mark.parametrize(("edge", "beyond"), [(datetime.min, 1), (datetime.max, -1)])
def test_the_first_and_the_last_instant(edge: datetime, beyond: int) -> None:
    assert normalize(edge.replace(tzinfo=UTC)) == edge.replace(tzinfo=UTC)
    inward = edge.replace(tzinfo=timezone(timedelta(hours=-beyond)))
    assert strictly_equal(normalize(inward), inward)
    with pytest.raises(OutOfDomain, match="years 1 to 9999"):
        normalize(edge.replace(tzinfo=timezone(timedelta(hours=beyond))))


@sure
@given(instants, zones)
def test_the_offset_does_not_matter(instant: datetime, zone: timezone) -> None:
    elsewhere = instant.astimezone(zone)
    assert strictly_equal(instant, elsewhere)
    assert sort_key(instant) == sort_key(elsewhere)
    assert hash(sort_key(instant)) == hash(sort_key(elsewhere))
    assert repr(normalize(instant)) == repr(normalize(elsewhere))


# Strict equality


@pytest.mark.parametrize(
    ("a", "b"),
    [
        *((1, 1.0), (1, True), (0, False), (0.0, False), ("a", b"a"), ("", None), ([], None)),
        *(([], {}), ([1], [1.0]), ({"a": 1}, {"a": True}), ([[0]], [[False]]), ([1], [1, 1])),
        *(({"a": 1}, {"b": 1}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ({}, {"a": None})),
        *((NAN, 0.0), (NOON, str(NOON)), (NOON, NOON.replace(tzinfo=None)), ((1,), [1])),
    ],
    ids=repr,
)
def test_values_that_are_not_strictly_equal(a: object, b: object) -> None:
    assert not strictly_equal(a, b)
    assert not strictly_equal(b, a)
    assert strictly_equal(a, a)


def test_nan_is_strictly_equal_at_any_depth() -> None:
    assert strictly_equal({"a": [float("nan")]}, {"a": [float("nan")]})


@sure
@given(values, values)
def test_strictly_equal_values_have_equal_sort_keys(a: Any, b: Any) -> None:
    assert strictly_equal(a, b) == strictly_equal(b, a)
    assert strictly_equal(a, normalize(a))
    if strictly_equal(a, b):
        assert sort_key(a) == sort_key(b)


# Order


@sure
@given(st.lists(values, min_size=3, max_size=3))
def test_the_order_is_total(drawn: list[Any]) -> None:
    for a, b in product(drawn, drawn):
        ranks = sort_key(a), sort_key(b)
        assert [ranks[0] < ranks[1], ranks[0] == ranks[1], ranks[0] > ranks[1]].count(True) == 1
        if ranks[0] == ranks[1]:
            assert hash(ranks[0]) == hash(ranks[1])
    low, middle, high = sorted(drawn, key=sort_key)
    assert sort_key(low) <= sort_key(middle) <= sort_key(high)
    assert sort_key(low) <= sort_key(high)


def test_the_order_of_the_classes() -> None:
    ascending = [None, 10**18, "", {}, [], b"", False, datetime.min.replace(tzinfo=UTC)]
    highest = [None, float("inf"), "\U0010ffff", {"z": NOON}, [NOON], b"\xff" * 9, True]
    assert [class_of(value) for value in ascending] == list(ValueClass)
    for high, low in zip(highest, ascending[1:], strict=True):
        assert sort_key(high) < sort_key(low)


def test_a_value_outside_the_domain_has_no_class() -> None:
    with pytest.raises(TypeError, match="set is not a class"):
        class_of(set())


@sure
@given(ints | floats, ints | floats)
def test_numbers_compare_exactly(a: float, b: float) -> None:
    if isnan(a) or isnan(b):
        assert (sort_key(a) < sort_key(b)) == (isnan(a) and not isnan(b))
        assert (sort_key(a) == sort_key(b)) == (isnan(a) and isnan(b))
    elif abs(a) < float("inf") and abs(b) < float("inf"):
        assert (sort_key(a) < sort_key(b)) == (Fraction(a) < Fraction(b))
        assert (sort_key(a) == sort_key(b)) == (Fraction(a) == Fraction(b))


@pytest.mark.parametrize(
    "ascending",
    [
        [NAN, -float("inf"), -(2**63), -1, 0, 5e-324, 0.5, 1, 2**53, 2**53 + 1, 2.0**53 + 2],
        [2**63 - 1, 2.0**63, float("inf")],
        ["", "\0", "A", "a", "a\0", "aa", "é", "\ue000", "\uffff", "\U00010000"],
        [b"", b"\0", b"b", b"\xff", b"aa", b"ab", b"\0\0\0"],
        [{}, {"b": None}, {"a": 1}, {"a": 1, "b": 1}, {"a": 2}, {"b": 0}, {"a": "x"}, {"a": []}],
        [[], [None], [None, None], [1], [1, 1], [2], ["a"], [{}], [[]], [b""], [False], [NOON]],
        [False, True],
        [NOON - timedelta(microseconds=1), NOON, NOON + timedelta(microseconds=1)],
    ],
    ids=["number", "large", "str", "bytes", "dict", "list", "bool", "datetime"],
)
def test_values_in_ascending_order(ascending: list[Any]) -> None:
    for low, high in pairwise(ascending):
        assert sort_key(low) < sort_key(high), (low, high)


def test_zeros_are_equal() -> None:
    assert copysign(1, -0.0) == -1
    assert sort_key(0) == sort_key(0.0) == sort_key(-0.0)


@sure
@given(blobs, blobs)
def test_bytes_are_ordered_by_length_first(a: bytes, b: bytes) -> None:
    assert (sort_key(a) < sort_key(b)) == ((len(a), a) < (len(b), b))


@sure
@given(texts, texts)
def test_text_is_ordered_by_code_point(a: str, b: str) -> None:
    assert (sort_key(a) < sort_key(b)) == (a.encode("utf-32-be") < b.encode("utf-32-be"))


@sure
@given(st.dictionaries(keys, values, min_size=2, max_size=3))
def test_the_order_of_keys_matters(document: dict[str, Any]) -> None:
    turned = dict(reversed(document.items()))
    assert document == turned  # to Python
    assert sort_key(document) != sort_key(turned)
    assert not strictly_equal(document, turned)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "'a'"), (10**5000, "an object of type int"), ("a" * 300, "an object of type str")],
    ids=["short", "without a repr", "long"],
)
def test_safe_repr(value: object, text: str) -> None:
    assert safe_repr(value) == text


# Fast paths of normalize and deep_copy


@pytest.mark.parametrize("leaf", ["a", None, 1, NOON, b"a", "\N{SNOWMAN}"], ids=repr)
def test_the_depth_limit_counts_leaves(leaf: Any) -> None:
    for wrap in (lambda inner: [inner], lambda inner: {"k": inner}):
        deepest = leaf
        for _ in range(MAX_DEPTH):
            deepest = wrap(deepest)
        assert strictly_equal(normalize(deepest), deepest)
        with pytest.raises(OutOfDomain, match="nested more than 100 deep"):
            normalize(wrap(deepest))
        with pytest.raises(OutOfDomain, match="nested more than 100 deep"):
            normalize(leaf, depth=MAX_DEPTH + 1)


def test_non_ascii_text_is_kept() -> None:
    document = {"\N{SNOWMAN}": ["\U0001f600", {"é": "\0é"}]}
    assert strictly_equal(normalize(document), document)


def test_a_rejected_value_is_not_modified() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    document: dict[str, Any] = {"a": [1], "b": {"c": east}, "d": {1}}
    with pytest.raises(OutOfDomain):
        normalize(document)
    assert document["b"]["c"].tzinfo is east.tzinfo
    assert list(document) == ["a", "b", "d"]


def test_a_copy_is_private_before_and_after_a_garbage_collection() -> None:
    """The copier asks the collector which dicts are flat, and the collector may think anew."""
    flat = {"a": 1, "b": NOON, "c": b"", "d": "x", "e": None}
    documents = [flat, {}, {"a": flat}, {"a": {}}, {"a": []}, {"a": [[], {}]}, {"a": {"b": {}}}]
    kept = normalize(documents)
    collect()
    copy = deep_copy(kept)
    assert strictly_equal(copy, documents)
    assert not set(ids_of_containers(copy)) & set(ids_of_containers(kept))


def test_a_dict_that_gets_a_nested_dict_later_is_copied_deeply() -> None:
    document: dict[str, Any] = normalize({"a": 1})
    collect()
    for nested in ({}, [], [[]]):
        document["b"] = nested
        assert deep_copy(document)["b"] is not nested
        document["a"] = document.pop("b")
        assert deep_copy(document)["a"] is not nested
        document["a"] = 1
