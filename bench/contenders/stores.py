"""The stores of this project and of ipyparallel, and a plain dict, opened for measurement.

Every store is opened without log output and without limits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from ipyparallel.controller import dictdb, mongodb
from pymongo import MongoClient

from bench.baselines.plain_dict import PlainDict
from bench.harness.sample_tasks import Record
from taskdb_reference import DictDB
from taskdb_reference.adapters.ipyparallel import IPyParallelStore, open_sqlite
from taskdb_reference.backends.ipyparallel_mongodb import IPyParallelMongoDB
from taskdb_reference.mongo import MongoDB
from taskdb_reference.postgres import PostgresDB
from taskdb_reference.sqlite import SQLiteDB

SILENT_LOG = logging.getLogger("bench")
SILENT_LOG.setLevel(logging.CRITICAL)
UNREACHABLE_LIMIT = 1 << 62
"""A limit that no benchmark reaches, for stores that require one."""


def _raise_has_no_limits(store: Any) -> int:
    raise TypeError(f"{type(store).__name__} is not measured at its limits")


@dataclass(frozen=True)
class Contender:
    """A store that is measured, and how to open it under a folder.

    Attributes:
        name: The name in tables and plots.
        open: Opens the store as it is measured.
        open_without_sync: Opens the store so that writes do not wait for the disk. If it is set,
            the store is filled that way, then closed and opened with `open`.
        count_limited_bytes: Returns the bytes that count against the store's `size_limit`.
        no_limit: The value of `record_limit` and `size_limit` that means "no limit".
    """

    name: str
    open: Callable[[Path], Any]
    open_without_sync: Callable[[Path], Any] | None = None
    count_limited_bytes: Callable[[Any], int] = _raise_has_no_limits
    no_limit: int | None = None


def _open_dict(_folder: Path) -> DictDB:
    return DictDB(log=SILENT_LOG)


def _open_ipyparallel_dict(_folder: Path) -> Any:
    store = dictdb.DictDB(
        log=SILENT_LOG, record_limit=UNREACHABLE_LIMIT, size_limit=UNREACHABLE_LIMIT
    )
    # The class has one set for all its stores, so an earlier benchmark would change a later one.
    store._culled_ids = set()  # noqa: SLF001
    return store


DICT = Contender("DictDB", _open_dict, count_limited_bytes=lambda store: int(store.size))
PLAIN_DICT = Contender("plain dict", lambda _folder: PlainDict())
IPYPARALLEL_DICT = Contender(
    "ipyparallel DictDB",
    _open_ipyparallel_dict,
    count_limited_bytes=lambda store: int(store._buffer_bytes),  # noqa: SLF001
    no_limit=UNREACHABLE_LIMIT,
)


class CommittingSQLiteDB(IPyParallelStore):
    """ipyparallel's SQLiteDB with a commit after each write.

    The original commits by a timer. It would be compared with stores that commit each write.
    """

    def load(self, records: Iterable[Record]) -> None:
        """Add records in one transaction."""
        for each in records:
            super().add_record(each["msg_id"], each)
        self._commit()

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        super().add_record(msg_id, rec)
        self._commit()

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        super().update_record(msg_id, rec)
        self._commit()

    def drop_record(self, msg_id: str) -> None:
        super().drop_record(msg_id)
        self._commit()

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        super().drop_matching_records(check)
        self._commit()

    def _commit(self) -> None:
        self._store._db.commit()  # noqa: SLF001 (ipyparallel has no public commit)


class OwnConnectionMongoDB(IPyParallelMongoDB):
    """ipyparallel's MongoDB with a connection of its own, which `close` closes."""

    def __init__(self, url: str, database: str) -> None:
        self._client: MongoClient[dict[str, Any]] = MongoClient(url)
        super().__init__(mongodb.MongoDB(_connection=self._client, database=database))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def make_sqlite_contender(synchronous: str) -> Contender:
    """Return this project's SQLiteDB with a value of its setting `synchronous`."""

    def make_opener(setting: str) -> Callable[[Path], Any]:
        return lambda folder: SQLiteDB(filename=str(folder / "tasks.db"), synchronous=setting)

    return Contender("SQLiteDB", make_opener(synchronous), make_opener("off"))


def _open_committing_sqlite(folder: Path) -> CommittingSQLiteDB:
    return CommittingSQLiteDB(open_sqlite(folder)._store)  # noqa: SLF001 (to wrap it once)


IPYPARALLEL_SQLITE = Contender("ipyparallel SQLiteDB", open_sqlite)
# No `open_without_sync`: on current versions of SQLite this store does not find the records of an
# earlier connection.
IPYPARALLEL_SQLITE_COMMITTING = Contender("ipyparallel SQLiteDB", _open_committing_sqlite)


def make_postgres_contender(url: str, url_without_sync: str) -> Contender:
    """Return this project's PostgresDB on a server.

    Args:
        url: The server, with the durability that is measured.
        url_without_sync: The same server; writes do not wait for the disk.
    """

    def open_filled(folder: Path) -> PostgresDB:
        # Autovacuum does this after a while. Without statistics about the new records, the planner
        # may scan the whole store for one of them.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        return PostgresDB(url=url, namespace=str(folder))

    def open_empty(folder: Path) -> PostgresDB:
        return PostgresDB(url=url_without_sync, namespace=str(folder))

    return Contender("PostgresDB", open_filled, open_empty)


def make_mongo_contender(url: str, url_without_sync: str) -> Contender:
    """Return this project's MongoDB on a server.

    Args:
        url: The server, with the durability that is measured.
        url_without_sync: The same server; writes do not wait for the disk.
    """

    def make_opener(server_url: str) -> Callable[[Path], Any]:
        return lambda folder: MongoDB(url=server_url, namespace=str(folder))

    return Contender("MongoDB", make_opener(url), make_opener(url_without_sync))


def make_ipyparallel_mongo_contender(url: str, url_without_sync: str) -> Contender:
    """Return ipyparallel's MongoDB on a server.

    Args:
        url: The server, with the durability that is measured.
        url_without_sync: The same server; writes do not wait for the disk.
    """

    def make_opener(server_url: str) -> Callable[[Path], Any]:
        return lambda folder: OwnConnectionMongoDB(server_url, f"ipyparallel-{folder.name}")

    return Contender("ipyparallel MongoDB", make_opener(url), make_opener(url_without_sync))
