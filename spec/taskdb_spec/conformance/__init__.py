"""The conformance suite: it tells where a backend departs from SPEC.md.

`check_backend` makes a run and returns its report. `conformance_tests` gives pytest one test for
each clause. `state_machine` makes a Hypothesis state machine. The stages of a run are the packages
``planning``, ``generation``, ``execution``, ``comparison``, ``diagnosis``, ``shrinking``,
``confirmation`` and ``reporting``, in this order; ``engine`` drives them.
"""

from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.results import ClauseResult, Counterexample, Report
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.integrations.departures import DepartureFromSpec
from taskdb_spec.conformance.integrations.hypothesis import state_machine
from taskdb_spec.conformance.integrations.ipyparallel import check_on_cluster
from taskdb_spec.conformance.integrations.pytest import conformance_tests

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
