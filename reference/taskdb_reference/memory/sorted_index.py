"""Sorted index: the ids of records in an order of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, compress
from math import inf
from typing import TypeAlias

from taskdb_reference.memory.stored_record import StoredRecord

Key: TypeAlias = tuple[datetime, float]
"""An instant, and the number of the record, which orders the records of the same instant."""

_NONE_OFFSET = 2**62
"""Subtracted from the number of a record without ``submitted``, to sort it before all others.

It is larger than any number of records.
"""

_BLOCK_SIZE = 1000
"""The number of entries after which a block is full; a block is split at twice this size.

Larger blocks make an insertion in the middle slower, smaller ones lengthen the list of blocks.
"""

_SCANNED_PER_LOOKUP = 32
"""How many entries of a block can be filtered in the time that one binary search takes."""


def make_start_key(instant: datetime) -> Key:
    """Return a key that is not above those of the records of an instant."""
    return instant, 0


def make_end_key(instant: datetime) -> Key:
    """Return a key above those of all records of an instant."""
    return instant, inf


# All instants are between these two keys. In the history, records without one are below both.
MIN_KEY = make_start_key(datetime.min.replace(tzinfo=UTC))
MAX_KEY = make_end_key(datetime.max.replace(tzinfo=UTC))


def get_history_key(record: StoredRecord) -> Key:
    """Return the sort key of the history: by ``submitted``, None first, then by insertion."""
    submitted = record.fields["submitted"]
    if submitted is None:
        return MIN_KEY[0], record.number - _NONE_OFFSET
    return submitted, record.number


def get_completed_key(record: StoredRecord) -> Key | None:
    """Return the sort key of the history for a completed record, and None for a pending one."""
    return None if record.fields["completed"] is None else get_history_key(record)


def make_field_key(field: str) -> Callable[[StoredRecord], Key | None]:
    """Return a function that returns the sort key by a time field, or None without a value."""

    def get_key(record: StoredRecord) -> Key | None:
        instant = record.fields[field]
        return None if instant is None else (instant, record.number)

    return get_key


class SortedIndex:
    """The ids of records, ascending by a key. Records whose key is None are left out.

    Keys and ids are in parallel lists, in blocks of about a thousand. Most records are inserted at
    the end, in constant time. An insertion elsewhere, or a removal, takes two binary searches and a
    shift within one block.

    >>> index = SortedIndex(get_history_key)
    >>> for number, msg_id in enumerate("ba", start=1):
    ...     index.insert([StoredRecord({"msg_id": msg_id}, number)])
    >>> list(index)
    ['b', 'a']
    """

    def __init__(self, key: Callable[[StoredRecord], Key | None]) -> None:
        self.key = key
        self._keys: list[list[Key]] = []
        self._ids: list[list[str]] = []
        # For each block: not below any of its keys, and below all keys of later blocks.
        self._bounds: list[Key] = []

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._ids)

    def list_ids(self) -> list[str]:
        """Return all ids, ascending."""
        return _concatenate(self._ids)

    def insert(self, records: Iterable[StoredRecord]) -> None:
        """Add records to the index."""
        for record in records:
            key = self.key(record)
            if key is None:
                continue
            if not self._bounds or key > self._bounds[-1]:
                self._append(key, record.msg_id)
            else:
                self._insert_between(key, record.msg_id)

    def remove(self, records: Iterable[StoredRecord]) -> None:
        """Remove records, whose fields must be unchanged since `insert`.

        If they are close together, as culled records are, their blocks are filtered in one pass.
        Otherwise each record is looked up by two binary searches.
        """
        keys = {record.msg_id: key for record in records if (key := self.key(record)) is not None}
        if not keys:
            return
        first, last = (bisect_left(self._bounds, end(keys.values())) for end in (min, max))
        blocks = range(first, last + 1)
        if len(blocks) * _BLOCK_SIZE < _SCANNED_PER_LOOKUP * len(keys):
            self._filter_blocks(blocks, keys)
            return
        for key in keys.values():
            block, index = self._locate(key)
            del self._keys[block][index], self._ids[block][index]
            self._delete_if_empty(block)

    def _filter_blocks(self, blocks: range, removed: Container[str]) -> None:
        """Remove the ids in `removed` from these blocks."""
        # In reverse, because deleting an empty block shifts the later ones.
        for block in reversed(blocks):
            keep = [msg_id not in removed for msg_id in self._ids[block]]
            self._keys[block] = [*compress(self._keys[block], keep)]
            self._ids[block] = [*compress(self._ids[block], keep)]
            self._delete_if_empty(block)

    def _delete_if_empty(self, block: int) -> None:
        if not self._keys[block]:
            del self._keys[block], self._ids[block], self._bounds[block]

    def get_range(self, low: Key, high: Key) -> list[str]:
        """Return the ids from the key `low` up to, but not including, `high`."""
        return _concatenate(self._ids[block][part] for block, part in self._slices(low, high))

    def count_range(self, low: Key, high: Key) -> int:
        """Return the length of `get_range`, at the cost of the number of blocks."""
        slices = self._slices(low, high)
        return sum(len(range(len(self._ids[block]))[part]) for block, part in slices)

    def _slices(self, low: Key, high: Key) -> Iterator[tuple[int, slice]]:
        """Yield each block that overlaps with the range, and the slice that does."""
        (first, start), (last, stop) = self._locate(low), self._locate(high)
        for block in range(first, min(last + 1, len(self._ids))):
            yield block, slice(start if block == first else 0, stop if block == last else None)

    def _locate(self, key: Key) -> tuple[int, int]:
        """Return the block of the first key that is not below `key`, and its index there."""
        block = bisect_left(self._bounds, key)
        return block, bisect_left(self._keys[block], key) if block < len(self._keys) else 0

    def _append(self, key: Key, msg_id: str) -> None:
        if not self._bounds or len(self._keys[-1]) >= _BLOCK_SIZE:
            self._keys.append([])
            self._ids.append([])
            self._bounds.append(key)
        self._keys[-1].append(key)
        self._ids[-1].append(msg_id)
        self._bounds[-1] = key

    def _insert_between(self, key: Key, msg_id: str) -> None:
        block, index = self._locate(key)
        keys, ids = self._keys[block], self._ids[block]
        keys.insert(index, key)
        ids.insert(index, msg_id)
        if len(keys) > 2 * _BLOCK_SIZE:
            self._keys[block : block + 1] = [keys[:_BLOCK_SIZE], keys[_BLOCK_SIZE:]]
            self._ids[block : block + 1] = [ids[:_BLOCK_SIZE], ids[_BLOCK_SIZE:]]
            self._bounds.insert(block, keys[_BLOCK_SIZE - 1])


def _concatenate(blocks: Iterable[list[str]]) -> list[str]:
    ids: list[str] = []
    for block in blocks:
        ids += block
    return ids
