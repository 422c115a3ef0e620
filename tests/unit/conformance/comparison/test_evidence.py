"""Evidence: an answer that every store would give does not count."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.core.program import Method, Operation, Program
from taskdb_spec.conformance.execution.executor import Executor
from taskdb_spec.conformance.execution.session import EVERYTHING
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.model import model_backend
from taskdb_spec.records.fields import TASK_FIELDS

BLANK = Operation(Method.add, ("a", {}))
LABELLED = Operation(Method.add, ("a", {"label": "x"}))


def evidence(*operations: Operation) -> Counter[tuple[str, str]]:
    """Return the evidence of a program that the model executes."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        executor = Executor(model_backend, Workdirs(Path(folder)), COMPARISON)
        assert executor.execute_program(Program(operations)) is None
        return executor.evidence


@pytest.mark.parametrize(
    ("clause", "kind", "operation", "before", "enough"),
    [
        ("HIST-1", "listed", Operation(Method.history), [], [BLANK]),
        ("PURGE-2", "dropped", Operation(Method.purge, ({},)), [], [BLANK]),
        ("PURGE-1", "dropped", Operation(Method.purge, ({"label": "x"},)), [BLANK], [LABELLED]),
        ("UPD-4", "kept", Operation(Method.update, ("a", {})), [BLANK], [LABELLED]),
        ("FIND-2", "read", EVERYTHING, [BLANK], [LABELLED]),
    ],
)
def test_a_trivial_answer_is_not_evidence(
    clause: str,
    kind: str,
    operation: Operation,
    before: list[Operation],
    enough: list[Operation],
) -> None:
    assert evidence(*before, operation)[clause, kind] == 0
    assert evidence(*enough, operation)[clause, kind] > 0


def test_a_purge_is_evidence_only_if_a_record_matched() -> None:
    asked = Operation(Method.get, ("never there",))
    purge = Operation(Method.purge, ({},))
    assert evidence(asked, purge)["PURGE-2", "dropped"] == 0
    assert evidence(BLANK, purge, purge)["PURGE-2", "dropped"] == 1


@pytest.mark.parametrize("clause", ["KEYS-1", "KEYS-3"])
def test_keys_are_evidence_only_if_they_leave_out_a_field(clause: str) -> None:
    every, two = tuple(reversed(TASK_FIELDS)), ("queue", "label")
    assert evidence(LABELLED, Operation(Method.find, ({}, every)))[clause, "read"] == 0
    assert evidence(LABELLED, Operation(Method.find, ({}, two)))[clause, "read"] > 0
