"""What says nothing is no evidence: no clause passes on answers that any store would give."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest

from taskdb_spec.conformance.core.program import Call, Operation, Program
from taskdb_spec.conformance.execution.executor import Player
from taskdb_spec.conformance.execution.session import EVERYTHING
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.model import model_backend
from taskdb_spec.records.fields import TASK_FIELDS

BLANK = Operation(Call.add, ("a", {}))
LABELLED = Operation(Call.add, ("a", {"label": "x"}))


def evidence(*operations: Operation) -> Counter[tuple[str, str]]:
    """What is counted for a program that the model is put to."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        player = Player(model_backend, Workdirs(Path(folder)))
        assert player.replay(Program(operations)) is None
        return player.evidence


@pytest.mark.parametrize(
    ("clause", "kind", "operation", "before", "enough"),
    [
        ("HIST-1", "listed", Operation(Call.history), [], [BLANK]),
        ("PURGE-2", "dropped", Operation(Call.purge, ({},)), [], [BLANK]),
        ("PURGE-1", "dropped", Operation(Call.purge, ({"label": "x"},)), [BLANK], [LABELLED]),
        ("UPD-4", "kept", Operation(Call.update, ("a", {})), [BLANK], [LABELLED]),
        ("FIND-2", "read", EVERYTHING, [BLANK], [LABELLED]),
    ],
)
def test_nothing_shows_nothing(
    clause: str,
    kind: str,
    operation: Operation,
    before: list[Operation],
    enough: list[Operation],
) -> None:
    assert evidence(*before, operation)[clause, kind] == 0
    assert evidence(*enough, operation)[clause, kind] > 0


def test_a_purge_has_dropped_only_what_was_there() -> None:
    asked = Operation(Call.get, ("never there",))
    purge = Operation(Call.purge, ({},))
    assert evidence(asked, purge)["PURGE-2", "dropped"] == 0
    assert evidence(BLANK, purge, purge)["PURGE-2", "dropped"] == 1


@pytest.mark.parametrize("clause", ["KEYS-1", "KEYS-3"])
def test_keys_that_leave_nothing_out_show_nothing(clause: str) -> None:
    every, two = tuple(reversed(TASK_FIELDS)), ("queue", "label")
    assert evidence(LABELLED, Operation(Call.find, ({}, every)))[clause, "read"] == 0
    assert evidence(LABELLED, Operation(Call.find, ({}, two)))[clause, "read"] > 0
