"""Where a planner can take candidates from: sized collections of msg_ids, made without a scan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import TypeAlias

from taskdb_reference.memory.hash_index import Groups
from taskdb_reference.memory.sorted_index import Key, Order
from taskdb_reference.memory.stored_record import Held

Records: TypeAlias = Mapping[str, Held]


class Chosen(Collection[str]):
    """The records whose group is one of `values`."""

    def __init__(self, groups: Groups, values: Collection[object], records: Records) -> None:
        self._groups, self._values, self._records = groups, frozenset(values), records
        self._ids = [groups.of(value) for value in dict.fromkeys(values)]

    def __len__(self) -> int:
        return sum(map(len, self._ids))

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._ids)

    def __contains__(self, msg_id: object) -> bool:
        return self._groups.value(self._records[msg_id]) in self._values  # type: ignore[index]


class Range(Collection[str]):
    """The records between two keys of an order."""

    def __init__(self, order: Order, low: Key, high: Key, records: Records) -> None:
        self.order, self.low, self.high, self._records = order, low, high, records

    def __len__(self) -> int:
        return self.order.count(self.low, self.high)

    def __iter__(self) -> Iterator[str]:
        return iter(self.order.between(self.low, self.high))

    def __contains__(self, msg_id: object) -> bool:
        key = self.order.key(self._records[msg_id])  # type: ignore[index]
        return key is not None and self.low <= key < self.high

    def __and__(self, other: Range) -> Range:
        """The records between that are in both, which are ranges of the same order."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Range(self.order, low, high, self._records)
