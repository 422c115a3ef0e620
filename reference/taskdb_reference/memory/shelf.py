"""The records that a store in memory holds, and the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, NamedTuple, Protocol, TypeVar

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
    """An index, and how many of the latest events it has been told of."""

    index: Any
    told: int


class Went(NamedTuple):
    """That a record went; that one came, the record itself stands for."""

    record: Held


_MOST_EVENTS = 1000
"""When so many events wait, all indexes are told: records that went are held for no longer."""


class Shelf:
    """Records by msg_id.

    An index is made when it is first asked for, from all records, and kept from then on: a store
    pays for the questions that it is asked. Of records that came and went since, an index is told
    when it is next asked, or when one of its records changes; a write does not wait for that.
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
        self._numbers = count(1)
        self._events: list[Held | Went] = []
        self._kept: dict[str, Kept] = {}
        self._by_field: dict[str, list[Kept]] = {}

    def put(self, fields: Mapping[str, Any]) -> Held:
        """Hold a new record of those fields, of which ``msg_id`` must be new."""
        record = self.records[fields["msg_id"]] = Held(fields, next(self._numbers))
        if self._kept:
            self._events.append(record)
        return record

    def change(self, record: Held, fields: Mapping[str, Any]) -> None:
        """Give the record other values in `fields`."""
        touched = self._touched(fields)
        for kept in touched:
            self._tell(kept).leave(record)
        record.change(fields)
        for kept in touched:
            kept.index.enter(record)

    def remove(self, msg_id: str) -> Held:
        """Hold the record of `msg_id` no longer. Raises KeyError where there is none."""
        record = self.records.pop(msg_id)
        if self._kept:
            self._events.append(Went(record))
            self._tidy()
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
            index = make()
            for record in self.records.values():
                index.enter(record)
            kept = self._kept[name] = Kept(index, len(self._events))
            for field in fields:
                self._by_field.setdefault(field, []).append(kept)
        told: AnIndex = self._tell(self._kept[name])
        return told

    def _tell(self, kept: Kept) -> Any:
        """The index, told of all events."""
        if kept.told < len(self._events):
            _tell(kept, self._events)
            self._tidy()
        return kept.index

    def _tidy(self) -> None:
        """Tell all indexes of all events, and forget these, where there are many."""
        if len(self._events) < _MOST_EVENTS:
            return
        for kept in self._kept.values():
            _tell(kept, self._events)
            kept.told = 0
        self._events.clear()

    def _touched(self, fields: Iterable[str]) -> list[Kept]:
        """The indexes that a change of those fields may change."""
        by_field = self._by_field
        touched = {id(kept): kept for name in fields for kept in by_field.get(name, ())}
        return list(touched.values())


def _tell(kept: Kept, events: list[Held | Went]) -> None:
    index = kept.index
    for event in islice(events, kept.told, None):
        if type(event) is Went:
            index.leave(event.record)
        else:
            index.enter(event)
    kept.told = len(events)
