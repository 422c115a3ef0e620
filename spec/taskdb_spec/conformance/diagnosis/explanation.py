"""Explain a failure by the fault model on which the same programs fail alike."""

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
"""What fault models cannot claim, because the model has no limits."""


@dataclass(frozen=True)
class Trial:
    """A program that was executed on the backend, and how it failed, if it did."""

    program: Program
    failure: Failure | None


def explain(
    executor: Executor, failure: Failure, audit: Audit, trials: Sequence[Trial] = ()
) -> str:
    """Return what explains a failure and where to look; empty unless one fault model does.

    No call is made on the backend.

    Args:
        executor: the executor that found the failure, with what it knows.
        failure: the failure, after it was shrunk.
        audit: how the programs were audited.
        trials: other programs that ran on the backend. They decide between several fault models.
    """
    found = candidates(executor, failure, audit)
    if len(found) > 1:
        chosen = [*trials[:1], *trials[1:][-MAX_TRIALS:]]
        counts = _agreements(executor, found, chosen, audit)
        found = [each for each, count in zip(found, counts, strict=True) if count == max(counts)]
    return str(found[0]) if len(found) == 1 else ""


MAX_TRIALS = 100
"""Trials that decide beside the first: the last ones, which are the smallest."""


def candidates(executor: Executor, failure: Failure, audit: Audit) -> list[FaultModel]:
    """Return the fault models on which the program fails as it does on the backend."""
    tried = list(_within_reach(executor, failure))
    counts = _agreements(executor, tried, [Trial(failure.program, failure)], audit)
    return [each for each, count in zip(tried, counts, strict=True) if count]


def _within_reach(executor: Executor, failure: Failure) -> Iterable[FaultModel]:
    """Return the fault models to try: few if the program takes long."""
    if executor.backend.stores_nothing or failure.program.limits is not None:
        return []
    if any(operation.call is StoreAction.capacity for operation in failure.program):
        return [LIMITED]
    arguments = [operation.args for operation in failure.program]
    return [] if _has_many(arguments) else FAULT_MODELS.values()


def _has_many(value: Any) -> bool:
    """Return whether a long operand is anywhere in the arguments."""
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, GeneratedList) or (
        isinstance(value, list | tuple) and any(map(_has_many, value))
    )


def _agreements(
    executor: Executor, models: Sequence[FaultModel], trials: Sequence[Trial], audit: Audit
) -> list[int]:
    """Return how many programs behave on each fault model as they did on the backend."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        workdirs = Workdirs(Path(folder))
        return [
            sum(
                _reproduces(_faulty_executor(executor, model, workdirs), trial, audit)
                for trial in trials
            )
            for model in models
        ]


def _faulty_executor(executor: Executor, model: FaultModel, workdirs: Workdirs) -> Executor:
    """Return an executor on the fault model, for one program, with the same known failures."""
    backend = faulty_backend(executor.backend, model)
    return Executor(backend, workdirs, executor.comparison, executor.policy)


def faulty_backend(backend: Backend, model: FaultModel) -> Backend:
    """Return a backend of the fault model, with the same claims. It keeps its stores."""
    stores: dict[Path, Model] = {}

    def opened(workdir: Path) -> Model:
        if workdir not in stores:
            stores[workdir] = model.open(backend.query_capabilities)
        return stores[workdir]

    return Backend(
        name=model.name,
        open=opened,
        capabilities=backend.capabilities - UNLIKE_MODELS,
        resolution=backend.resolution,
    )


def _reproduces(executor: Executor, trial: Trial, audit: Audit) -> bool:
    failure = executor.execute_program(trial.program, audit=audit)
    if failure is None or trial.failure is None:
        return failure is trial.failure
    return len(failure.program) == len(trial.failure.program) and is_equivalent_finding(
        failure.finding, trial.failure.finding
    )


def is_equivalent_finding(one: Finding, other: Finding) -> bool:
    """Return whether two findings agree in all that a fault model must reproduce.

    Beside the expected and the actual value, this includes the suspects, the accessor, the accepted
    errors and the probe. Of errors only the class counts, not the text.
    """
    return (
        one.suspects == other.suspects
        and one.accessor == other.accessor
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
    """Return whether both calls returned where a refusal is due: the value hardly matters."""
    values = one.actual, other.actual
    accepted = not any(isinstance(value, BaseException) for value in values)
    return bool(one.accepted_errors) and accepted and (values[0] is None) == (values[1] is None)
