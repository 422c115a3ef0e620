"""Differences between two records, and the clauses of "Values" that forbid them.

Input: the record of the model, the record of the backend, and what the caller wrote. Output: a
`Difference` for each field that differs. `value_clauses` says which clauses a value exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from operator import is_not
from typing import Any, NamedTuple

from taskdb_spec.conformance.core.observations import Accessor, View
from taskdb_spec.conformance.core.vocabulary import KEYS, LOOKALIKES
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import BUFFER_FIELDS, TIME_FIELDS

LARGE_BUFFER_BYTES = 2**16
"""The size in bytes from which a buffer counts as large (clause BUF-3)."""


class Mismatch(NamedTuple):
    """A place where the backend has another value than the model, and both values."""

    accessor: Accessor
    expected: Any
    actual: Any


@dataclass(frozen=True)
class Difference:
    """A mismatch between two records, and the clause about values that it violates."""

    mismatch: Mismatch
    clause: str

    @property
    def suspects(self) -> list[str]:
        """The clauses that may be violated, from the most general to the most specific."""
        return ["BUF-1", "BUF-2"] if self.clause == "BUF-2" else [self.clause]

    def add_suspects(self, suspects: Iterable[str]) -> list[str]:
        """Return the suspects of a call after which the difference was seen, most general first.

        REC-1 is added if fields are missing: a store that never returns all fields did not lose
        them in this call.
        """
        return ["REC-1", *suspects] if self.clause == "REC-1" else [*suspects]


def record_differences(
    expected: Mapping[str, Any], actual: Any, accessor: Accessor, written: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield all differences between two records.

    Args:
        expected: The record of the model.
        actual: The record of the backend, or what it returned instead.
        accessor: Where the record of the backend is.
        written: The fields that the caller last wrote, in the caller's own representation.
    """
    if not isinstance(actual, dict):
        names = "dict", type(actual).__name__
        yield Difference(Mismatch(accessor.viewed(View.TYPE_NAME), *names), "GET-1")
        return
    if expected.keys() != actual.keys():
        fields = sorted(expected), sorted(map(str, actual))
        yield Difference(Mismatch(accessor.viewed(View.SORTED), *fields), "REC-1")
    # This runs for every record after every step. Nearly all values are the same object in both
    # records (None, or an interned text), and `is_not` is the cheapest test.
    others = map(is_not, expected.values(), map(actual.get, expected))
    for name in compress(expected, others):
        value = expected[name]
        if name in actual and not strictly_equal(value, actual[name]):
            yield _field_difference(name, value, actual[name], accessor.at(name), written)


def _field_difference(
    name: str, value: Any, actual: Any, accessor: Accessor, written: Mapping[str, Any]
) -> Difference:
    found = value_difference(value, actual, accessor)
    clause = found.clause
    if name == "msg_id":
        clause = "GET-1"
    elif name not in written or (name in ("stdout", "stderr") and actual == "" and value):
        # The backend has the default value, or something else that nobody wrote.
        clause = "REC-2"
    elif value is None:
        clause = "REC-3"
    elif name in BUFFER_FIELDS and value:
        clause = _buffer_clause(written[name])
    elif isinstance(value, datetime) and (name in TIME_FIELDS or name == "resubmitted"):
        clause = "TIME-1"
    return Difference(found.mismatch, clause)


def _buffer_clause(written: Any) -> str:
    if not isinstance(written, list) or any(len(bytes(b)) >= LARGE_BUFFER_BYTES for b in written):
        return "BUF-3"
    return "BUF-1" if all(isinstance(buffer, bytes) for buffer in written) else "BUF-2"


