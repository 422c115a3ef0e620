"""Tests of the values that a path yields, one per rule."""

from __future__ import annotations

from typing import Any

import pytest

from taskdb_spec import compile_query
from taskdb_spec.language.paths import resolve_path
from taskdb_spec.language.tree import Path
from taskdb_spec.records.ordering import MISSING


def found(value: Any, path: str) -> tuple[list[Any], list[Any]]:
    result = resolve_path({"x": value}, Path("x", tuple(path.split(".")) if path else ()))
    return result.values, result.candidates


def holds(record: dict[str, Any], query: dict[str, Any]) -> bool:
    return compile_query(query, fields=None)(record)


@pytest.mark.parametrize(
    ("value", "path", "values", "candidates"),
    [
        # the root
        (5, "", [5], [5]),
        (None, "", [None], [None]),
        ([1, [2]], "", [[1, [2]]], [1, [2], [1, [2]]]),
        ([], "", [[]], [[]]),
        # through a dict, the member
        ({"a": 1}, "a", [1], [1]),
        ({"a": {"b": 1}}, "a.b", [1], [1]),
        ({"0": 1}, "0", [1], [1]),
        ({"00": 1}, "00", [1], [1]),
        ({"": 1}, "", [{"": 1}], [{"": 1}]),
        ({"": {"a": 1}}, ".a", [1], [1]),
        ({"a": [1, 2]}, "a", [[1, 2]], [1, 2, [1, 2]]),
        ({"a.b": 1}, "a.b", [MISSING], [MISSING]),
        # through a scalar, None or nothing: missing
        (5, "a", [MISSING], [MISSING]),
        ("abc", "0", [MISSING], [MISSING]),
        (b"abc", "0", [MISSING], [MISSING]),
        (None, "a", [MISSING], [MISSING]),
        ({}, "a", [MISSING], [MISSING]),
        ({}, "a.b.c", [MISSING], [MISSING]),
        ({"a": None}, "a.b", [MISSING], [MISSING]),
        # through a list: each element that is a dict
        ([{"a": 1}, {"a": 2}], "a", [1, 2], [1, 2]),
        ([{"a": 1}, {"b": 2}], "a", [1, MISSING], [1, MISSING]),
        ([{"a": [1]}, {"a": []}], "a", [[1], []], [1, [1], []]),
        ([{"a": [{"b": 1}]}, {"a": {"b": 2}}], "a.b", [1, 2], [1, 2]),
        # scalar elements, lists in lists and empty lists yield nothing
        ([], "a", [], []),
        ([1, "a", None], "a", [], []),
        ([[{"a": 1}]], "a", [], []),
        ([[], {"a": 1}, 5], "a", [1], [1]),
        ({"a": []}, "a.b", [], []),
        # through a list: the element that an index names, not expanded at the end
        ([7, 8], "0", [7], [7]),
        ([7, 8], "1", [8], [8]),
        ([7, 8], "2", [], []),
        ([[1, 2]], "0", [[1, 2]], [[1, 2]]),
        ([[1, [2]]], "0.1", [[2]], [[2]]),
        # (the dicts among the elements are asked for a member of that name as well)
        ([{"a": 1}, {"a": 2}], "1.a", [MISSING, 2], [MISSING, 2]),
        ([{"a": [1]}], "0.a", [MISSING, [1]], [MISSING, 1, [1]]),
        ([[{"a": 1}, {"a": 2}]], "0.a", [1, 2], [1, 2]),
        ([[{"a": 1}, {"a": 2}]], "0.1.a", [MISSING, 2], [MISSING, 2]),
        ([*range(12), "x"], "12", ["x"], ["x"]),
        # an index and a member of the same name both count
        ([{"0": 1}, 2], "0", [1, {"0": 1}], [1, {"0": 1}]),
        ([{"1": 1}, {"0": 5}], "1", [1, MISSING, {"0": 5}], [1, MISSING, {"0": 5}]),
        # an element that is a scalar leads nowhere, one that is a dict may lack the member
        ([5], "0.a", [], []),
        ([None], "0.a", [], []),
        ([[5]], "0.0.a", [], []),
        ([[]], "0.a", [], []),
        ([{}], "0.a", [MISSING, MISSING], [MISSING, MISSING]),
        # what is no canonical index is a name
        ([7, 8], "00", [], []),
        ([7, 8], "01", [], []),
        ([7, 8], "-1", [], []),
        ([7, 8], "+1", [], []),
        ([7, 8], "1 ", [], []),
        ([7, 8], "\u0661", [], []),
        ([7, 8], "", [[7, 8]], [7, 8, [7, 8]]),
        ([7, 8], "9" * 5000, [], []),
        ([{"01": 1}], "01", [1], [1]),
    ],
)
def test_values_and_candidates(
    value: Any, path: str, values: list[Any], candidates: list[Any]
) -> None:
    got = found(value, path)
    # A member and an index may find the same thing; how often does not matter.
    for actual, expected in zip(got, (values, candidates), strict=True):
        assert set(map(repr, actual)) == set(map(repr, expected))


