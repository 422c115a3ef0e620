"""The stores that the steps are made on: what the controller is told of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

OURS, THEIRS = "taskdb_reference.ipyparallel", "ipyparallel.controller"


@dataclass(frozen=True)
class Store:
    """A store by its name, the options of ``ipcontroller``, and whether it outlives that."""

    name: str
    options: tuple[str, ...]
    durable: bool


def stores() -> dict[str, Store]:
    """All by name; those on servers where the environment names a server."""
    return {store.name: store for store in (*_without_servers(), *_on_servers())}


def _without_servers() -> Iterator[Store]:
    yield _store("ipyparallel-dict", f"{THEIRS}.dictdb.DictDB", durable=False)
    yield _store("ipyparallel-sqlite", f"{THEIRS}.sqlitedb.SQLiteDB")
    yield _store("dict", f"{OURS}.DictDB", durable=False)
    yield _store("sqlite", f"{OURS}.SQLiteDB", "--SQLiteDB.filename=hub.db")


def _on_servers() -> Iterator[Store]:
    space = f"hub-{os.getpid()}"
    if url := os.environ.get("TASKDB_MONGODB_URL"):
        yield _store(
            "ipyparallel-mongo",
            f"{THEIRS}.mongodb.MongoDB",
            *(f"--MongoDB.connection_args={url}", f"--MongoDB.database={space}"),
        )
        yield _store("mongo", f"{OURS}.MongoDB", f"--MongoDB.namespace={space}")
    if os.environ.get("TASKDB_POSTGRES_URL"):
        yield _store("postgres", f"{OURS}.PostgresDB", f"--PostgresDB.namespace={space}")


def _store(name: str, db_class: str, *options: str, durable: bool = True) -> Store:
    return Store(name, (f"--IPController.db_class={db_class}", *options), durable)
