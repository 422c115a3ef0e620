"""Coercion: convert the Hub's values that no record may hold into values that it may hold.

A task's record and its result are worth more than one invalid value in them. So the values that the
specification rejects are converted or left out, and each change is described for the log.
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

_MAX_QUERY_DEPTH = 4 * MAX_DEPTH
"""Deeper than any valid query: a level of a query is up to two dicts or a list, then a value."""


def coerce_record(fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Convert the fields of a record to values that a record may hold.

    Valid values stay unchanged. A datetime without a time zone is local time, as in ipyparallel.
    Unknown fields are left out, and so are values that have no equivalent in their field. All other
    invalid values become text.

    Returns:
        The fields, and a description of each change.

    >>> fields, changes = coerce_record({"label": 3, "content": {"n": 2**63}, "new": 1})
    >>> fields
    {'label': '3', 'content': {'n': '9223372036854775808'}}
    >>> changes
    ['label: int as text', 'content: int as text', 'new: no such field, left out']
    """
    coercion = _Coercion()
    coerced: dict[str, Any] = {}
    for name, value in fields.items():
        coercion.field = name
        if name not in FIELD_CLASSES:
            coercion.note("no such field, left out")
        elif value is None or coercion.is_convertible(value):
            coerced[name] = coercion.convert_field(value)
        else:
            coercion.note(f"{type(value).__name__} left out")
    return coerced, list(coercion.changes)


def localize_query(query: Any) -> Any:
    """Copy a query, and convert datetimes without a time zone from local time.

    A datetime that is outside the range of UTC becomes the first or the last instant of it.

    Raises:
        QueryError: The query is deeper than any valid one, for example because it contains itself.

    >>> query = localize_query({"completed": {"$lt": datetime(2024, 1, 1)}})
    >>> query["completed"]["$lt"].tzinfo is None
    False
    """
    return _localize(query, depth=0)


def _localize(value: Any, depth: int) -> Any:
    if depth > _MAX_QUERY_DEPTH:
        raise MalformedOperand(f"check: {TOO_DEEP}", "QRY-7")
    if isinstance(value, dict):
        items = map(_localize, value.values(), repeat(depth + 1))
        return dict(zip(value, items, strict=True))
    if isinstance(value, list | tuple):
        return list(map(_localize, value, repeat(depth + 1)))
    if _is_naive(value):
        return _to_utc(value) or _nearest_utc_limit(value)
    return value


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is None


def _to_utc(value: datetime) -> datetime | None:
    """Convert to UTC, from local time if there is no zone. Return None if UTC has no such year."""
    try:
        return value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _nearest_utc_limit(value: datetime) -> datetime:
    limit = datetime.min if value.year == MINYEAR else datetime.max
    return limit.replace(tzinfo=UTC)


class _Coercion:
    """The coercion of one record: the current field, and the changes so far."""

    def __init__(self) -> None:
        self.field = ""
        self.changes: dict[str, None] = {}  # a set that keeps its order

    def note(self, change: str) -> None:
        self.changes[f"{self.field}: {change}"] = None

    def is_convertible(self, value: object) -> bool:
        """Return whether the value has an equivalent in the current field."""
        if self.field in TEXT_FIELDS:
            return True
        if self.field in BUFFER_FIELDS:
            return isinstance(value, list | tuple) and all(map(_is_buffer, value))
        if self.field in DICT_FIELDS:
            return isinstance(value, Mapping)
        if self.field in TIME_FIELDS:
            return isinstance(value, datetime) and _to_utc(value) is not None
        return isinstance(value, FIELD_CLASSES[self.field])

    def convert_field(self, value: Any) -> Any:
        if self.field in BUFFER_FIELDS and value is not None:
            return [bytes(buffer) for buffer in value]
        if self.field in TEXT_FIELDS and not isinstance(value, str | None):
            return self.convert_to_text(value)
        return self.convert_value(value, depth=0)

    def convert_value(self, value: Any, depth: int) -> Any:
        if depth < MAX_DEPTH and isinstance(value, Mapping):
            return self.convert_members(value, depth)
        if depth < MAX_DEPTH and isinstance(value, list | tuple):
            return [self.convert_value(item, depth + 1) for item in value]
        if _is_buffer(value):
            return bytes(value)
        if _is_naive(value) and (instant := _to_utc(value)):
            self.note("date without a time zone, read as local time")
            value = instant
        try:
            return normalize(value, depth=depth)
        except OutOfDomain:
            return self.convert_to_text(value)

    def convert_members(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        members = {
            self.convert_key(key): self.convert_value(item, depth + 1)
            for key, item in value.items()
        }
        if len(members) < len(value):
            self.note("keys that are the same as text, the last one kept")
        return members

    def convert_key(self, key: object) -> Any:
        if isinstance(key, str):
            return self.convert_value(key, depth=0)
        return self.convert_to_text(key)

    def convert_to_text(self, value: object) -> str:
        self.note(f"{type(value).__name__} as text")
        return _to_text(value).encode("utf-8", "backslashreplace").decode()


def _is_buffer(value: object) -> bool:
    return isinstance(value, bytes | bytearray | memoryview)


def _to_text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # the value may be any object, and its __str__ may raise anything
        return safe_repr(value)
