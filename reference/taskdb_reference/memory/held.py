"""A record as a store in memory holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    TaskRecord,
)
from taskdb_spec.records.values import copied, may_nest

_NOTHING: Mapping[str, Any] = dict.fromkeys(TASK_FIELDS)
SIMPLE_FIELDS = frozenset((*TEXT_FIELDS, *TIME_FIELDS, "resubmitted"))
"""The fields that hold a str or a datetime, neither of which can be changed."""


class Held(dict[str, Any]):
    """The fields of a record that are not None: half of them, and a dict half as large.

    `number` counts up from 1 in the order in which records were added; `gone` says that it is held
    no longer. Queries may be put to it as to a whole record, for `get` knows that a field that is
    not there is None.

    >>> record = Held({"msg_id": "a"}, number=1)
    >>> record.change({"label": "x", "stdout": None})
    >>> record, record.get("stdout")
    ({'msg_id': 'a', 'label': 'x'}, None)
    """

    __slots__ = ("gone", "number")

    def __init__(self, fields: Mapping[str, Any], number: int) -> None:
        dict.__init__(self, fields)
        self.number = number
        self.gone = False

    def get(self, name: str, default: object = None, /) -> Any:
        """The value of a field, None where none is held; every field exists."""
        return super().get(name)

    def change(self, fields: Mapping[str, Any]) -> None:
        """Take the checked values of `fields`."""
        for name, value in fields.items():
            if value is None:
                self.pop(name, None)
            else:
                self[name] = value

    def whole(self) -> TaskRecord:
        """A copy of the whole record."""
        record: Any = {**_NOTHING, **self}
        for name in DICT_FIELDS:
            value = record[name]
            if value is not None:
                record[name] = copied(value) if may_nest(value) else value.copy()
        for name in BUFFER_FIELDS:
            if record[name] is not None:
                record[name] = record[name].copy()  # bytes need no copy
        return record  # type: ignore[no-any-return]

    def part(self, names: Iterable[str]) -> TaskRecord:
        """A copy of ``msg_id`` and the fields in `names`, and of nothing else."""
        part: Any = {"msg_id": self["msg_id"]}
        for name in names:
            value = self.get(name)
            part[name] = value if name in SIMPLE_FIELDS else copied(value)
        return part  # type: ignore[no-any-return]
