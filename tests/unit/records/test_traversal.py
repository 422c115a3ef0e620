"""Tests of the walks over nested values."""

from __future__ import annotations

from itertools import islice
from typing import Any

from hypothesis import given

from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.traversal import iter_keys, iter_paths, iter_values, map_values
from tests.support.value_strategies import sure, values


@sure
@given(values)
def test_the_walks_agree(value: Any) -> None:
    nested = list(iter_values(value))
    assert nested[0] is value
    positions = list(iter_paths(value))
    assert [id(item) for _, item in positions] == [id(item) for item in nested]
    for position, item in positions:
        found = value
        for step in position:
            found = found[step]
        assert found is item
    keys = [key for item in nested if isinstance(item, dict) for key in item]
    assert list(iter_keys(value)) == keys


@sure
@given(values)
def test_map_values_makes_a_copy(value: Any) -> None:
    copy = map_values(value, lambda item: item)
    assert strictly_equal(copy, value)
    assert copy is not value or not isinstance(value, dict | list)


def test_map_values_changes_the_items_before_their_container() -> None:
    seen: list[Any] = []
    map_values({"a": [1, 2]}, lambda item: seen.append(item) or len(seen))  # type: ignore[func-returns-value]
    assert seen == [1, 2, [1, 2], {"a": 3}]


def test_the_iterators_are_lazy() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert len(list(islice(iter_values(endless), 50))) == 50
    assert [len(position) for position, _ in islice(iter_paths(endless), 3)] == [0, 1, 2]
