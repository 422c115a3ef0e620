"""Stored record: a record as the store in memory holds it, and copies of it for callers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taskdb_spec.records.domain import deep_copy, may_nest
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    TaskRecord,
)

SCALAR_FIELDS = frozenset((*TEXT_FIELDS, *TIME_FIELDS, "resubmitted"))
"""The fields that hold a str or a datetime. Both are immutable and need no copy."""


class _FieldsAsAttributes:
    """An object that has every field as an attribute, with the value None."""

    def __init__(self) -> None:
        for name in TASK_FIELDS:
            setattr(self, name, None)


_EMPTY_FIELDS = vars(_FieldsAsAttributes())
"""The fields of a record, all None.

This is the ``__dict__`` of an object, because such dicts and their copies share one table of keys.
A copy is created faster than an ordinary dict of the same fields, and takes half the memory.
"""


class StoredRecord:
    """A record of the store. `fields` has all fields and must not reach a caller.

    `number` counts up from 1 in the order in which records were added.

    >>> record = StoredRecord({"msg_id": "a", "stdout": ""}, number=1)
    >>> record.update({"label": "x", "stdout": None})
    >>> record.copy_fields(["label", "stdout"])
    {'msg_id': 'a', 'label': 'x', 'stdout': None}
    """

    __slots__ = ("fields", "msg_id", "number")

    def __init__(self, fields: Mapping[str, Any], number: int) -> None:
        self.fields = _EMPTY_FIELDS.copy()
        self.fields.update(fields)
        self.msg_id: str = fields["msg_id"]
        self.number = number

    def update(self, fields: Mapping[str, Any]) -> None:
        """Replace fields by validated values, which the record keeps without copying them."""
        self.fields.update(fields)

    def copy(self) -> TaskRecord:
        """Return a deep copy of the whole record."""
        record: Any = self.fields.copy()
        for name in DICT_FIELDS:
            value = record[name]
            if value is not None:
                record[name] = deep_copy(value) if may_nest(value) else value.copy()
        for name in BUFFER_FIELDS:
            value = record[name]
            if value is not None:
                record[name] = value.copy()  # bytes are immutable, so the list is enough
        return record  # type: ignore[no-any-return]

    def copy_fields(self, names: Iterable[str]) -> TaskRecord:
        """Return a deep copy of ``msg_id`` and the fields in `names`."""
        copied: Any = {"msg_id": self.msg_id}
        for name in names:
            value = self.fields[name]
            copied[name] = value if name in SCALAR_FIELDS or value is None else deep_copy(value)
        return copied  # type: ignore[no-any-return]
