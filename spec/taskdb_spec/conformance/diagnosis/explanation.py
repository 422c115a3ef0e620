"""Which deviation explains a failure: the one on whose store the same program fails alike."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.program import GeneratedList, Operation, Program, StoreAction
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.diagnosis.fault_models import FAULT_MODELS
from taskdb_spec.conformance.diagnosis.fault_models.aliasing import LIMITED
from taskdb_spec.conformance.diagnosis.fault_models.base import FaultModel
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.model import Model
from taskdb_spec.records.domain import strictly_equal

UNLIKE_MODELS = frozenset({Capability.culling})
"""What the stores with deviations cannot claim, because the model has no limits."""


@dataclass(frozen=True)
class Trial:
    """A program that was played on the backend, and how it failed, if it did."""

    program: Program
    failure: Failure | None


def explain(
    executor: Executor, failure: Failure, audit: Audit, trials: Sequence[Trial] = ()
) -> str:
    """The deviation that explains a failure, with where to look; empty unless it is just one.

    Where several do, `trials`, other programs that the player has played, decide between them.
    No call is made on the player's own backend.
    """
    found = candidates(executor, failure, audit)
    if len(found) > 1:
        chosen = [*trials[:1], *trials[1:][-MAX_TRIALS:]]
        counts = _agreements(executor, found, chosen, audit)
        found = [each for each, count in zip(found, counts, strict=True) if count == max(counts)]
    return str(found[0]) if len(found) == 1 else ""


MAX_TRIALS = 100
"""How many trials decide beside the first, at the most: the last ones, which are the smallest."""


def candidates(executor: Executor, failure: Failure, audit: Audit) -> list[FaultModel]:
    """The deviations on whose stores the program fails as it does on the player's backend."""
    tried = list(_within_reach(executor, failure))
    counts = _agreements(executor, tried, [Trial(failure.program, failure)], audit)
    return [each for each, count in zip(tried, counts, strict=True) if count]


def _within_reach(executor: Executor, failure: Failure) -> Iterable[FaultModel]:
    """The deviations that it makes sense to try: few where the program takes long."""
    if executor.backend.stores_nothing or failure.program.limits is not None:
        return []
    if any(operation.call is StoreAction.capacity for operation in failure.program):
        return [LIMITED]
    arguments = [operation.args for operation in failure.program]
    return [] if _has_many(arguments) else FAULT_MODELS.values()


def _has_many(value: Any) -> bool:
    """Whether a long operand is anywhere in the arguments."""
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, GeneratedList) or (
        isinstance(value, list | tuple) and any(map(_has_many, value))
    )


def _agreements(
    executor: Executor, deviations: Sequence[FaultModel], trials: Sequence[Trial], audit: Audit
) -> list[int]:
    """How many of the programs go on each deviation's store as they went on the backend."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        workdirs = Workdirs(Path(folder))
        return [
            sum(
                _reproduces(_faulty_executor(executor, deviation, workdirs), trial, audit)
                for trial in trials
            )
            for deviation in deviations
        ]


def _faulty_executor(executor: Executor, model: FaultModel, workdirs: Workdirs) -> Executor:
    """Return an executor on the fault model, for one program, with the same known failures."""
    backend = faulty_backend(executor.backend, model)
    return Executor(backend, workdirs, executor.comparison, executor.policy)


def faulty_backend(backend: Backend, deviation: FaultModel) -> Backend:
    """A backend that claims what the other does, and has the deviation. It keeps its stores."""
    stores: dict[Path, Model] = {}

    def opened(workdir: Path) -> Model:
        if workdir not in stores:
            stores[workdir] = deviation.store(backend.query_capabilities)
        return stores[workdir]

    return Backend(
        name=deviation.name,
        open=opened,
        capabilities=backend.capabilities - UNLIKE_MODELS,
        resolution=backend.resolution,
    )


def _reproduces(executor: Executor, trial: Trial, audit: Audit) -> bool:
    failure = executor.execute_program(trial.program, audit=audit)
    if failure is None or trial.failure is None:
        return failure is trial.failure
    return len(failure.program) == len(trial.failure.program) and is_same_finding(
        failure.finding, trial.failure.finding
    )


def is_same_finding(one: Finding, other: Finding) -> bool:
    """Whether two findings say the same: of errors the class counts, not the text."""
    return (
        one.suspects == other.suspects
        and one.subject == other.subject
        and one.accepted_errors == other.accepted_errors
        and _probe(one) == _probe(other)
        and _alike(one.expected, other.expected)
        and (_alike(one.actual, other.actual) or _both_accepted(one, other))
    )


def _probe(finding: Finding) -> Any:
    probe: Operation | None = finding.probe
    return probe and (probe.call, repr(probe.args))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, BaseException) or isinstance(other, BaseException):
        return type(one) is type(other)
    return strictly_equal(one, other)


def _both_accepted(one: Finding, other: Finding) -> bool:
    """Where a refusal is due, what is returned instead hardly matters."""
    values = one.actual, other.actual
    accepted = not any(isinstance(value, BaseException) for value in values)
    return bool(one.accepted_errors) and accepted and (values[0] is None) == (values[1] is None)
