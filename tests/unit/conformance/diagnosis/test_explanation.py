"""Each deviation, taken as a backend, fails, and its failure is explained by the deviation."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import Backend
from taskdb_spec.capabilities import CORE, QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.events import Event
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.program import (
    GeneratedList,
    Method,
    Operation,
    Program,
    StoreAction,
)
from taskdb_spec.conformance.core.results import ClauseVerdict, Counterexample
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.diagnosis import explanation
from taskdb_spec.conformance.diagnosis.explanation import candidates, explain
from taskdb_spec.conformance.diagnosis.fault_models import FAULT_MODELS, FaultModel
from taskdb_spec.conformance.engine import investigation
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.model import Model, model_backend
from tests.unit.conformance.diagnosis.expected_blame import AMBIGUOUS, SHOWN_BY

ALL_SHOWN = [(clause, name) for clause, names in SHOWN_BY.items() for name in names]
SEEDS = 4
"""How many runs are made to find a failure that one deviation alone explains."""


def unwatched(event: Event) -> None:
    """Nobody watches these runs."""


@dataclass
class Run:
    """What a run on one clause came to."""

    operations: int = 0
    examples: dict[str, Counterexample] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)


def backend_of(deviation: FaultModel) -> Backend:
    """The deviation as a backend, durable where only that shows it."""
    claimed = CORE if "needs a capability" in deviation.name else QUERY_CAPABILITIES
    stores: dict[Path, Model] = {}

    def kept(workdir: Path) -> Model:
        (workdir / "kept").touch()  # or the next program is given the same folder
        return stores.setdefault(workdir, deviation.store(claimed))

    if "gone after `close`" in deviation.name:
        return Backend("kept", kept, {*claimed, Capability.durable})
    return Backend("deviant", lambda workdir: deviation.store(claimed), claimed)


def run(backend: Backend, clause: str, monkeypatch: pytest.MonkeyPatch, seed: int = 0) -> Run:
    """Check one clause, and note what explains its failure."""
    made = Run()

    def noting(*args: Any) -> list[FaultModel]:
        found = candidates(*args)
        made.candidates = [each.name for each in found]
        return found

    monkeypatch.setattr(explanation, "candidates", noting)
    profile, writer = (
        Profile("small", targeted_programs=20, operations=0),
        CounterexampleWriter(backend, None, None),
    )
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        config = RunConfig(
            backend, profile, seed, writer, Path(folder), strict=True, only=frozenset({clause})
        )
        report = run_in_process(config, unwatched)
    made.operations = report.operations
    made.examples = {
        result.clause.id: result.counterexample
        for result in report.with_verdict(ClauseVerdict.FAIL)
        if result.counterexample
    }
    return made


def test_every_deviation_is_in_the_table() -> None:
    assert sorted(name for _, name in ALL_SHOWN) == sorted(FAULT_MODELS)


@pytest.mark.parametrize(("clause", "name"), ALL_SHOWN, ids=[name for _, name in ALL_SHOWN])
def test_a_deviation_explains_its_own_failure(
    clause: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, shown = str(FAULT_MODELS[name]), False
    for seed in range(SEEDS):
        found = run(backend_of(FAULT_MODELS[name]), clause, monkeypatch, seed)
        explanations = {example.explanation for example in found.examples.values()}
        assert explanations <= {words, ""}
        assert not found.examples or name in found.candidates
        shown = shown or bool(found.examples)
        if words in explanations or (shown and name in AMBIGUOUS):
            return
    pytest.fail("others explain it as well" if shown else "nothing failed")


def test_names_and_hints_are_words() -> None:
    for name, deviation in FAULT_MODELS.items():
        assert name == deviation.name
        assert str(deviation) == f"{name}: look at {deviation.hint}"
        assert not {name[-1], deviation.hint[-1]} & set(".:;,")


def test_the_sound_model_is_explained_by_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(model_backend, "GT-1", monkeypatch)
    assert (found.examples, found.candidates) == ({}, [])


class Odd(Model):
    """Wrong in a way that nothing in the catalogue is."""

    def get_history(self) -> list[str]:
        raise OSError("no disk")


def test_what_no_deviation_does_is_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(Backend("odd", lambda workdir: Odd()), "HIST-1", monkeypatch)
    assert found.candidates == []
    assert {example.explanation for example in found.examples.values()} == {""}


def test_explaining_makes_no_call_on_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    deviation = FAULT_MODELS["`$gt` behaves as `<`"]

    def opening(workdir: Path) -> Model:
        opened.append(1)
        return deviation.store(QUERY_CAPABILITIES)

    counts = []
    for words in (explain, lambda *args: ""):
        opened.clear()
        monkeypatch.setattr(investigation, "explain", words)
        found = run(Backend("gt", opening, QUERY_CAPABILITIES), "GT-1", monkeypatch)
        counts.append((len(opened), found.operations, list(found.examples)))
    assert counts[0] == counts[1]


def test_a_crowd_is_held_against_the_one_deviation_that_it_shows() -> None:
    failure = failing(Operation(StoreAction.capacity, (1100,)))
    executor = Executor(model_backend, Workdirs(Path()), COMPARISON)
    assert candidates(executor, failure, Audit.AT_END) == []


def test_long_operands_are_not_tried() -> None:
    failure = failing(Operation(Method.find, ({"label": {"$in": GeneratedList(10**6, ())}},)))
    executor = Executor(model_backend, Workdirs(Path()), COMPARISON)
    assert candidates(executor, failure, Audit.AT_END) == []


def failing(*operations: Operation) -> Failure:
    """A failure that no store has."""
    finding = Finding(("ADD-1",), "answer", None, OSError())
    return Failure(Program(operations), finding, [False])
