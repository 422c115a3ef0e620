"""Candidate sets: the msg_ids that an index finds for one condition, without a scan.

The query planner needs three operations of them: their length, to choose the smallest set, their
ids, and whether they contain an id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from taskdb_reference.memory.hash_index import HashIndex
from taskdb_reference.memory.sorted_index import Key, SortedIndex
from taskdb_reference.memory.stored_record import StoredRecord

Records: TypeAlias = Mapping[str, StoredRecord]


class ValueCandidates(Collection[str]):
    """The records that have one of several values in a hash index."""

    def __init__(self, index: HashIndex, values: Collection[object], records: Records) -> None:
        self._index, self._values, self._records = index, frozenset(values), records
        self._ids = [index.get_ids(value) for value in dict.fromkeys(values)]

    def __len__(self) -> int:
        return sum(map(len, self._ids))

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._ids)

    def __contains__(self, msg_id: object) -> bool:
        return self._index.get_value(self._records[msg_id]) in self._values  # type: ignore[index]


class RangeCandidates(Collection[str]):
    """The records of a sorted index from the key `low` up to, but not including, `high`."""

    def __init__(self, index: SortedIndex, low: Key, high: Key, records: Records) -> None:
        self.index, self.low, self.high, self._records = index, low, high, records

    def __len__(self) -> int:
        return self.index.count_range(self.low, self.high)

    def __iter__(self) -> Iterator[str]:
        return iter(self.index.get_range(self.low, self.high))

    def __contains__(self, msg_id: object) -> bool:
        key = self.index.key(self._records[msg_id])  # type: ignore[index]
        return key is not None and self.low <= key < self.high

    def __and__(self, other: RangeCandidates) -> RangeCandidates:
        """Return the intersection with another range of the same index."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return RangeCandidates(self.index, low, high, self._records)
