"""Records kept in an order of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, compress
from math import inf
from typing import TypeAlias

from taskdb_reference.memory.stored_record import Held

Key: TypeAlias = tuple[datetime, float]
"""An instant, and the number of the record, which keeps those of the same instant apart."""

_BEFORE_FIRST = 2**62
_BLOCK = 1000
_SIFTED = 32
"""So many records are sifted in the time that it takes to look one up."""


def before(instant: datetime) -> Key:
    """Where the records of `instant` begin."""
    return instant, 0


def after(instant: datetime) -> Key:
    """Where the records of `instant` end."""
    return instant, inf


FIRST = before(datetime.min.replace(tzinfo=UTC))
LAST = after(datetime.max.replace(tzinfo=UTC))
"""All instants lie between these keys; the records that the history has for None come before."""


def in_history(record: Held) -> Key:
    """The place in the history: ascending by ``submitted``, None first, ties as they were added."""
    submitted = record.fields["submitted"]
    if submitted is None:
        return FIRST[0], record.number - _BEFORE_FIRST
    return submitted, record.number


def among_completed(record: Held) -> Key | None:
    """The place in the history of the records that are completed."""
    return None if record.fields["completed"] is None else in_history(record)


def by_field(field: str) -> Callable[[Held], Key | None]:
    """The place among the records that have the time field `field`."""

    def key(record: Held) -> Key | None:
        instant = record.fields[field]
        return None if instant is None else (instant, record.number)

    return key


class Order:
    """The ids of records, ascending by a key; those whose key is None are left out.

    Keys and ids lie side by side in blocks of about a thousand. To enter a record at the end, as
    records nearly always come, takes constant time; to enter or to leave elsewhere, two binary
    searches and a shift within a block.

    >>> order = Order(in_history)
    >>> for number, msg_id in enumerate("ba", start=1):
    ...     order.enter([Held({"msg_id": msg_id}, number)])
    >>> list(order)
    ['b', 'a']
    """

    def __init__(self, key: Callable[[Held], Key | None]) -> None:
        self.key = key
        self._keys: list[list[Key]] = []
        self._ids: list[list[str]] = []
        self._bounds: list[Key] = []  # of each block: no key in it is greater, all later ones are

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._ids)

    def ids(self) -> list[str]:
        """All ids, ascending."""
        return _joined(self._ids)

    def enter(self, records: Iterable[Held]) -> None:
        """Put each record in its place."""
        for record in records:
            key = self.key(record)
            if key is None:
                continue
            if not self._bounds or key > self._bounds[-1]:
                self._append(key, record.msg_id)
            else:
                self._insert(key, record.msg_id)

    def leave(self, records: Iterable[Held]) -> None:
        """Take records, which must not have changed since, out of their places.

        Where they lie close together, as those do that are culled, none is looked up.
        """
        keys = {record.msg_id: key for record in records if (key := self.key(record)) is not None}
        if not keys:
            return
        first, last = (bisect_left(self._bounds, end(keys.values())) for end in (min, max))
        blocks = range(first, last + 1)
        if len(blocks) * _BLOCK < _SIFTED * len(keys):
            self._sift(blocks, keys)
            return
        for key in keys.values():
            block, index = self._place(key)
            del self._keys[block][index], self._ids[block][index]
            self._close(block)

    def _sift(self, blocks: range, gone: Container[str]) -> None:
        """Take the ids that are `gone` out of those blocks."""
        for block in reversed(blocks):
            stay = [msg_id not in gone for msg_id in self._ids[block]]
            self._keys[block] = [*compress(self._keys[block], stay)]
            self._ids[block] = [*compress(self._ids[block], stay)]
            self._close(block)

    def _close(self, block: int) -> None:
        """Take the block out if it is empty."""
        if not self._keys[block]:
            del self._keys[block], self._ids[block], self._bounds[block]

    def between(self, low: Key, high: Key) -> list[str]:
        """The ids from `low` up to `high`."""
        return _joined(self._ids[block][part] for block, part in self._parts(low, high))

    def count(self, low: Key, high: Key) -> int:
        """How many ids there are between; this looks at blocks, not at records."""
        parts = self._parts(low, high)
        return sum(len(range(len(self._ids[block]))[part]) for block, part in parts)

    def _parts(self, low: Key, high: Key) -> Iterator[tuple[int, slice]]:
        """Each block that has ids between, and which of it they are."""
        (first, start), (last, stop) = self._place(low), self._place(high)
        for block in range(first, min(last + 1, len(self._ids))):
            yield block, slice(start if block == first else 0, stop if block == last else None)

    def _place(self, key: Key) -> tuple[int, int]:
        """The block and the index in it of the first key that is not less."""
        block = bisect_left(self._bounds, key)
        return block, bisect_left(self._keys[block], key) if block < len(self._keys) else 0

    def _append(self, key: Key, msg_id: str) -> None:
        if not self._bounds or len(self._keys[-1]) >= _BLOCK:
            self._keys.append([])
            self._ids.append([])
            self._bounds.append(key)
        self._keys[-1].append(key)
        self._ids[-1].append(msg_id)
        self._bounds[-1] = key

    def _insert(self, key: Key, msg_id: str) -> None:
        block, index = self._place(key)
        keys, ids = self._keys[block], self._ids[block]
        keys.insert(index, key)
        ids.insert(index, msg_id)
        if len(keys) > 2 * _BLOCK:
            self._keys[block : block + 1] = [keys[:_BLOCK], keys[_BLOCK:]]
            self._ids[block : block + 1] = [ids[:_BLOCK], ids[_BLOCK:]]
            self._bounds.insert(block, keys[_BLOCK - 1])


def _joined(blocks: Iterable[list[str]]) -> list[str]:
    joined: list[str] = []
    for ids in blocks:
        joined += ids
    return joined
