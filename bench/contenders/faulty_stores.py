"""Stores with one fault each, on any library: what authors of backends get wrong at first.

A `Fault` stands between the caller and a sound store, and changes one method.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from taskdb_spec import Backend, QueryError, RecordNotFound, TaskDB


class Fault:
    """A store that passes every call on. A subclass changes one method."""

    def __init__(self, store: TaskDB) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def add_record(self, msg_id: str, rec: Any, /) -> None:
        self.store.add_record(msg_id, rec)

    def get_record(self, msg_id: str, /) -> Any:
        return self.store.get_record(msg_id)

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        self.store.update_record(msg_id, rec)

    def drop_record(self, msg_id: str, /) -> None:
        self.store.drop_record(msg_id)

    def drop_matching_records(self, check: Any, /) -> None:
        self.store.drop_matching_records(check)

    def find_records(self, check: Any, keys: Any = None) -> Any:
        return self.store.find_records(check, keys)

    def get_history(self) -> list[str]:
        return self.store.get_history()

    def close(self) -> None:
        self.store.close()


class AddOverwrites(Fault):
    """A second add replaces the record."""

    def add_record(self, msg_id: str, rec: Any, /) -> None:
        with suppress(RecordNotFound):
            self.store.drop_record(msg_id)
        self.store.add_record(msg_id, rec)


class GetGivesNone(Fault):
    """An id that is not there gives None."""

    def get_record(self, msg_id: str, /) -> Any:
        try:
            return self.store.get_record(msg_id)
        except RecordNotFound:
            return None


class GetOmitsLabel(Fault):
    """`get_record` leaves a field out."""

    def get_record(self, msg_id: str, /) -> Any:
        return {k: v for k, v in self.store.get_record(msg_id).items() if k != "label"}


class UpdateIgnoresUnknownId(Fault):
    """An update that hits no row says nothing."""

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        with suppress(RecordNotFound):
            self.store.update_record(msg_id, rec)


class UpdateAdds(Fault):
    """An update of an id that is not there adds a record."""

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        try:
            self.store.update_record(msg_id, rec)
        except RecordNotFound:
            self.store.add_record(msg_id, rec)


class UpdateReplaces(Fault):
    """An update clears the fields that it does not name."""

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        self.store.update_record(msg_id, {"stdout": "", "stderr": "", **rec})


class DropIgnoresUnknownId(Fault):
    """A drop that hits no row says nothing."""

    def drop_record(self, msg_id: str, /) -> None:
        with suppress(RecordNotFound):
            self.store.drop_record(msg_id)


class PurgeTakesOne(Fault):
    """A purge removes the first record alone."""

    def drop_matching_records(self, check: Any, /) -> None:
        for msg_id in [*self.store.find_records(check)][:1]:
            self.store.drop_record(msg_id)


class PurgeKeepsCompleted(Fault):
    """A purge spares records of tasks that have ended."""

    def drop_matching_records(self, check: Any, /) -> None:
        for msg_id, record in self.store.find_records(check).items():
            if record["completed"] is None:
                self.store.drop_record(msg_id)


class FindIgnoresKeys(Fault):
    """A search returns whole records, whatever the keys."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.store.find_records(check, keys)
        return self.store.find_records(check)


class KeysLackMsgId(Fault):
    """A search with keys leaves the id out."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        found = self.store.find_records(check, keys)
        if keys is not None and "msg_id" not in keys:
            return {i: {k: v for k, v in r.items() if k != "msg_id"} for i, r in found.items()}
        return found


class FindUsesFirstCondition(Fault):
    """A search with several conditions uses the first."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.store.find_records(check, keys)
        return self.store.find_records(dict([*check.items()][:1]), keys)


class FindForgivesUnknownOperators(Fault):
    """A query that is refused finds nothing."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        try:
            return self.store.find_records(check, keys)
        except QueryError:
            return {}


class HistoryIsReversed(Fault):
    """The newest task comes first."""

    def get_history(self) -> list[str]:
        return self.store.get_history()[::-1]


class HistoryIsSortedById(Fault):
    """The ids decide the order."""

    def get_history(self) -> list[str]:
        return sorted(self.store.get_history())


class HistoryOmitsPending(Fault):
    """Records without a time of submission are left out."""

    def get_history(self) -> list[str]:
        never = self.store.find_records({"submitted": None})
        return [msg_id for msg_id in self.store.get_history() if msg_id not in never]


class TimesAreNaive(Fault):
    """Timestamps come back without a time zone."""

    def get_record(self, msg_id: str, /) -> Any:
        record = self.store.get_record(msg_id)
        submitted = record.get("submitted")
        return {**record, "submitted": submitted and submitted.replace(tzinfo=None)}


def _rewrite(check: Any, operator: str, other: str) -> Any:
    """Return a query in which an operator stands for another one."""
    if not isinstance(check, Mapping):
        return check
    return {other if k == operator else k: _rewrite(v, operator, other) for k, v in check.items()}


class LtIsLte(Fault):
    """`$lt` takes equal values."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        return self.store.find_records(_rewrite(check, "$lt", "$lte"), keys)


class GtIsGte(Fault):
    """`$gt` takes equal values."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        return self.store.find_records(_rewrite(check, "$gt", "$gte"), keys)


class NinIsIn(Fault):
    """`$nin` is `$in`."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        return self.store.find_records(_rewrite(check, "$nin", "$in"), keys)


FAULTS: Sequence[type[Fault]] = (
    *(AddOverwrites, GetGivesNone, GetOmitsLabel),
    *(UpdateIgnoresUnknownId, UpdateAdds, UpdateReplaces, DropIgnoresUnknownId),
    *(PurgeTakesOne, PurgeKeepsCompleted),
    *(FindIgnoresKeys, KeysLackMsgId, FindUsesFirstCondition, FindForgivesUnknownOperators),
    *(HistoryIsReversed, HistoryIsSortedById, HistoryOmitsPending, TimesAreNaive),
    *(LtIsLte, GtIsGte, NinIsIn),
)
"""One fault of each kind."""


def with_fault(backend: Backend, fault: type[Fault]) -> Backend:
    """Return a backend whose stores have a fault. It claims what the sound one claims."""

    def open_store(workdir: Path) -> Any:
        return fault(backend.open(workdir))

    return replace(backend, name=f"{backend.name} {fault.__name__}", open=open_store)
