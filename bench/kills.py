"""How soon broken stores are found out: by the suite, by the plain design, by ipyparallel's tests.

Each is run on the same mutants, those that break a call or a query of a store in memory: what the
others do not look at at all, such as limits and what is on the disk, is not held against them.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.mutants.catalogue import MUTANTS
from tests.mutants.kill import SMALL as SMALL_PROFILE
from tests.mutants.kill import run as run_suite
from tests.mutants.mutant import Mutant

from taskdb_spec.capabilities import QUERY_CAPABILITIES

from . import plain, upstream
from .progress import Tell
from .results import Killed, LeftOut, Results

GROUP = "kills"
PLAIN, UPSTREAM = "plain state machine", "ipyparallel's tests"
BUILD = Path("build")


@dataclass(frozen=True)
class Extent:
    """How many mutants, at which profiles, and the CPU seconds that the plain design gets."""

    mutants: int
    profiles: tuple[str, ...]
    patience: float


FULL = Extent(24, ("quick", "default"), 10.0)
SMALL = Extent(4, (SMALL_PROFILE.name,), 0.5)


def spread_out(mutants: dict[str, Mutant], count: int) -> list[str]:
    """So many mutants, from all over the catalogue."""
    names = [name for name, mutant in mutants.items() if _is_simple(mutant)]
    return [names[i * len(names) // count] for i in range(count)]


def _is_simple(mutant: Mutant) -> bool:
    backend = mutant.backend
    return backend.claimed <= QUERY_CAPABILITIES and not backend.stores_nothing


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it."""
    names = spread_out(MUTANTS, extent.mutants)
    for profile in extent.profiles:
        tell(f"kills: by the suite at {profile}")
        found = _known(profile, names)
        results.kills += found or _parallel(partial(by_suite, profile), names)
    tell(f"kills: by a {PLAIN}")
    results.kills += _parallel(partial(by_plain, extent.patience), names)
    tell(f"kills: by {UPSTREAM}")
    try:
        upstream.fair_tests(QUERY_CAPABILITIES)
    except ImportError as error:
        results.left_out.append(LeftOut(GROUP, "all", UPSTREAM, 0, f"not installed: {error}"))
    else:
        results.kills += _parallel(by_upstream, names)


def _known(profile: str, names: list[str]) -> list[Killed]:
    """What ``python -m tests.mutants.score`` has found out; nothing if it has not been run."""
    file = BUILD / f"mutants-{profile}.json"
    if not file.exists():
        return []
    kills = {kill["mutant"]: kill for kill in json.loads(file.read_text(encoding="utf-8"))}
    return [
        _killed(name, profile, kills[name]["seconds"], bool(kills[name]["blamed"]))
        for name in names
        if name in kills
    ]


def by_suite(profile: str, name: str) -> Killed:
    """The suite on a mutant."""
    kill = run_suite(MUTANTS[name], SMALL_PROFILE if profile == SMALL_PROFILE.name else profile)
    return _killed(name, profile, kill.seconds, kill.killed)


def by_plain(patience: float, name: str) -> Killed:
    """The plain design on a mutant."""
    seconds = plain.seconds_to_kill(MUTANTS[name].backend, patience)
    return Killed(name, PLAIN, seconds, patience if seconds is None else seconds)


def by_upstream(name: str) -> Killed:
    """ipyparallel's tests on a mutant."""
    return _killed(name, UPSTREAM, *upstream.tried(MUTANTS[name].backend))


def _killed(name: str, by: str, seconds: float, killed: bool) -> Killed:
    return Killed(name, by, seconds if killed else None, seconds)


def _parallel(kill: Callable[[str], Killed], names: Iterable[str]) -> list[Killed]:
    # CPU seconds are what is measured, so runs beside each other do not disturb each other much.
    with multiprocessing.get_context("fork").Pool(os.cpu_count(), maxtasksperchild=10) as pool:
        return pool.map(kill, names, chunksize=1)


@dataclass(frozen=True)
class Curve:
    """How many of the mutants one way of testing has killed by when, and for how long it tried."""

    mutants: int
    seconds: list[float]
    tried: float

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
    return Curve(len(kills), seconds, max(kill.tried for kill in kills))
