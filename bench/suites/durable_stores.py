"""The durable stores beside each other and beside those of others, on real servers.

Writes that wait for the disk are compared with writes that wait, and those that do not with those
that do not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.servers import MongoServer, PostgresServer

from bench.contenders import stores as ours
from bench.contenders.other_stores import MONGOMOCK, MONTYDB, TINYDB
from bench.contenders.stores import Contender
from bench.harness.comparison import Comparison
from bench.harness.progress import Tell
from bench.harness.timing import Budget
from bench.harness.workloads import WORKLOADS
from bench.reporting.results import Results
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import client

DURABLE, UNSAFE = "stores, durable", "stores, not waiting for the disk"
REFERENCE = "SQLiteDB"


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    sizes: tuple[int, ...]
    budget: Budget


FULL = Extent((1_000, 10_000), Budget(1.0, 15))
SMALL = Extent((200,), Budget(0.01, 3))


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it. Raises `ServerError` where a server cannot be started."""
    with _contenders(tell) as (durable, unsafe):
        for group, contenders in ((DURABLE, durable), (UNSAFE, unsafe)):
            # These wait for disks and servers, so it is the clock on the wall that counts.
            comparison = Comparison(
                group, WORKLOADS, extent.budget, time.perf_counter, results, tell
            )
            comparison.check(contenders, WORKLOADS)
            for n in extent.sizes:
                comparison.at(n, contenders)


@contextmanager
def _contenders(tell: Tell) -> Iterator[tuple[list[Contender], list[Contender]]]:
    """Those whose writes wait, and those whose do not; both on servers that write to the disk."""
    tell("stores: starting the servers")
    with PostgresServer(durable=True) as postgres, MongoServer(durable=True) as mongo:
        waits = (postgres.url, mongo.url, f"{mongo.url}?journal=true")
        not_journalled = f"{mongo.url}?journal=false"
        not_synced = f"{postgres.url}&options=-csynchronous_commit%3Doff"
        unsafe = (not_synced, not_journalled, not_journalled)
        others = (ours.IPYPARALLEL_SQLITE_COMMITTING, TINYDB, MONTYDB)
        try:
            yield (
                [*_on_servers("full", waits, unsafe), *others],
                [*_on_servers("off", unsafe, unsafe), ours.IPYPARALLEL_SQLITE, MONGOMOCK],
            )
        finally:
            for url in (mongo.url, not_journalled):
                client(Server(url)).close()  # at the exit, it would look for the server for long


def _on_servers(
    synchronous: str, urls: tuple[str, str, str], unsafe: tuple[str, str, str]
) -> list[Contender]:
    postgres, mongo, theirs = zip(urls, unsafe, strict=True)
    return [
        ours.sqlite(synchronous),
        ours.postgres(*postgres),
        ours.mongo(*mongo),
        ours.ipyparallel_mongo(*theirs),
    ]
