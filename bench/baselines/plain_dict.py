"""A dict of copied records: an upper bound for the speed of any store in memory."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bench.harness.sample_tasks import Record

_KEPT_TENTHS = 9  # of `record_limit`, after a cull; as in the stores that it is compared with


class PlainDict:
    """A dict of records with the methods of a store. It validates nothing.

    It finds records by msg_id only. It copies less than isolation needs: the dicts and lists in a
    record, but not the dicts and lists inside those. If it has more than `record_limit` records,
    it drops the oldest tenth by time of add. A real store must look at `submitted` and
    `completed` instead.
    """

    def __init__(self) -> None:
        self.record_limit: int | None = None
        self._records: dict[str, Record] = {}

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        self._records[msg_id] = _copy_two_levels(rec)
        if self.record_limit is not None and len(self._records) > self.record_limit:
            excess = len(self._records) - self.record_limit * _KEPT_TENTHS // 10
            for oldest in [*islice(self._records, excess)]:
                del self._records[oldest]

    def get_record(self, msg_id: str) -> Record:
        return _copy_two_levels(self._records[msg_id])

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        self._records[msg_id].update(_copy_two_levels(rec))

    def drop_record(self, msg_id: str) -> None:
        del self._records[msg_id]

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Raise NotImplementedError: a purge needs a search."""
        raise NotImplementedError("records are found by their ids only")

    def find_records(self, check: dict[str, Any], _keys: Any = None) -> dict[str, Record]:
        """Return the records of one msg_id, or of the msg_ids in an ``$in``.

        Raises:
            NotImplementedError: The query has other conditions.
        """
        if check.keys() != {"msg_id"}:
            raise NotImplementedError("records are found by their ids only")
        condition = check["msg_id"]
        msg_ids = [condition] if isinstance(condition, str) else condition["$in"]
        return {msg_id: _copy_two_levels(self._records[msg_id]) for msg_id in msg_ids}

    def get_history(self) -> list[str]:
        """Return the ids in the order of the adds, not by `submitted`."""
        return list(self._records)

    def close(self) -> None:
        """Do nothing."""


def _copy_two_levels(record: Mapping[str, Any]) -> Record:
    copy = dict(record)
    for name, value in copy.items():
        if type(value) is dict or type(value) is list:
            copy[name] = value.copy()
    return copy
