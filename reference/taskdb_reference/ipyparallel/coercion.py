"""What the Hub writes, made into what a record can hold, for the few records that cannot be.

A task's record and its result are worth more than one value in them that no store can keep. So what
the specification refuses is put in a form that it allows, and each change is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import MINYEAR, UTC, datetime
from itertools import repeat
from typing import Any

from taskdb_spec.language.errors import MalformedOperand
from taskdb_spec.records.domain import MAX_DEPTH, TOO_DEEP, OutOfDomain, normalize, safe_repr
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    FIELD_CLASSES,
    TEXT_FIELDS,
    TIME_FIELDS,
)

_DEEPEST = 4 * MAX_DEPTH
"""Deeper than any query: each level of one is a dict or two, or a list, and then comes a value."""


def mended(fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The fields as a record can hold them, and what was changed, field by field.

    Nothing is changed that a record can hold. A date without a time zone is local time, as it is to
    ipyparallel. A field that records do not have is left out, and so is a value that the field has
    no form for. Any other value that no record can hold becomes text.

    >>> mended({"label": 3, "content": {"n": 2**63}, "new": 1})
    ({'label': '3', 'content': {'n': '9223372036854775808'}}, \
['label: int as text', 'content: int as text', 'new: no such field, left out'])
    """
    mending = _Mending()
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        mending.field = name
        if name not in FIELD_CLASSES:
            mending.note("no such field, left out")
        elif value is None or mending.fits(value):
            kept[name] = mending.root(value)
        else:
            mending.note(f"{type(value).__name__} left out")
    return kept, list(mending.notes)


def in_local_time(query: Any) -> Any:
    """A copy in which dates without a time zone are the instants that they are in local time.

    One so early or late that UTC has no such instant becomes the first or the last that it has.
    Raises `QueryError` for a query that is deeper than any may be, such as one that holds itself.

    >>> query = in_local_time({"completed": {"$lt": datetime(2024, 1, 1)}})
    >>> query["completed"]["$lt"].tzinfo is None
    False
    """
    return _in_local_time(query, depth=0)


def _in_local_time(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise MalformedOperand(f"check: {TOO_DEEP}", "QRY-7")
    if isinstance(value, dict):
        items = map(_in_local_time, value.values(), repeat(depth + 1))
        return dict(zip(value, items, strict=True))
    if isinstance(value, list | tuple):
        return list(map(_in_local_time, value, repeat(depth + 1)))
    if _is_naive(value):
        return _instant(value) or _end_of_time(value)
    return value


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is None


def _instant(value: datetime) -> datetime | None:
    """The date in UTC, from local time if it has no zone; None where UTC has no such year."""
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _end_of_time(value: datetime) -> datetime:
    end = datetime.min if value.year == MINYEAR else datetime.max
    return end.replace(tzinfo=UTC)


class _Mending:
    """The mending of one record: the field that is looked at, and what was changed so far."""

    def __init__(self) -> None:
        self.field = ""
        self.notes: dict[str, None] = {}

    def note(self, change: str) -> None:
        self.notes[f"{self.field}: {change}"] = None

    def fits(self, value: object) -> bool:
        """Whether the field has a form for the value."""
        if self.field in TEXT_FIELDS:
            return True
        if self.field in BUFFER_FIELDS:
            return isinstance(value, list | tuple) and all(map(_is_buffer, value))
        if self.field in DICT_FIELDS:
            return isinstance(value, Mapping)
        if self.field in TIME_FIELDS:
            return isinstance(value, datetime) and _instant(value) is not None
        return isinstance(value, FIELD_CLASSES[self.field])

    def root(self, value: Any) -> Any:
        if self.field in BUFFER_FIELDS and value is not None:
            return [bytes(buffer) for buffer in value]
        if self.field in TEXT_FIELDS and not isinstance(value, str | None):
            return self.text(value)
        return self.value(value, depth=0)

    def value(self, value: Any, depth: int) -> Any:
        if depth < MAX_DEPTH and isinstance(value, Mapping):
            return self.members(value, depth)
        if depth < MAX_DEPTH and isinstance(value, list | tuple):
            return [self.value(item, depth + 1) for item in value]
        if _is_buffer(value):
            return bytes(value)
        if _is_naive(value) and (instant := _instant(value)):
            self.note("date without a time zone, taken for local time")
            value = instant
        try:
            return normalize(value, depth=depth)
        except OutOfDomain:
            return self.text(value)

    def members(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        made = {self.key(key): self.value(item, depth + 1) for key, item in value.items()}
        if len(made) < len(value):
            self.note("keys that are the same as text, the last one kept")
        return made

    def key(self, key: object) -> Any:
        return self.value(key, depth=0) if isinstance(key, str) else self.text(key)

    def text(self, value: object) -> str:
        self.note(f"{type(value).__name__} as text")
        return _text(value).encode("utf-8", "backslashreplace").decode()


def _is_buffer(value: object) -> bool:
    return isinstance(value, bytes | bytearray | memoryview)


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # any object may be there, and its __str__ may raise anything
        return safe_repr(value)
