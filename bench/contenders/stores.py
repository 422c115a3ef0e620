"""What is compared, and how each is opened. What is opened is quiet, and culls nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from ipyparallel.controller import dictdb, mongodb
from pymongo import MongoClient

from bench.baselines.plain_dict import Bare
from bench.harness.sample_tasks import Record
from taskdb_reference import DictDB
from taskdb_reference.adapters.ipyparallel import IPyParallelStore, open_sqlite
from taskdb_reference.backends.ipyparallel_mongodb import IPyParallelMongoDB
from taskdb_reference.mongo import MongoDB
from taskdb_reference.postgres import PostgresDB
from taskdb_reference.sqlite import SQLiteDB

QUIET = logging.getLogger("bench")
QUIET.setLevel(logging.CRITICAL)
UNREACHED = 1 << 62
"""A limit for stores that cannot do without one."""


def _unlimited(store: Any) -> int:
    raise TypeError(f"{type(store).__name__} is not measured at its limits")


@dataclass(frozen=True)
class Contender:
    """A store by name, and how it is opened under a folder.

    `open_unsafe` opens it so that writes do not wait for the disk: that is how it is filled. A
    store with limits says how many bytes count against `size_limit`, and what is no limit.
    """

    name: str
    open: Callable[[Path], Any]
    open_unsafe: Callable[[Path], Any] | None = None
    bytes_held: Callable[[Any], int] = _unlimited
    no_limit: int | None = None


def _open_dict(folder: Path) -> DictDB:
    return DictDB(log=QUIET)


def _open_ipyparallel_dict(folder: Path) -> Any:
    store = dictdb.DictDB(log=QUIET, record_limit=UNREACHED, size_limit=UNREACHED)
    store._culled_ids = set()  # all stores of a process share it otherwise
    return store


DICT = Contender("DictDB", _open_dict, bytes_held=lambda store: int(store.size))
BARE = Contender("bare dict", lambda folder: Bare())
IPYPARALLEL_DICT = Contender(
    "ipyparallel DictDB",
    _open_ipyparallel_dict,
    bytes_held=lambda store: int(store._buffer_bytes),
    no_limit=UNREACHED,
)


class Committing(IPyParallelStore):
    """ipyparallel's SQLiteDB with a commit after each write, which its own timer does later."""

    def load(self, records: Iterable[Record]) -> None:
        for each in records:
            self._store.add_record(each["msg_id"], each)
        self._store._db.commit()

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        super().add_record(msg_id, rec)
        self._store._db.commit()

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        super().update_record(msg_id, rec)
        self._store._db.commit()

    def drop_record(self, msg_id: str) -> None:
        super().drop_record(msg_id)
        self._store._db.commit()

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        super().drop_matching_records(check)
        self._store._db.commit()


class OnServer(IPyParallelMongoDB):
    """ipyparallel's MongoDB with a connection of its own, which is closed with it."""

    def __init__(self, url: str, database: str) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(url)
        super().__init__(mongodb.MongoDB(_connection=self._client, database=database))

    def close(self) -> None:
        self._client.close()


def sqlite(synchronous: str) -> Contender:
    """Our SQLiteDB, which waits for the disk as the setting says."""

    def opener(setting: str) -> Callable[[Path], Any]:
        return lambda folder: SQLiteDB(filename=str(folder / "tasks.db"), synchronous=setting)

    return Contender("SQLiteDB", opener(synchronous), opener("off"))


def _open_committing(folder: Path) -> Committing:
    return Committing(open_sqlite(folder)._store)


IPYPARALLEL_SQLITE = Contender("ipyparallel SQLiteDB", open_sqlite)
# It is not filled before it is opened: on today's SQLite, it would not find its records again.
IPYPARALLEL_SQLITE_COMMITTING = Contender("ipyparallel SQLiteDB", _open_committing)


def postgres(url: str, unsafe_url: str) -> Contender:
    """Our PostgresDB, on a server by two urls."""

    def open_filled(folder: Path) -> PostgresDB:
        # As autovacuum does in time. Until then the planner knows nothing of the new records, and
        # may look through a whole store for one of them.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        return PostgresDB(url=url, namespace=str(folder))

    def open_empty(folder: Path) -> PostgresDB:
        return PostgresDB(url=unsafe_url, namespace=str(folder))

    return Contender("PostgresDB", open_filled, open_empty)


def mongo(url: str, unsafe_url: str) -> Contender:
    """Our MongoDB, on a server by two urls."""

    def opener(where: str) -> Callable[[Path], Any]:
        return lambda folder: MongoDB(url=where, namespace=str(folder))

    return Contender("MongoDB", opener(url), opener(unsafe_url))


def ipyparallel_mongo(url: str, unsafe_url: str) -> Contender:
    """ipyparallel's MongoDB, on a server by two urls."""

    def opener(where: str) -> Callable[[Path], Any]:
        return lambda folder: OnServer(where, f"ipyparallel-{folder.name}")

    return Contender("ipyparallel MongoDB", opener(url), opener(unsafe_url))
