"""Run the profile 'deep' on stores that have to conform: ``python -m tests.soundness.deep``.

An argument is the number of operations; names after it are the stores to run.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from taskdb_reference.sqlite.target import sqlite_backend
from taskdb_reference.targets import dict_backend
from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.model import model_backend
from taskdb_spec.conformance.profiles import PROFILES

from .independent import independent_backend

STORES = {
    backend.name: backend
    for backend in (dict_backend, model_backend, independent_backend, sqlite_backend)
}


def main(operations: str = "", *names: str) -> int:
    if operations:
        PROFILES["deep"] = replace(PROFILES["deep"], operations=int(operations))
    print(f"{'store':12} {'operations':>10} {'seconds':>8} {'verdict':10} seed", flush=True)
    verdicts = set()
    for name in names or STORES:
        report = check_backend(STORES[name], profile="deep", seed=0)
        verdicts.add(report.verdict)
        print(
            f"{name:12} {report.operations:10} {report.seconds:8.1f} {report.verdict:10} "
            f"{report.seed}",
            flush=True,
        )
        for result in report.with_verdict("fail"):
            print(f"  {result.clause.id}: {result.counterexample.summary}", flush=True)
    return 0 if verdicts == {"conforms"} else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
