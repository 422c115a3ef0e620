"""A record as a store in memory holds it."""

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

SIMPLE_FIELDS = frozenset((*TEXT_FIELDS, *TIME_FIELDS, "resubmitted"))
"""The fields that hold a str or a datetime, neither of which can be changed."""


class _Fields:
    """All fields, as attributes that are None."""

    def __init__(self) -> None:
        for name in TASK_FIELDS:
            setattr(self, name, None)


_NOTHING = vars(_Fields())
"""A record of None. Python lets the attributes of objects share one table of names, and so do the
copies of this dict and theirs: each is made faster, and takes half the memory, of one that has its
own."""


class Held:
    """A record that is held, whole: `fields` is the store's own.

    `number` counts up from 1 in the order in which records were added.

    >>> record = Held({"msg_id": "a", "stdout": ""}, number=1)
    >>> record.change({"label": "x", "stdout": None})
    >>> record.part(["label", "stdout"])
    {'msg_id': 'a', 'label': 'x', 'stdout': None}
    """

    __slots__ = ("fields", "msg_id", "number")

    def __init__(self, fields: Mapping[str, Any], number: int) -> None:
        self.fields = _NOTHING.copy()
        self.fields.update(fields)
        self.msg_id: str = fields["msg_id"]
        self.number = number

    def change(self, fields: Mapping[str, Any]) -> None:
        """Take the checked values of `fields`."""
        self.fields.update(fields)

    def whole(self) -> TaskRecord:
        """A copy of the whole record."""
        record: Any = self.fields.copy()
        for name in DICT_FIELDS:
            value = record[name]
            if value is not None:
                record[name] = deep_copy(value) if may_nest(value) else value.copy()
        for name in BUFFER_FIELDS:
            value = record[name]
            if value is not None:
                record[name] = value.copy()  # bytes need no copy
        return record  # type: ignore[no-any-return]

    def part(self, names: Iterable[str]) -> TaskRecord:
        """A copy of ``msg_id`` and the fields in `names`, and of nothing else."""
        part: Any = {"msg_id": self.msg_id}
        for name in names:
            value = self.fields[name]
            part[name] = value if name in SIMPLE_FIELDS or value is None else deep_copy(value)
        return part  # type: ignore[no-any-return]
