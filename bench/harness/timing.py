"""Times of calls: the contenders take turns, and the median over the turns is what counts."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from bench.harness.workloads import Rig, Workload

Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True)
class Budget:
    """How much is measured of one call of one contender, at one number of records.

    Its samples last about so many `seconds` together, with all that is done between them. There are
    at the most so many `turns`; a sample is to last `sample` seconds at the least.
    """

    seconds: float
    turns: int
    sample: float = 0.002


@dataclass(frozen=True)
class _Plan:
    batch: int
    turns: int
    first: float


def measured(
    rigs: Mapping[str, Rig], workload: Workload, budget: Budget, clock: Clock
) -> dict[str, list[float]]:
    """Seconds a call, for each contender and turn."""
    plans = {name: _plan(rig, workload, budget, clock) for name, rig in rigs.items()}
    # What has taken longer than all the time that there is, is its own only sample.
    samples = {name: [] if plan.turns else [plan.first] for name, plan in plans.items()}
    for turn in range(max((plan.turns for plan in plans.values()), default=0)):
        for name, plan in plans.items():
            if turn < plan.turns:
                samples[name].append(sample(rigs[name], workload, plan.batch, clock))
    return samples


def sample(rig: Rig, workload: Workload, batch: int, clock: Clock) -> float:
    """Seconds a call, over some calls in a row."""
    calls = workload.arguments(rig.tasks, batch)
    workload.before(rig, calls)
    method = getattr(rig.store, workload.call)
    gc.disable()
    try:
        started = clock()
        for args in calls:
            method(*args)
        elapsed = clock() - started
    finally:
        gc.enable()
    workload.after(rig, calls)
    return elapsed / len(calls)


def _plan(rig: Rig, workload: Workload, budget: Budget, clock: Clock) -> _Plan:
    """How many calls make a sample, and how many samples there are, from a first call."""
    started = time.perf_counter()
    first = sample(rig, workload, 1, clock)
    around = time.perf_counter() - started
    if around > budget.seconds:
        return _Plan(1, 0, first)
    batch = min(workload.most, ceil(budget.sample / max(first, 1e-9)))
    batch = max(1, batch, min(workload.least, int(budget.seconds / around)))
    turns = int(budget.seconds / (around * batch))
    return _Plan(batch, max(3, min(budget.turns, turns)), first)
