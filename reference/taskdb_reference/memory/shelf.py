"""The records that a store in memory holds, and the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any, Protocol, TypeVar

from taskdb_reference.memory.groups import Groups
from taskdb_reference.memory.held import Held
from taskdb_reference.memory.order import Order, among_completed, by_field, in_history
from taskdb_reference.memory.tally import Tally
from taskdb_spec.records.fields import TASK_FIELDS


class Index(Protocol):
    """What is told of every record that comes and goes."""

    def enter(self, record: Held, /) -> None: ...
    def leave(self, record: Held, /) -> None: ...


AnIndex = TypeVar("AnIndex", bound=Index)


class Shelf:
    """Records by msg_id.

    An index is made when it is first asked for, from all records, and kept from then on: a store
    pays for the questions that it is asked. New records enter the indexes when one of them is next
    asked, or when another record changes or goes; an add does not wait for that. `put`, `change`
    and `remove` are the only ways in and out, so no index can go astray.

    >>> shelf = Shelf()
    >>> record = shelf.put({"msg_id": "a", "label": "x"})
    >>> list(shelf.groups("label").of("x"))
    ['a']
    >>> shelf.change(record, {"label": None})
    >>> list(shelf.groups("label").of("x")), list(shelf.history)
    ([], ['a'])
    """

    def __init__(self) -> None:
        self.records: dict[str, Held] = {}
        self._numbers = count(1)
        self._new: list[Held] = []
        self._made: dict[str, Any] = {}
        self._by_field: dict[str, list[Index]] = {}

    def put(self, fields: Mapping[str, Any]) -> Held:
        """Hold a new record of those fields, of which ``msg_id`` must be new."""
        record = self.records[fields["msg_id"]] = Held(fields, next(self._numbers))
        if self._made:
            self._new.append(record)
        return record

    def change(self, record: Held, fields: Mapping[str, Any]) -> None:
        """Give the record other values in `fields`."""
        self._enter_new()
        touched = self._touched(fields)
        for index in touched:
            index.leave(record)
        record.change(fields)
        for index in touched:
            index.enter(record)

    def remove(self, msg_id: str) -> Held:
        """Hold the record of `msg_id` no longer. Raises KeyError where there is none."""
        self._enter_new()
        record = self.records.pop(msg_id)
        for index in self._made.values():
            index.leave(record)
        return record

    @property
    def history(self) -> Order:
        """All records, ascending by ``submitted``, None first."""
        return self.order("submitted")

    @property
    def completed(self) -> Order:
        """The completed records, in the order of the history."""
        return self._index(
            "completed records", ("submitted", "completed"), lambda: Order(among_completed)
        )

    @property
    def tally(self) -> Tally:
        """The bytes that the records hold."""
        return self._index("tally", TASK_FIELDS, Tally)

    def order(self, field: str) -> Order:
        """The records that have that time field, ascending by it. By ``submitted``, the history."""
        key = in_history if field == "submitted" else by_field(field)
        return self._index(f"order by {field}", (field,), lambda: Order(key))

    def groups(self, field: str) -> Groups:
        """The records, grouped by that field."""
        return self._index(f"groups by {field}", (field,), lambda: Groups(field))

    def _index(self, name: str, fields: Iterable[str], make: Callable[[], AnIndex]) -> AnIndex:
        """The index of that name, which `fields` decide; made unless it is there."""
        self._enter_new()
        if name not in self._made:
            index = make()
            for record in self.records.values():
                index.enter(record)
            self._made[name] = index
            for field in fields:
                self._by_field.setdefault(field, []).append(index)
        made: AnIndex = self._made[name]
        return made

    def _enter_new(self) -> None:
        if not self._new:
            return
        for index in self._made.values():
            for record in self._new:
                index.enter(record)
        self._new.clear()

    def _touched(self, fields: Iterable[str]) -> list[Index]:
        """The indexes that a change of those fields may change."""
        by_field = self._by_field
        touched = {id(index): index for name in fields for index in by_field.get(name, ())}
        return list(touched.values())
