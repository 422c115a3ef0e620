"""How soon broken stores are found out: by the suite, by the plain design, by ipyparallel's tests.

Each is run on ipyparallel's DictDB and on the same mutants, those that break a call or a query of a
store in memory: what the others do not look at at all, such as limits and what is on the disk, is
not held against them. The time to kill one is that to the first failure, before it is shrunk.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import AsyncResult
from typing import TypeAlias

from tests.mutation.base import Mutant
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import SMALL as SMALL_PROFILE

from bench.baselines import ipyparallel_tests as upstream
from bench.baselines import naive_state_machine as plain
from bench.harness.progress import Tell
from bench.harness.suite_runs import first_failure
from bench.reporting.results import Killed, LeftOut, Results
from taskdb_reference.backends.builtin import ipyparallel_dict_backend
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.engine.workers import cores

GROUP = "kills"
UPSTREAM = "ipyparallel's tests"
PATIENCE = 300.0
"""How many seconds one run may take, of which most take a few: a mutant might hang."""

BROKEN: dict[str, Backend] = {
    ipyparallel_dict_backend.name: ipyparallel_dict_backend,
    **{name: mutant.backend for name, mutant in MUTANTS.items()},
}
Way: TypeAlias = Callable[[str], Killed]
_PROFILES = {**PROFILES, SMALL_PROFILE.name: SMALL_PROFILE}


@dataclass(frozen=True)
class Extent:
    """How many mutants, at which profiles, and the CPU seconds that the plain design gets.

    It gets them once to fail, and once more to shrink what it has found.
    """

    mutants: int
    profiles: tuple[str, ...]
    patience: float


FULL = Extent(40, ("quick", "default"), 10.0)
SMALL = Extent(4, (SMALL_PROFILE.name,), 0.5)


def spread_out(mutants: dict[str, Mutant], count: int) -> list[str]:
    """So many mutants, from all over the catalogue."""
    names = [name for name, mutant in mutants.items() if _is_simple(mutant)]
    return [names[i * len(names) // count] for i in range(count)]


def _is_simple(mutant: Mutant) -> bool:
    backend = mutant.backend
    return backend.capabilities <= QUERY_CAPABILITIES and not backend.stores_nothing


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it."""
    names = [ipyparallel_dict_backend.name, *spread_out(MUTANTS, extent.mutants)]
    for by, kill in _ways(extent, results).items():
        for name, run in _runs(kill, names):
            tell(f"{GROUP}: {name}, by {by}")
            try:
                results.kills.append(run.get(PATIENCE))
            except Exception as error:  # of one store: the others are still worth having
                reason = f"{type(error).__name__}: {error}"
                results.left_out.append(LeftOut(GROUP, name, by, 0, reason))


def _ways(extent: Extent, results: Results) -> dict[str, Way]:
    ways: dict[str, Way] = {
        **{profile: partial(by_suite, profile) for profile in extent.profiles},
        plain.NAME: partial(by_plain, extent.patience),
    }
    try:
        upstream.fair_tests(QUERY_CAPABILITIES)
    except ImportError as error:
        results.left_out.append(LeftOut(GROUP, "all", UPSTREAM, 0, f"not installed: {error}"))
    else:
        ways[UPSTREAM] = by_upstream
    return ways


def by_suite(profile: str, name: str) -> Killed:
    """The suite on a broken store."""
    started = time.process_time()
    first = first_failure(BROKEN[name], _PROFILES[profile])
    if first is None:
        return Killed(name, profile, None, time.process_time() - started)
    return Killed(name, profile, first.finding, first.finding, first.shrinking)


def by_plain(patience: float, name: str) -> Killed:
    """The plain design on a broken store."""
    hunt = plain.hunt(BROKEN[name], patience)
    shrinking = None if hunt.found is None else hunt.seconds
    return Killed(name, plain.NAME, hunt.found, hunt.hunting, shrinking)


def by_upstream(name: str) -> Killed:
    """ipyparallel's tests on a broken store."""
    seconds, killed = upstream.tried(BROKEN[name])
    return Killed(name, UPSTREAM, seconds if killed else None, seconds)


def _runs(kill: Way, names: list[str]) -> Iterator[tuple[str, AsyncResult[Killed]]]:
    kill(names[0])  # what is loaded and kept the first time is not to be measured
    # CPU seconds are what is measured, so runs beside each other do not disturb each other much.
    with multiprocessing.get_context("fork").Pool(cores(), maxtasksperchild=10) as pool:
        yield from [(name, pool.apply_async(kill, (name,))) for name in names]


@dataclass(frozen=True)
class Curve:
    """How many of the mutants one way of testing has killed by when, and for how long it tried.

    `shrinking` is what it took to make each of its examples small, where it does so.
    """

    mutants: int
    seconds: list[float]
    tried: float
    shrinking: list[float]

    def share(self, by: float) -> float:
        """The share of the mutants that was killed within so many CPU seconds."""
        return sum(seconds <= by for seconds in self.seconds) / self.mutants


def curves(kills: Iterable[Killed]) -> dict[str, Curve]:
    """The curve of each way of testing."""
    by_way: dict[str, list[Killed]] = {}
    for kill in kills:
        by_way.setdefault(kill.by, []).append(kill)
    return {by: _curve(found) for by, found in by_way.items()}


def _curve(kills: list[Killed]) -> Curve:
    seconds = sorted(kill.seconds for kill in kills if kill.seconds is not None)
    shrinking = [kill.shrinking for kill in kills if kill.shrinking is not None]
    return Curve(len(kills), seconds, max(kill.tried for kill in kills), shrinking)
