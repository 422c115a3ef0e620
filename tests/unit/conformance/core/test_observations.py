"""Observations: what they read is what their source evaluates to in a script."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from taskdb_spec.conformance.core.observations import (
    ANSWER,
    ARGUMENTS,
    EARLIER_ANSWER,
    FOUND_IDS,
    LISTED_IDS,
    MEMORY_GROWTH,
    Accessor,
    Base,
    Change,
    Mutation,
    StoreCall,
    View,
    uses_arguments,
)
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.model import Model

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
RELEASED = memoryview(b"a")
RELEASED.release()


@pytest.mark.parametrize(
    ("accessor", "value", "expected"),
    [
        (ANSWER, 1, 1),
        (ANSWER.at("header", "a", 0), {"header": {"a": [5]}}, 5),
        (ANSWER.at("it's").at("\u00e9"), {"it's": {"\u00e9": 2}}, 2),
        (ANSWER.at("label").viewed(View.TYPE_NAME), {"label": b""}, "bytes"),
        (ANSWER.viewed(View.LENGTH), [1, 2], 2),
        (ANSWER.viewed(View.KEYS), {"b": 1, "a": 2}, ["b", "a"]),
        (FOUND_IDS, {"b": 1, "a": 2}, ["a", "b"]),
        (ANSWER.viewed(View.SORTED_BY_TEXT), {5: 1, "a": 2}, [5, "a"]),
        (ANSWER.at(0).viewed(View.REPR), [float("nan")], "nan"),
        (ARGUMENTS.at(0).viewed(View.STARTS_WITH_RELEASED), [RELEASED], True),
        (ARGUMENTS.at(0).viewed(View.ISO_FORMAT), [NOON], "2024-02-29T12:00:00+00:00"),
        (ANSWER.viewed(View.CONTAINS, "b"), ["a"], False),
        (ANSWER.viewed(View.LENGTH).viewed(View.AT_MOST, 2), [1, 2], True),
        (ANSWER.viewed(View.LENGTH).viewed(View.LESS_THAN, 2), [1, 2], False),
        (MEMORY_GROWTH.viewed(View.AT_MOST, 5), 6, False),
        (ANSWER.viewed(View.ONLY, ("a", "c")), ["c", "b", "a"], ["c", "a"]),
    ],
)
def test_the_source_has_the_value_that_is_read(
    accessor: Accessor, value: Any, expected: Any
) -> None:
    assert accessor.read(value) == expected
    root = accessor.root
    assert isinstance(root, Base)
    assert eval(accessor.to_source(), {root.value: value}) == expected


def test_the_source_can_look_at_the_answer_of_a_call() -> None:
    db = Model()
    db.add_record("a", {"label": "x"})
    call = StoreCall("db", Operation(Method.get, ("a",)))
    accessor = Accessor(call).at("label")
    assert accessor.to_source() == "db.get_record('a')['label']"
    assert eval(accessor.to_source(), {"db": db}) == accessor.read(db.get_record("a")) == "x"
    assert accessor.root == call


def test_a_view_can_compare_two_answers() -> None:
    repeated = LISTED_IDS.viewed(View.EQUALS, ANSWER)
    assert repeated.to_source() == "db.get_history() == answer"
    assert repeated.read(["a"], ["a"])
    assert not repeated.compares_with_earlier_answer
    earlier = ANSWER.viewed(View.EQUALS, EARLIER_ANSWER)
    assert earlier.to_source() == "answer == earlier"
    assert not earlier.read(["a"], ["b"])
    assert earlier.compares_with_earlier_answer


@pytest.mark.parametrize(
    ("accessor", "field"),
    [
        (ANSWER.at("header", "a").viewed(View.TYPE_NAME), "header"),
        (ANSWER.at("buffers").viewed(View.LENGTH).viewed(View.AT_MOST, 1), "buffers"),
        (ANSWER.at("a", "label"), None),
        (FOUND_IDS, None),
        (ARGUMENTS.at("header"), None),
    ],
)
def test_an_accessor_knows_the_field_that_it_is_about(
    accessor: Accessor, field: str | None
) -> None:
    assert accessor.field == field


def test_a_sentence_names_the_arguments() -> None:
    viewed = ARGUMENTS.at(0, "label").viewed(View.TYPE_NAME)
    assert viewed.describe() == "type(the arguments given[0]['label']).__name__"
    assert viewed.is_about_arguments
    assert FOUND_IDS.describe() == "sorted(answer)"
    assert not FOUND_IDS.is_about_arguments


@pytest.mark.parametrize(
    ("mutation", "value"),
    [
        (Mutation(ANSWER, Change.SET_ITEM, ("a", 1)), {}),
        (Mutation(ANSWER, Change.SET_ITEM, (0, 254)), bytearray(b"\x01")),
        (Mutation(ANSWER, Change.APPEND, ("a",)), ["b"]),
        (Mutation(ANSWER, Change.CLEAR), {"a": 1}),
    ],
)
def test_the_source_of_a_mutation_does_what_it_does(mutation: Mutation, value: Any) -> None:
    in_script = deepcopy(value)
    exec(mutation.to_source(), {"answer": in_script})
    mutation.apply(value)
    assert value == in_script


def test_a_call_can_use_the_arguments_of_the_step() -> None:
    find = Operation(Method.find, ({"label": "x"}, ["queue"]), keys_by_keyword=True)
    call = StoreCall("other", find, is_answer=True, uses_arguments=True)
    assert call.to_source() == "answer = other.find_records(given[0], keys=given[1])"
    assert uses_arguments(call)
    assert not uses_arguments(StoreCall("db", find))
    assert uses_arguments(Mutation(ARGUMENTS.at(0), Change.CLEAR))
