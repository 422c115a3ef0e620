"""A backend with the defect of a fault model fails, and the fault model explains the failure."""

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
from taskdb_spec.conformance.core.observations import ANSWER
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
from taskdb_spec.conformance.diagnosis.fault_models.base import replace_steps
from taskdb_spec.conformance.engine import investigation
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.model import Model, model_backend

SEEDS = 4
"""The number of runs that are made to find a failure that only one fault model explains."""

AMBIGUOUS = (
    "numbers in a path are not taken for positions in a list",
    "the elements of a list are not looked at",
    "an update of an id that is not there adds it",
    "an `add_record` of an id that is there overwrites it",
    "an `add_record` of an id that is there updates it",
    "an `add_record` of an id that is there is ignored",
    "`$lte` and `$gte` of None match nothing",
    "`$nin []` matches nothing",
    "a query is not checked where nothing is stored",
    "`$exists` behaves as its negation",
    "`$exists` does not look at its operand",
    "`$regex` matches at the start only",
    "`$regex` matches the whole text only",
    "`$all []` matches everything",
    "NaN is not equal to itself",
    "instants lose their microseconds",
)
"""Fault models whose failures can have other causes as well, so that none is named."""


def unwatched(event: Event) -> None:
    """Nobody watches these runs."""


@dataclass
class Run:
    """What a run on one clause came to."""

    operations: int = 0
    counterexamples: dict[str, Counterexample] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)


def backend_of(model: FaultModel) -> Backend:
    """Return the fault model as a backend, which is durable if only that shows the defect."""
    claimed = CORE if model.clause == "CAP-1" else QUERY_CAPABILITIES
    stores: dict[Path, Model] = {}

    def kept(workdir: Path) -> Model:
        (workdir / "kept").touch()  # or the next program is given the same folder
        return stores.setdefault(workdir, model.open(claimed))

    if model.clause == "DUR-1":
        return Backend("kept", kept, {*claimed, Capability.durable})
    return Backend("faulty", lambda workdir: model.open(claimed), claimed)


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
    made.counterexamples = {
        result.clause.id: result.counterexample
        for result in report.with_verdict(ClauseVerdict.FAIL)
        if result.counterexample
    }
    return made


@pytest.mark.parametrize("model", FAULT_MODELS.values(), ids=FAULT_MODELS)
def test_a_fault_model_explains_its_own_failure(
    model: FaultModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_failed = False
    for seed in range(SEEDS):
        found = run(backend_of(model), model.clause, monkeypatch, seed)
        explanations = {each.explanation for each in found.counterexamples.values()}
        assert explanations <= {str(model), ""}
        assert not found.counterexamples or model.name in found.candidates
        has_failed = has_failed or bool(found.counterexamples)
        if str(model) in explanations or (has_failed and model.name in AMBIGUOUS):
            return
    pytest.fail("others explain it as well" if has_failed else "nothing failed")


def test_a_fault_model_replaces_steps_that_exist() -> None:
    with pytest.raises(ValueError, match="not a step: find_path"):
        replace_steps({"find_path": lambda self: None})


def test_names_and_hints_are_words() -> None:
    for name, model in FAULT_MODELS.items():
        assert name == model.name
        assert str(model) == f"{name}: look at {model.hint}"
        assert not {name[-1], model.hint[-1]} & set(".:;,")


def test_the_model_needs_no_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(model_backend, "GT-1", monkeypatch)
    assert (found.counterexamples, found.candidates) == ({}, [])


class Odd(Model):
    """A store with a defect that no fault model has."""

    def get_history(self) -> list[str]:
        raise OSError("no disk")


def test_a_failure_of_no_fault_model_is_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(Backend("odd", lambda workdir: Odd()), "HIST-1", monkeypatch)
    assert found.candidates == []
    assert {each.explanation for each in found.counterexamples.values()} == {""}


def test_explaining_makes_no_call_on_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    model = FAULT_MODELS["`$gt` behaves as `<`"]

    def opening(workdir: Path) -> Model:
        opened.append(1)
        return model.open(QUERY_CAPABILITIES)

    counts = []
    for words in (explain, lambda *args: ""):
        opened.clear()
        monkeypatch.setattr(investigation, "explain", words)
        found = run(Backend("gt", opening, QUERY_CAPABILITIES), "GT-1", monkeypatch)
        counts.append((len(opened), found.operations, list(found.counterexamples)))
    assert counts[0] == counts[1]


def test_a_capacity_test_is_tried_on_one_fault_model_only() -> None:
    failure = failing(Operation(StoreAction.capacity, (1100,)))
    executor = Executor(model_backend, Workdirs(Path()), COMPARISON)
    assert candidates(executor, failure, Audit.AT_END) == []


def test_long_operands_are_not_tried() -> None:
    failure = failing(Operation(Method.find, ({"label": {"$in": GeneratedList(10**6, ())}},)))
    executor = Executor(model_backend, Workdirs(Path()), COMPARISON)
    assert candidates(executor, failure, Audit.AT_END) == []


def failing(*operations: Operation) -> Failure:
    """A failure that no store has."""
    finding = Finding(("ADD-1",), ANSWER, None, OSError())
    return Failure(Program(operations), finding, [False])
