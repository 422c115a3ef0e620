"""Run the profile 'deep' on stores that have to conform: ``python -m tests.false_alarms.deep_run``.

An argument is the number of operations; names after it are the stores to run. Those on servers are
run on servers that are started for it.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import replace

from bench.servers import MongoServer, PostgresServer, Server
from taskdb_reference.backends.builtin import dict_backend
from taskdb_reference.backends.mongo import mongo_backend
from taskdb_reference.backends.postgres import postgres_backend
from taskdb_reference.backends.sqlite import sqlite_backend
from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.model import model_backend
from tests.support.second_implementation.store import independent_backend

STORES = {
    backend.name: backend
    for backend in (
        *(dict_backend, model_backend, independent_backend),
        *(sqlite_backend, mongo_backend, postgres_backend),
    )
}
SERVERS: dict[str, tuple[str, type[Server]]] = {
    "mongo": ("TASKDB_MONGODB_URL", MongoServer),
    "postgres": ("TASKDB_POSTGRES_URL", PostgresServer),
}


def main(operations: str = "", *names: str) -> int:
    if operations:
        PROFILES["deep"] = replace(PROFILES["deep"], operations=int(operations))
    print(f"{'store':12} {'operations':>10} {'seconds':>8} {'verdict':10} seed", flush=True)
    return 0 if {run(name) for name in names or STORES} == {"conforms"} else 1


def run(name: str) -> str:
    """The verdict of a run, which is printed."""
    with ExitStack() as stack:
        if name in SERVERS:
            variable, server = SERVERS[name]
            os.environ[variable] = stack.enter_context(server()).url
        report = check_backend(STORES[name], profile="deep", seed=0)
    print(
        f"{name:12} {report.operations:10} {report.seconds:8.1f} {report.verdict:10} {report.seed}",
        flush=True,
    )
    for result in report.with_verdict("fail"):
        print(f"  {result.clause.id}: {result.counterexample.summary}", flush=True)
    return report.verdict


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
