"""The stores on disk and on servers beside other databases, on real servers.

There are two groups: stores whose writes wait for the disk, and stores whose writes do not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.contenders.other_stores import MONGOMOCK, MONTYDB, TINYDB
from bench.contenders.stores import (
    IPYPARALLEL_SQLITE,
    IPYPARALLEL_SQLITE_COMMITTING,
    Contender,
    make_ipyparallel_mongo_contender,
    make_mongo_contender,
    make_postgres_contender,
    make_sqlite_contender,
)
from bench.harness.comparison import Comparison
from bench.harness.progress import ShowStep
from bench.harness.timing import TimingBudget
from bench.harness.workloads import WORKLOADS
from bench.reporting.results import Results
from bench.servers import MongoServer, PostgresServer
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import get_client

DURABLE, UNSAFE = "stores, durable", "stores, not waiting for the disk"
REFERENCE = "SQLiteDB"
"""The store to whose times the others are compared."""


@dataclass(frozen=True)
class DurableStoresSizes:
    """The numbers of records, and the time for each workload."""

    records: tuple[int, ...]
    budget: TimingBudget


FULL = DurableStoresSizes((1_000, 10_000), TimingBudget(1.0, 15))
SMALL = DurableStoresSizes((200,), TimingBudget(0.01, 3))


@dataclass(frozen=True)
class _ServerUrls:
    """The URLs of the servers, with one durability."""

    postgres: str
    mongo: str
    ipyparallel_mongo: str


def measure(sizes: DurableStoresSizes, results: Results, show_step: ShowStep) -> None:
    """Measure the durable stores.

    Args:
        sizes: How much to measure.
        results: Where the measurements are added.
        show_step: Called with a text before each step.

    Raises:
        ServerError: A server cannot be started.
    """
    with _start_contenders(show_step) as (durable, unsafe):
        for group, contenders in ((DURABLE, durable), (UNSAFE, unsafe)):
            # Wall-clock time, because these stores wait for disks and servers.
            comparison = Comparison(
                group, WORKLOADS, sizes.budget, time.perf_counter, results, show_step
            )
            comparison.exclude_wrong(contenders, WORKLOADS)
            for n in sizes.records:
                comparison.measure(n, contenders)


@contextmanager
def _start_contenders(show_step: ShowStep) -> Iterator[tuple[list[Contender], list[Contender]]]:
    """Start the servers, and yield the contenders that wait for the disk and those that do not."""
    show_step("stores: starting the servers")
    with PostgresServer(durable=True) as postgres, MongoServer(durable=True) as mongo:
        # This project's MongoDB waits for the journal by default, ipyparallel's does not.
        durable = _ServerUrls(postgres.url, mongo.url, f"{mongo.url}?journal=true")
        not_journalled = f"{mongo.url}?journal=false"
        not_synced = f"{postgres.url}&options=-csynchronous_commit%3Doff"
        unsafe = _ServerUrls(not_synced, not_journalled, not_journalled)
        others = (IPYPARALLEL_SQLITE_COMMITTING, TINYDB, MONTYDB)
        try:
            yield (
                [*_list_server_contenders("full", durable, unsafe), *others],
                [*_list_server_contenders("off", unsafe, unsafe), IPYPARALLEL_SQLITE, MONGOMOCK],
            )
        finally:
            # The clients are shared by all stores of the process. At exit, after the end of the
            # server, they would wait long for it.
            for url in (mongo.url, not_journalled):
                get_client(Server(url)).close()


def _list_server_contenders(
    synchronous: str, urls: _ServerUrls, unsafe: _ServerUrls
) -> list[Contender]:
    """Return this project's stores and ipyparallel's MongoDB, with one durability."""
    return [
        make_sqlite_contender(synchronous),
        make_postgres_contender(urls.postgres, unsafe.postgres),
        make_mongo_contender(urls.mongo, unsafe.mongo),
        make_ipyparallel_mongo_contender(urls.ipyparallel_mongo, unsafe.ipyparallel_mongo),
    ]
