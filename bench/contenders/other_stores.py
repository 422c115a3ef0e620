"""Stores of others behind the calls of this interface: only what the benchmark asks of them."""

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


class Documents:
    """A collection that is asked as one of MongoDB's is."""

    def __init__(self, client: Any, dates: Callable[[Any], Any]) -> None:
        self._client, self._dates = client, dates
        self._tasks = client["bench"]["tasks"]

    def load(self, records: Iterable[Record]) -> None:
        self._tasks.insert_many([self._document(each) for each in records])

    def add_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.insert_one(self._document(rec))

    def get_record(self, msg_id: str) -> Record:
        document: Record | None = self._tasks.find_one({"_id": msg_id})
        if document is None:
            raise KeyError(msg_id)
        return document

    def update_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.update_one({"_id": msg_id}, {"$set": self._dates(rec)})

    def drop_record(self, msg_id: str) -> None:
        self._tasks.delete_one({"_id": msg_id})

    def drop_matching_records(self, check: Record) -> None:
        self._tasks.delete_many(self._dates(check))

    def find_records(self, check: Record, keys: list[str] | None = None) -> dict[str, Record]:
        projection = keys and dict.fromkeys(["msg_id", *keys], 1)
        return {each["_id"]: each for each in self._tasks.find(self._dates(check), projection)}

    def get_history(self) -> list[str]:
        found = self._tasks.find({}, {"msg_id": 1, "submitted": 1}).sort("submitted", 1)
        return [each["msg_id"] for each in found]

    def close(self) -> None:
        self._client.close()

    def _document(self, rec: Record) -> Record:
        document: Record = self._dates(rec)
        return {"_id": rec["msg_id"], **document}


def _in_utc(value: Any) -> Any:
    """With datetimes as montydb compares them: in UTC, and not saying so."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, dict):
        return {key: _in_utc(item) for key, item in value.items()}
    return value


def _open_mongomock(folder: Path) -> Documents:
    return Documents(mongomock.MongoClient(tz_aware=True), dict)


def _open_montydb(synchronous: str) -> Callable[[Path], Documents]:
    def opened(folder: Path) -> Documents:
        montydb.set_storage(str(folder), storage="sqlite", use_bson=True)
        return Documents(montydb.MontyClient(str(folder), synchronous=synchronous), _in_utc)

    return opened


TESTS = {
    "$eq": eq,
    "$in": lambda value, operands: value in operands,
    "$lt": lt,
    "$lte": le,
    "$gt": gt,
    "$gte": ge,
    "$ne": ne,
}


class Tiny:
    """A TinyDB, which keeps JSON: instants are texts in it, and so are bytes."""

    def __init__(self, file: Path) -> None:
        self._database = TinyDB(file)
        # Without its cache of answers, which would be measured here instead of the search: a Hub
        # hardly ever asks the same twice without a write between, and a write empties it.
        self._tasks = self._database.table("tasks", cache_size=0)

    def load(self, records: Iterable[Record]) -> None:
        self._tasks.insert_multiple(map(_as_json, records))

    def add_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.insert(_as_json(rec))

    def get_record(self, msg_id: str) -> Record:
        found = self._tasks.get(Query().msg_id == msg_id)
        if found is None:
            raise KeyError(msg_id)
        return _decoded(dict(found))

    def update_record(self, msg_id: str, rec: Record) -> None:
        self._tasks.update(_as_json(rec), Query().msg_id == msg_id)

    def drop_record(self, msg_id: str) -> None:
        self._tasks.remove(Query().msg_id == msg_id)

    def drop_matching_records(self, check: Record) -> None:
        self._tasks.remove(_condition(check))

    def find_records(self, check: Record, keys: list[str] | None = None) -> dict[str, Record]:
        found = self._tasks.search(_condition(check))
        names = keys and ["msg_id", *keys]
        return {
            each["msg_id"]: _decoded({name: each[name] for name in names or each}) for each in found
        }

    def get_history(self) -> list[str]:
        return [each["msg_id"] for each in sorted(self._tasks, key=lambda each: each["submitted"])]

    def close(self) -> None:
        self._database.close()


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    return value


def _decoded(document: Record) -> Record:
    for name in TIME_FIELDS:
        if document.get(name):
            document[name] = datetime.fromisoformat(document[name])
    for name in BUFFER_FIELDS:
        if document.get(name):
            document[name] = [b64decode(text) for text in document[name]]
    return document


def _condition(check: Record) -> QueryInstance:
    """The conditions of a query, all of which must hold."""
    conditions = [
        _test(name, operator, operand)
        for name, tests in check.items()
        for operator, operand in (tests if isinstance(tests, dict) else {"$eq": tests}).items()
    ]
    whole: QueryInstance = conditions[0]
    for condition in conditions[1:]:
        whole = whole & condition
    return whole


def _test(name: str, operator: str, operand: Any) -> Any:
    return Query()[name].test(TESTS[operator], _as_json(operand))


MONGOMOCK = Contender("mongomock", _open_mongomock)
MONTYDB = Contender("montydb", _open_montydb("FULL"), _open_montydb("OFF"))
TINYDB = Contender("TinyDB", lambda folder: Tiny(folder / "tasks.json"))
