"""The class `Mutant`, and functions that make a mutant, or a backend of several mutants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CellType, FunctionType
from typing import Any

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import (
    MODEL_STEPS,
    SEMANTICS_STEPS,
    Steps,
    StepwiseModel,
    StepwiseSemantics,
    replace_steps,
)


@dataclass(frozen=True)
class Mutant:
    """A broken backend.

    Attributes:
        name: A sentence in snake case; also the name of the backend.
        clause: The clause that the suite must blame.
        why: What the backend does wrong.
        backend: The backend.
        steps: The wrong steps of the stepwise model, by name. None if the mutant has more than
            wrong steps: state of its own, say, or a file.
    """

    name: str
    clause: str
    why: str
    backend: Backend
    steps: Steps | None = None


def broken(
    clause: str, why: str, capabilities: Iterable[Capability] = QUERY_CAPABILITIES, **options: Any
) -> Callable[[type], Mutant]:
    """Make a class of stepwise models, or of stepwise semantics, the mutant of its name.

    Args:
        clause: The clause that the suite must blame.
        why: What the mutant does wrong.
        capabilities: What the backend claims.
        options: Other arguments of `Backend`.
    """

    def decorate(owner: type) -> Mutant:
        model = owner if issubclass(owner, StepwiseModel) else _with_semantics(owner)
        name, claimed = snake_case(owner.__name__), frozenset(capabilities)
        backend = Backend(
            name=name, open=lambda _workdir: model(claimed), capabilities=claimed, **options
        )
        return Mutant(name, clause, why, backend, None if options else _steps_of(owner))

    return decorate


def broken_steps(
    name: str,
    clause: str,
    why: str,
    steps: Steps,
    *,
    capabilities: Iterable[Capability] = QUERY_CAPABILITIES,
    **options: Any,
) -> Mutant:
    """Make a mutant of replaced steps. The arguments are those of `broken`."""
    model, claimed = replace_steps(steps), frozenset(capabilities)
    backend = Backend(
        name=name, open=lambda _workdir: model(claimed), capabilities=claimed, **options
    )
    return Mutant(name, clause, why, backend, None if options else steps)


def combine(*mutants: Mutant) -> Backend:
    """Return a backend that has the defects of several mutants.

    Raises:
        ValueError: A mutant has more than wrong steps, or two mutants replace the same step.
    """
    steps: dict[str, Callable[..., Any]] = {}
    for mutant in mutants:
        if mutant.steps is None:
            raise ValueError(f"{mutant.name} cannot be combined: it has more than wrong steps")
        if shared := steps.keys() & mutant.steps.keys():
            raise ValueError(f"{mutant.name} overlaps: {', '.join(sorted(shared))}")
        steps.update(mutant.steps)
    model = replace_steps(steps)
    for name, step in steps.items():
        owner = model if name in MODEL_STEPS else type(model.semantics)
        setattr(owner, name, _bind_super(step, owner))
    claimed = frozenset().union(*(mutant.backend.capabilities for mutant in mutants))
    return Backend(
        name="_and_".join(mutant.name for mutant in mutants),
        open=lambda _workdir: model(claimed),
        capabilities=claimed,
    )


def snake_case(name: str) -> str:
    """Return the name of the mutant that a class becomes.

    >>> snake_case("GetIsCached")
    'get_is_cached'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _with_semantics(semantics: type[StepwiseSemantics]) -> type[StepwiseModel]:
    return type(semantics.__name__, (StepwiseModel,), {"semantics": semantics()})


_NOT_DEFINED_BY_HAND = {"__module__", "__doc__", "__firstlineno__", "__static_attributes__"}


def _steps_of(owner: type) -> Steps | None:
    """Return the steps that a class replaces, or None if it has more than steps."""
    if owner.__bases__ not in ((StepwiseModel,), (StepwiseSemantics,)):
        return None
    steps = {name: v for name, v in vars(owner).items() if name not in _NOT_DEFINED_BY_HAND}
    return steps if steps.keys() <= MODEL_STEPS | SEMANTICS_STEPS else None


def _bind_super(step: Any, owner: type) -> Any:
    """Return a copy of a step in which `super()` means the base of `owner`.

    Python keeps the class that `super()` needs in a cell named ``__class__``: the class in whose
    body the step was written. The combined model does not inherit from that class.
    """
    cells = dict(zip(step.__code__.co_freevars, step.__closure__ or (), strict=True))
    if "__class__" not in cells:
        return step
    cells["__class__"] = CellType(owner)
    copy = FunctionType(
        step.__code__, step.__globals__, step.__name__, step.__defaults__, tuple(cells.values())
    )
    copy.__kwdefaults__ = step.__kwdefaults__
    return copy
