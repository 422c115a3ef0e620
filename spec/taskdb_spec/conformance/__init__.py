"""The conformance suite: it tells where a backend departs from SPEC.md.

`check_backend` makes a run and gives its report; `conformance_tests` gives pytest one test for each
clause.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskdb_spec.conformance.campaign import check_backend
    from taskdb_spec.conformance.cluster import check_on_cluster
    from taskdb_spec.conformance.machine import DepartureFromSpec, state_machine
    from taskdb_spec.conformance.pytesting import conformance_tests
    from taskdb_spec.conformance.report import ClauseResult, Counterexample, Report
    from taskdb_spec.conformance.session import StoreNotOpened

__all__ = [
    "ClauseResult",
    "Counterexample",
    "DepartureFromSpec",
    "Report",
    "StoreNotOpened",
    "check_backend",
    "check_on_cluster",
    "conformance_tests",
    "state_machine",
]

_MODULES = {
    "ClauseResult": "report",
    "Counterexample": "report",
    "DepartureFromSpec": "machine",
    "Report": "report",
    "StoreNotOpened": "session",
    "check_backend": "campaign",
    "check_on_cluster": "cluster",
    "conformance_tests": "pytesting",
    "state_machine": "machine",
}


def __getattr__(name: str) -> object:
    # The engine is imported only where it is used: the script of a counterexample runs on the
    # model alone, and hundreds of them are run.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