def test_a_missing_root_field() -> None:
    assert resolve_path({}, Path("x")) == ([MISSING], [MISSING])
    assert resolve_path({}, Path("x", ("a",))) == ([MISSING], [MISSING])


@pytest.mark.parametrize("record", [{}, {"x": None}, {"x": 5}, {"x": {}}, {"x": {"a": None}}])
def test_missing_and_none_are_equal(record: dict[str, Any]) -> None:
    assert holds(record, {"x.a": None})
    assert not holds(record, {"x.a": {"$ne": None}})
    assert holds(record, {"x.a": {"$in": [None]}})
    assert holds(record, {"x.a": {"$lte": None, "$gte": None}})


def test_none_exists_and_missing_does_not() -> None:
    assert holds({"x": {"a": None}}, {"x.a": {"$exists": True}})
    assert holds({"x": {}}, {"x.a": {"$exists": False}})
    assert holds({"x": 5}, {"x.a": {"$exists": False}})


@pytest.mark.parametrize("value", [[], [5], [None], [[]], [["a"]]])
def test_a_path_without_values_does_not_equal_none(value: list[Any]) -> None:
    for path in ("x.a", "x.0.a", "x.7"):
        assert not holds({"x": value}, {path: None})
        assert holds({"x": value}, {path: {"$ne": None}})
        assert holds({"x": value}, {path: {"$exists": False}})
        assert not holds({"x": value}, {path: {"$in": [None, 5]}})
        assert holds({"x": value}, {path: {"$nin": [None, 5]}})
        assert holds({"x": value}, {path: {"$not": {"$eq": None}}})


def test_one_element_without_the_key_equals_none() -> None:
    assert holds({"x": [{"a": 1}, {"b": 1}]}, {"x.a": None})
    assert not holds({"x": [{"a": 1}, 5]}, {"x.a": None})


def test_elements_of_a_list_reached_by_index_are_no_candidates() -> None:
    record = {"x": [[1, 2], 3]}
    assert not holds(record, {"x.0": 1})
    assert holds(record, {"x.0": [1, 2]})
    assert holds(record, {"x.0": {"$size": 2}})
    assert holds(record, {"x.0": {"$elemMatch": {"$gt": 1}}})
    assert holds(record, {"x.0.0": 1})
    assert not holds(record, {"x": 1})


def test_elements_of_a_list_reached_by_name_are_candidates() -> None:
    record = {"x": {"a": [1, [2]]}}
    assert holds(record, {"x.a": 1})
    assert holds(record, {"x.a": [2]})
    assert holds(record, {"x.a": [1, [2]]})
    assert not holds(record, {"x.a": 2})


def test_different_elements_may_satisfy_different_conditions() -> None:
    record = {"x": [{"a": 1}, {"a": 9}]}
    assert holds(record, {"x.a": {"$gt": 5, "$lt": 5}})
    assert not holds(record, {"x": {"$elemMatch": {"a": {"$gt": 5, "$lt": 5}}}})


def test_elem_match_treats_a_nested_list_as_a_dict_by_index() -> None:
    record = {"x": [[5, {"a": 1}]]}
    assert holds(record, {"x": {"$elemMatch": {"0": 5}}})
    assert holds(record, {"x": {"$elemMatch": {"1.a": 1}}})
    assert not holds(record, {"x": {"$elemMatch": {"2": {"$exists": True}}}})
    assert not holds({"x": [5]}, {"x": {"$elemMatch": {}}})
    assert holds({"x": [[]]}, {"x": {"$elemMatch": {}}})


def test_elements_of_elements_are_no_candidates() -> None:
    assert not holds({"x": [[1, 2]]}, {"x": {"$elemMatch": {"$eq": 1}}})
    assert holds({"x": [[1, 2]]}, {"x": {"$elemMatch": {"$eq": [1, 2]}}})
    assert holds({"x": [[1, 2]]}, {"x": {"$elemMatch": {"$elemMatch": {"$eq": 1}}}})


def test_the_record_is_not_modified() -> None:
    record = {"x": [{"a": [1]}, [2]]}
    for path in ("x", "x.a", "x.0", "x.1.0", "x.0.b"):
        holds(record, {path: {"$not": {"$elemMatch": {"$gt": 1}}}})
    assert record == {"x": [{"a": [1]}, [2]]}
