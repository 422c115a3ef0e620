"""The records that a store in memory holds, and the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(slots=True)
class Kept:
    """An index, and how much it was told: so many events, and so the records up to `newest`."""

    index: Any
    told: int = 0
    newest: int = 0

    def tell(self, events: list[Held], newest: int) -> None:
        """Tell the index of the events that it has not been told of, up to the `newest` record.

        An event is a record that came or went. One that did both since is none of its business.
        """
        for record in events[self.told :]:
            if not record.gone:
                self.index.enter(record)
            elif record.number <= self.newest:
                self.index.leave(record)
        self.told, self.newest = len(events), newest


_MOST_GONE = 1000
"""When so many records went, all indexes are told, and hold these records no longer."""


class Shelf:
    """Records by msg_id.

    An index is made when it is first asked for, from all records, and kept from then on: a store
    pays for the questions that it is asked. Of records that came and went since, an index is told
    when it is next asked; a write does not wait for that, nor does a change of such a record.
    `put`, `change` and `remove` are the only ways in and out, so no index can go astray.

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
        self._newest = 0  # the number of the record that came last
        self._events: list[Held] = []  # the records that came and went of late
        self._gone = 0  # how many of these went
        self._kept: dict[str, Kept] = {}
        self._by_field: dict[str, list[Kept]] = {}

    def put(self, fields: Mapping[str, Any]) -> Held:
        """Hold a new record of those fields, of which ``msg_id`` must be new."""
        self._newest += 1
        record = self.records[fields["msg_id"]] = Held(fields, self._newest)
        if self._kept:
            self._events.append(record)
        return record

    def change(self, record: Held, fields: Mapping[str, Any]) -> None:
        """Give the record other values in `fields`."""
        touched = self._touched(record, fields)
        for kept in touched:
            kept.index.leave(record)
        record.change(fields)
        for kept in touched:
            kept.index.enter(record)

    def remove(self, msg_id: str) -> Held:
        """Hold the record of `msg_id` no longer. Raises KeyError where there is none."""
        record = self.records.pop(msg_id)
        record.gone = True
        if self._kept:
            self._events.append(record)
            self._gone += 1
            if self._gone == _MOST_GONE:
                self._tell_all()
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
        if name not in self._kept:
            made = self._kept[name] = Kept(make())
            made.tell([*self.records.values()], self._newest)
            made.told = len(self._events)
            for field in fields:
                self._by_field.setdefault(field, []).append(made)
        kept = self._kept[name]
        kept.tell(self._events, self._newest)
        told: AnIndex = kept.index
        return told

    def _tell_all(self) -> None:
        for kept in self._kept.values():
            kept.tell(self._events, self._newest)
            kept.told = 0
        self._events.clear()
        self._gone = 0

    def _touched(self, record: Held, fields: Iterable[str]) -> list[Kept]:
        """The indexes that hold the record, and that a change of those fields may change."""
        by_field, number = self._by_field, record.number
        touched = {id(kept): kept for name in fields for kept in by_field.get(name, ())}
        return [kept for kept in touched.values() if kept.newest >= number]
