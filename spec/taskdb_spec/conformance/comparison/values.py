"""Where two values differ, and which clause of "Values" says that they should not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from operator import is_not
from typing import Any

from taskdb_spec.conformance.core.literals import to_source
from taskdb_spec.conformance.generation.values import KEYS, LOOKALIKES
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import BUFFER_FIELDS, TIME_FIELDS

LARGE_BUFFER_BYTES = 2**16
"""The size in bytes from which a buffer counts as large (clause BUF-3)."""


@dataclass(frozen=True)
class Difference:
    """An expression over the answer, its value as it should be and as it is, and the clause."""

    subject: str
    expected: Any
    actual: Any
    clause: str

    @property
    def suspects(self) -> list[str]:
        """The clauses that may be to blame, from the general to the special."""
        return ["BUF-1", "BUF-2"] if self.clause == "BUF-2" else [self.clause]

    def add_suspects(self, suspects: Iterable[str]) -> list[str]:
        """The suspects of a call after which this was seen, from the general to the special.

        A store that never gives back all fields need not have lost them in that call.
        """
        return ["REC-1", *suspects] if self.clause == "REC-1" else [*suspects]


def record_differences(
    expected: Mapping[str, Any], actual: Any, subject: str, given: Mapping[str, Any]
) -> Iterator[Difference]:
    """All differences between two records; `given` is what the caller last wrote."""
    if not isinstance(actual, dict):
        yield Difference(f"type({subject}).__name__", "dict", type(actual).__name__, "GET-1")
        return
    if expected.keys() != actual.keys():
        yield Difference(f"sorted({subject})", sorted(expected), sorted(map(str, actual)), "REC-1")
    # Nearly all values are the same object, None or a text, and need no closer look.
    others = map(is_not, expected.values(), map(actual.get, expected))
    for name in compress(expected, others):
        value = expected[name]
        if name in actual and not strictly_equal(value, actual[name]):
            yield _field_difference(name, value, actual[name], f"{subject}[{name!r}]", given)


def _field_difference(
    name: str, value: Any, actual: Any, subject: str, given: Mapping[str, Any]
) -> Difference:
    found = value_difference(value, actual, subject)
    clause = found.clause
    if name == "msg_id":
        clause = "GET-1"
    elif name not in given or (name in ("stdout", "stderr") and actual == "" and value):
        clause = "REC-2"
    elif value is None:
        clause = "REC-3"
    elif name in BUFFER_FIELDS and value:
        clause = _buffer_clause(given[name])
    elif isinstance(value, datetime) and (name in TIME_FIELDS or name == "resubmitted"):
        clause = "TIME-1"
    return Difference(found.subject, found.expected, found.actual, clause)


def _buffer_clause(given: Any) -> str:
    if not isinstance(given, list) or any(len(bytes(b)) >= LARGE_BUFFER_BYTES for b in given):
        return "BUF-3"
    return "BUF-1" if all(isinstance(buffer, bytes) for buffer in given) else "BUF-2"


def value_difference(expected: Any, actual: Any, subject: str) -> Difference:
    """The first difference between two values that are not the same."""
    if type(expected) is not type(actual):
        names = type(expected).__name__, type(actual).__name__
        return Difference(f"type({subject}).__name__", *names, _clause_of(expected, actual))
    if isinstance(expected, dict):
        return _dict_difference(expected, actual, subject)
    if isinstance(expected, list):
        return _list_difference(expected, actual, subject)
    if expected != expected or actual != actual:
        return Difference(f"repr({subject})", repr(expected), repr(actual), "VAL-6")
    return Difference(subject, expected, actual, _clause_of(expected, actual))


def _dict_difference(expected: dict[str, Any], actual: dict[Any, Any], subject: str) -> Difference:
    if list(expected) != list(actual):
        odd = set(expected) == set(actual) or any(key not in KEYS for key in expected)
        clause = "VAL-9" if odd else "VAL-3" if not expected else "VAL-10"
        return Difference(f"list({subject})", list(expected), list(actual), clause)
    for key, value in expected.items():
        if not strictly_equal(value, actual[key]):
            return value_difference(value, actual[key], f"{subject}[{to_source(key)}]")
    raise AssertionError("the dicts are the same")


def _list_difference(expected: list[Any], actual: list[Any], subject: str) -> Difference:
    if len(expected) != len(actual):
        clause = "VAL-10" if expected else "VAL-3"
        return Difference(f"len({subject})", len(expected), len(actual), clause)
    for i, (one, other) in enumerate(zip(expected, actual, strict=True)):
        if not strictly_equal(one, other):
            return value_difference(one, other, f"{subject}[{i}]")
    raise AssertionError("the lists are the same")


_CLAUSES: dict[type, str] = {
    bool: "VAL-4",
    int: "VAL-5",
    float: "VAL-6",
    bytes: "VAL-7",
    datetime: "VAL-8",
    dict: "VAL-10",
    list: "VAL-10",
    type(None): "VAL-3",
}


def _clause_of(expected: Any, actual: Any) -> str:
    if isinstance(expected, str | bytes | list | dict) and not expected and not actual:
        return "VAL-3"
    if isinstance(expected, str):
        return "VAL-1" if isinstance(actual, str) and expected not in LOOKALIKES else "VAL-2"
    if isinstance(actual, bool) and isinstance(expected, int):
        return "VAL-4"
    return _CLAUSES[type(expected)]


def value_clauses(name: str, value: Any) -> set[str]:
    """The clauses of "Values" that reading back this root field exercises."""
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
    if type(value) in _CLAUSES and not isinstance(value, dict | list):
        yield _CLAUSES[type(value)]
    if isinstance(value, dict):
        if len(value) > 1 or any(key not in KEYS for key in value):
            yield "VAL-9"
        for item in value.values():
            yield from _nested_clauses(item, depth + 1)
    if isinstance(value, list):
        for item in value:
            yield from _nested_clauses(item, depth + 1)
    if depth == 1 and isinstance(value, dict | list) and value:
        yield "VAL-10"


def is_informative(fields: Mapping[str, Any]) -> bool:
    """Whether a record with these fields differs from one that is blank."""
    return any(value for name, value in fields.items() if name != "msg_id")
