"""The conformance suite: it tells where a backend departs from SPEC.md.

>>> from taskdb_spec.conformance import check_backend
>>> from taskdb_spec.conformance.model import model_backend
>>> report = check_backend(model_backend, profile="quick")
>>> report.verdict, report["ADD-2"].verdict
('conforms', 'pass')
"""

from taskdb_spec.conformance.campaign import check_backend
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
    "conformance_tests",
    "state_machine",
]
