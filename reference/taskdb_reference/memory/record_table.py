"""The records that a store in memory holds, and the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from taskdb_reference.memory.hash_index import Groups
from taskdb_reference.memory.size_index import Tally
from taskdb_reference.memory.sorted_index import Order, among_completed, by_field, in_history
from taskdb_reference.memory.stored_record import Held
from taskdb_spec.records.fields import TASK_FIELDS


class Index(Protocol):
    """What is told of every record that comes and goes."""

    def enter(self, records: Iterable[Held], /) -> None: ...
    def leave(self, records: Iterable[Held], /) -> None: ...


AnIndex = TypeVar("AnIndex", bound=Index)


@dataclass(slots=True)
class Kept:
    """An index, and what it was told.

    It knows so many records, of which the `newest` has that number, and has heard of so many that
    went.
    """

    index: Any
    heard: int
    knows: int = 0
    newest: int = 0

    def tell_gone(self, went: list[Held]) -> None:
        """Tell the index which of the records that it knows went since it was last told."""
        if self.heard < len(went):
            known = [record for record in went[self.heard :] if record.number <= self.newest]
            self.index.leave(known)
            self.heard = len(went)
            self.knows -= len(known)

    def tell_new(self, records: dict[str, Held], newest: int) -> None:
        """Tell the index of the records that it does not know, which came last of all."""
        if self.knows < len(records):
            new = [*islice(reversed(records.values()), len(records) - self.knows)]
            self.index.enter(reversed(new))
            self.knows, self.newest = len(records), newest


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
        self._went: list[Held] = []  # the records that went of late
        self._kept: dict[str, Kept] = {}
        self._by_field: dict[str, list[Kept]] = {}

    def put(self, fields: Mapping[str, Any]) -> Held:
        """Hold a new record of those fields, of which ``msg_id`` must be new."""
        self._newest += 1
        record = Held(fields, self._newest)
        self.records[record.msg_id] = record
        return record

    def change(self, record: Held, fields: Mapping[str, Any]) -> None:
        """Give the record other values in `fields`."""
        touched = self._touched(record, fields)
        for kept in touched:
            kept.index.leave([record])
        record.change(fields)
        for kept in touched:
            kept.index.enter([record])

    def remove(self, records: Sequence[Held]) -> None:
        """Hold those records no longer."""
        for record in records:
            del self.records[record.msg_id]
        if self._kept:
            self._went += records
            if len(self._went) >= _MOST_GONE:
                self._forget()

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
            self._kept[name] = made = Kept(make(), len(self._went))
            for field in fields:
                self._by_field.setdefault(field, []).append(made)
        kept = self._kept[name]
        kept.tell_gone(self._went)  # first, for an id may have gone and come again
        kept.tell_new(self.records, self._newest)
        told: AnIndex = kept.index
        return told

    def _forget(self) -> None:
        """Hold the records that went no longer, once all indexes are told of them."""
        for kept in self._kept.values():
            kept.tell_gone(self._went)
            kept.heard = 0
        self._went.clear()

    def _touched(self, record: Held, fields: Iterable[str]) -> list[Kept]:
        """The indexes that hold the record, and that a change of those fields may change."""
        by_field, number = self._by_field, record.number
        touched = {id(kept): kept for name in fields for kept in by_field.get(name, ())}
        return [kept for kept in touched.values() if kept.newest >= number]