def value_difference(expected: Any, actual: Any, accessor: Accessor) -> Difference:
    """Return the first difference between two values that are not strictly equal.

    Args:
        expected: The value of the model.
        actual: The value of the backend.
        accessor: Where the value of the backend is.
    """
    if type(expected) is not type(actual):
        names = type(expected).__name__, type(actual).__name__
        mismatch = Mismatch(accessor.viewed(View.TYPE_NAME), *names)
        return Difference(mismatch, _scalar_clause(expected, actual))
    if isinstance(expected, dict):
        return _dict_difference(expected, actual, accessor)
    if isinstance(expected, list):
        return _list_difference(expected, actual, accessor)
    if expected != expected or actual != actual:  # One is NaN, so `==` would not show a difference.
        texts = repr(expected), repr(actual)
        return Difference(Mismatch(accessor.viewed(View.REPR), *texts), "VAL-6")
    return Difference(Mismatch(accessor, expected, actual), _scalar_clause(expected, actual))


def _dict_difference(
    expected: dict[str, Any], actual: dict[Any, Any], accessor: Accessor
) -> Difference:
    if list(expected) != list(actual):
        # Unusual keys, and their order, are the subject of VAL-9. Otherwise a key is missing.
        is_about_keys = set(expected) == set(actual) or any(key not in KEYS for key in expected)
        clause = "VAL-9" if is_about_keys else "VAL-10" if expected else "VAL-3"
        keys = list(expected), list(actual)
        return Difference(Mismatch(accessor.viewed(View.KEYS), *keys), clause)
    for key, value in expected.items():
        if not strictly_equal(value, actual[key]):
            return value_difference(value, actual[key], accessor.at(key))
    raise AssertionError("the dicts are equal")


def _list_difference(expected: list[Any], actual: list[Any], accessor: Accessor) -> Difference:
    if len(expected) != len(actual):
        lengths = len(expected), len(actual)
        clause = "VAL-10" if expected else "VAL-3"
        return Difference(Mismatch(accessor.viewed(View.LENGTH), *lengths), clause)
    for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
        if not strictly_equal(one, other):
            return value_difference(one, other, accessor.at(i))
    raise AssertionError("the lists are equal")


_CLAUSE_OF_CLASS: dict[type, str] = {
    bool: "VAL-4",
    int: "VAL-5",
    float: "VAL-6",
    bytes: "VAL-7",
    datetime: "VAL-8",
    dict: "VAL-10",
    list: "VAL-10",
    type(None): "VAL-3",
}


def _scalar_clause(expected: Any, actual: Any) -> str:
    """Return the clause about the class of the expected value."""
    if isinstance(expected, str | bytes | list | dict) and not expected and not actual:
        return "VAL-3"
    if isinstance(expected, str):
        return "VAL-1" if isinstance(actual, str) and expected not in LOOKALIKES else "VAL-2"
    if isinstance(actual, bool) and isinstance(expected, int):
        return "VAL-4"
    return _CLAUSE_OF_CLASS[type(expected)]


def value_clauses(name: str, value: Any) -> set[str]:
    """Return the clauses of "Values" that are exercised if the root field is read back."""
    if value is None:
        return {"REC-3"}
    if name in BUFFER_FIELDS:
        return {"BUF-1", _buffer_clause(value)} if value else {"VAL-3"}
    if isinstance(value, datetime):
        return {"TIME-1"}
    return set(_nested_clauses(value, 0))


def _nested_clauses(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value in LOOKALIKES:
            yield "VAL-2"
        if value and not (value.isalnum() and value.isascii()):
            yield "VAL-1"
    if isinstance(value, str | bytes | list | dict) and not value:
        yield "VAL-3"
    if type(value) in _CLAUSE_OF_CLASS and not isinstance(value, dict | list):
        yield _CLAUSE_OF_CLASS[type(value)]
    if isinstance(value, dict) and (len(value) > 1 or any(key not in KEYS for key in value)):
        yield "VAL-9"
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _nested_clauses(item, depth + 1)
        if depth == 1 and value:
            yield "VAL-10"


def is_informative(fields: Mapping[str, Any]) -> bool:
    """Return whether a record with these fields differs from a blank record."""
    return any(value for name, value in fields.items() if name != "msg_id")
