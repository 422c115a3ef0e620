"""What the Hub writes, made into what a record can hold, for the few records that cannot be.

A task's record and its result are worth more than one value in them that no store can keep. So what
the specification refuses is put in a form that it allows, and each change is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, FIELD_CLASSES, TEXT_FIELDS
from taskdb_spec.records.values import MAX_DEPTH, OutOfDomain, checked, shown


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


def in_local_time(value: Any) -> Any:
    """A copy in which dates without a time zone have the local one.

    >>> query = in_local_time({"completed": {"$lt": datetime(2024, 1, 1)}})
    >>> query["completed"]["$lt"].tzinfo is None
    False
    """
    if isinstance(value, dict):
        return {key: in_local_time(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_local_time(item) for item in value]
    if _is_naive(value):
        return value.astimezone()
    return value


def _is_naive(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is None


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
        return isinstance(value, FIELD_CLASSES[self.field])

    def root(self, value: Any) -> Any:
        if self.field in BUFFER_FIELDS and value is not None:
            return [bytes(buffer) for buffer in value]
        if self.field in TEXT_FIELDS and not isinstance(value, str | None):
            return self.text(value)
        return self.value(value, depth=0)

    def value(self, value: Any, depth: int) -> Any:
        if depth < MAX_DEPTH and isinstance(value, Mapping):
            return {self.key(key): self.value(item, depth + 1) for key, item in value.items()}
        if depth < MAX_DEPTH and isinstance(value, list | tuple):
            return [self.value(item, depth + 1) for item in value]
        if _is_buffer(value):
            return bytes(value)
        if _is_naive(value):
            self.note("date without a time zone, taken for local time")
            value = value.astimezone()
        try:
            return checked(value, depth=depth)
        except OutOfDomain:
            return self.text(value)

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
        return shown(value)
