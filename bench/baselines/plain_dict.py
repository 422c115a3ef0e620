"""A dict of records, copied as they go in and come out: what no store in memory can do without."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bench.harness.sample_tasks import Record


class Bare:
    """Checks nothing, and finds records by their ids only. A bound, and no store.

    It copies less than isolation takes: the dicts and lists that a record holds, and not those that
    they hold in turn. Above `record_limit` it drops a tenth, those that were added first: what was
    submitted first, or is completed, it does not know.
    """

    def __init__(self) -> None:
        self.record_limit: int | None = None
        self._records: dict[str, Record] = {}

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        self._records[msg_id] = _copy(rec)
        if self.record_limit is not None and len(self._records) > self.record_limit:
            excess = len(self._records) - self.record_limit * 9 // 10
            for first in [*islice(self._records, excess)]:
                del self._records[first]

    def get_record(self, msg_id: str) -> Record:
        return _copy(self._records[msg_id])

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        self._records[msg_id].update(_copy(rec))

    def drop_record(self, msg_id: str) -> None:
        del self._records[msg_id]

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        raise NotImplementedError("records are found by their ids only")

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, Record]:
        if check.keys() != {"msg_id"}:
            raise NotImplementedError("records are found by their ids only")
        asked = check["msg_id"]
        ids = [asked] if isinstance(asked, str) else asked["$in"]
        return {msg_id: _copy(self._records[msg_id]) for msg_id in ids}

    def get_history(self) -> list[str]:
        """The ids, in the order of the adds."""
        return list(self._records)

    def close(self) -> None:
        """There is nothing to close."""


def _copy(record: Mapping[str, Any]) -> Record:
    copy = dict(record)
    for name, value in copy.items():
        if type(value) is dict or type(value) is list:
            copy[name] = value.copy()
    return copy
