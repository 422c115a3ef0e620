"""How fast the suite is, what it adds to the cost of a backend, and how soon it finds a fault."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants.catalogue import MUTANTS

from taskdb_reference.targets import dict_backend, ipyparallel_dict_backend
from taskdb_spec import Backend
from taskdb_spec.conformance.profiles import PROFILES, Profile

from .kills import spread_out
from .progress import Tell
from .replaying import Bare
from .results import LeftOut, Measurement, Results
from .running import first_failure, whole

SPEED, FIRST = "suite", "first counterexample"
OPERATIONS, SECONDS, SHARE = "operations a second", "a run", "a run, by its calls alone"
FINDING, SHRINKING = "finding it", "shrinking it"


@dataclass(frozen=True)
class Extent:
    """How much is measured: runs on DictDB, and on how many mutants, up to a failure."""

    profiles: tuple[Profile, ...]
    mutants: int


TINY = Profile("tiny", focus=1, operations=500)
FULL = Extent((PROFILES["quick"], PROFILES["default"]), 12)
DEEP = Extent((*FULL.profiles, PROFILES["deep"]), 12)
SMALL = Extent((TINY,), 2)


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it."""
    for profile in extent.profiles:
        tell(f"suite: a run on DictDB at {profile.name}")
        _measure_run(profile, results)
        tell(f"suite: its calls alone, at {profile.name}")
        _measure_bare(profile, results)
    profile = extent.profiles[0]
    sample = spread_out(MUTANTS, extent.mutants)
    backends = {"ipyparallel-dict": ipyparallel_dict_backend}
    backends |= {name: MUTANTS[name].backend for name in sample}
    for name, backend in backends.items():
        tell(f"suite: the first counterexample of {name}")
        _measure_first(name, backend, profile, results)


def _measure_run(profile: Profile, results: Results) -> None:
    done = whole(dict_backend, profile)
    speed = done.operations / done.seconds
    for call, value, unit in ((SECONDS, done.seconds, "s"), (OPERATIONS, speed, "1/s")):
        results.measurements.append(
            Measurement.of(SPEED, call, profile.name, done.operations, [value], unit)
        )


def _measure_bare(profile: Profile, results: Results) -> None:
    bare = Bare(dict_backend)
    operations = whole(bare.watched(), profile).operations
    results.measurements.append(
        Measurement.of(SPEED, SHARE, profile.name, operations, [bare.seconds])
    )


def _measure_first(name: str, backend: Backend, profile: Profile, results: Results) -> None:
    first = first_failure(backend, profile)
    if first is None:
        reason = f"no clause failed at {profile.name}"
        results.left_out.append(LeftOut(FIRST, FINDING, name, profile.operations, reason))
        return
    for call, seconds in ((FINDING, first.finding), (SHRINKING, first.shrinking)):
        results.measurements.append(Measurement.of(FIRST, call, name, first.operations, [seconds]))
