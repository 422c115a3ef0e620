"""Adapters of mongomock, montydb and TinyDB to the interface of a store.

They implement only the queries and values that the workloads use.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any

import mongomock
import montydb
from tinydb import Query, TinyDB
from tinydb.queries import QueryInstance

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import Record
from taskdb_spec.records.fields import BUFFER_FIELDS, TIME_FIELDS


class CollectionStore:
    """A store on a client with pymongo's interface.

    Args:
        client: The client, which `close` closes.
        convert_times: Applied to every record and query, for clients that compare datetimes in
            one form only.
    """

    def __init__(self, client: Any, convert_times: Callable[[Any], Any]) -> None:
        self._client, self._convert_times = client, convert_times
        self._tasks = client["bench"]["tasks"]

    def load(self, records: Iterable[Record]) -> None:
        """Add records in one call."""
        self._tasks.insert_many([self._to_document(each) for each in records])

    def add_record(self, _msg_id: str, rec: Record) -> None:
        self._tasks.insert_one(self._to_document(rec))

    def get_record(self, msg_id: str) -> Record:
        document: Record | None = self._tasks.find_one({"_id": msg_id})
        if document is None:
            raise KeyError(msg_id)
        return document

    def update_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.update_one({"_id": msg_id}, {"$set": self._convert_times(rec)})

    def drop_record(self, msg_id: str) -> None:
        self._tasks.delete_one({"_id": msg_id})

    def drop_matching_records(self, check: Record) -> None:
        self._tasks.delete_many(self._convert_times(check))

    def find_records(self, check: Record, keys: list[str] | None = None) -> dict[str, Record]:
        projection = keys and dict.fromkeys(["msg_id", *keys], 1)
        return {
            each["_id"]: each for each in self._tasks.find(self._convert_times(check), projection)
        }

    def get_history(self) -> list[str]:
        found = self._tasks.find({}, {"msg_id": 1, "submitted": 1}).sort("submitted", 1)
        return [each["msg_id"] for each in found]

    def close(self) -> None:
        self._client.close()

    def _to_document(self, rec: Record) -> Record:
        document: Record = self._convert_times(rec)
        return {"_id": rec["msg_id"], **document}


def _to_naive_utc(value: Any) -> Any:
    """Convert datetimes to naive ones in UTC, the only form that montydb compares."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, dict):
        return {key: _to_naive_utc(item) for key, item in value.items()}
    return value


def _open_mongomock(_folder: Path) -> CollectionStore:
    return CollectionStore(mongomock.MongoClient(tz_aware=True), dict)


def _make_montydb_opener(synchronous: str) -> Callable[[Path], CollectionStore]:
    def open_store(folder: Path) -> CollectionStore:
        montydb.set_storage(str(folder), storage="sqlite", use_bson=True)
        client = montydb.MontyClient(str(folder), synchronous=synchronous)
        return CollectionStore(client, _to_naive_utc)

    return open_store


OPERATORS = {
    "$eq": eq,
    "$in": lambda value, operands: value in operands,
    "$lt": lt,
    "$lte": le,
    "$gt": gt,
    "$gte": ge,
    "$ne": ne,
}


class TinyDBStore:
    """A TinyDB file. It keeps JSON, so timestamps and buffers are stored as strings."""

    def __init__(self, file: Path) -> None:
        self._database = TinyDB(file)
        # The cache of query results is off, or the cache would be measured instead of the search.
        # A Hub rarely repeats a query without a write in between, and a write empties the cache.
        self._tasks = self._database.table("tasks", cache_size=0)

    def load(self, records: Iterable[Record]) -> None:
        """Add records in one call."""
        self._tasks.insert_multiple(map(_to_json, records))

    def add_record(self, _msg_id: str, rec: Record) -> None:
        self._tasks.insert(_to_json(rec))

    def get_record(self, msg_id: str) -> Record:
        found = self._tasks.get(Query().msg_id == msg_id)
        if found is None:
            raise KeyError(msg_id)
        return _from_json(dict(found))

    def update_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.update(_to_json(rec), Query().msg_id == msg_id)

    def drop_record(self, msg_id: str) -> None:
        self._tasks.remove(Query().msg_id == msg_id)

    def drop_matching_records(self, check: Record) -> None:
        self._tasks.remove(_parse_query(check))

    def find_records(self, check: Record, keys: list[str] | None = None) -> dict[str, Record]:
        found = self._tasks.search(_parse_query(check))
        names = keys and ["msg_id", *keys]
        return {
            each["msg_id"]: _from_json({name: each[name] for name in names or each})
            for each in found
        }

    def get_history(self) -> list[str]:
        return [each["msg_id"] for each in sorted(self._tasks, key=lambda each: each["submitted"])]

    def close(self) -> None:
        self._database.close()


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _to_json(item) for key, item in value.items()}
    return value


def _from_json(document: Record) -> Record:
    for name in TIME_FIELDS:
        if document.get(name):
            document[name] = datetime.fromisoformat(document[name])
    for name in BUFFER_FIELDS:
        if document.get(name):
            document[name] = [b64decode(text) for text in document[name]]
    return document


def _parse_query(check: Record) -> QueryInstance:
    """Return the conjunction of all conditions of a query."""
    conditions = [
        _make_condition(name, operator, operand)
        for name, operands in check.items()
        for operator, operand in _by_operator(operands)
    ]
    conjunction: QueryInstance = conditions[0]
    for condition in conditions[1:]:
        conjunction = conjunction & condition
    return conjunction


def _by_operator(operands: Any) -> Iterable[tuple[str, Any]]:
    return (operands if isinstance(operands, dict) else {"$eq": operands}).items()


def _make_condition(name: str, operator: str, operand: Any) -> Any:
    return Query()[name].test(OPERATORS[operator], _to_json(operand))


MONGOMOCK = Contender("mongomock", _open_mongomock)
MONTYDB = Contender("montydb", _make_montydb_opener("FULL"), _make_montydb_opener("OFF"))
TINYDB = Contender("TinyDB", lambda folder: TinyDBStore(folder / "tasks.json"))
