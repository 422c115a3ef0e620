"""How fast the suite is, what it adds to the cost of a backend, and what a second worker is worth.

A plain state machine makes calls on the same backend; what either finds, and how soon, is in
`kills`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.baselines import naive_state_machine as plain
from bench.harness.call_replay import Bare
from bench.harness.progress import Tell
from bench.harness.suite_runs import Run, shared, whole
from bench.reporting.results import Measurement, Results
from taskdb_reference.backends.builtin import dict_backend
from taskdb_spec.conformance.core.config import PROFILES, Profile

SPEED, SHARED = "suite", "suite, by workers"
OPERATIONS, SECONDS, SHARE = "operations a second", "a run", "a run, by its calls alone"
WORKERS = (1, 2)


@dataclass(frozen=True)
class Extent:
    """The profiles of the runs on DictDB, and the CPU seconds that the plain design gets."""

    profiles: tuple[Profile, ...]
    patience: float


TINY = Profile("tiny", focus=1, operations=500)
FULL = Extent((PROFILES["quick"], PROFILES["default"]), 10.0)
DEEP = Extent((*FULL.profiles, PROFILES["deep"]), 10.0)
SMALL = Extent((TINY,), 0.5)


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it."""
    for profile in extent.profiles:
        tell(f"suite: a run on DictDB at {profile.name}")
        _note_run(profile.name, whole(dict_backend, profile), results)
        tell(f"suite: its calls alone, at {profile.name}")
        _measure_bare(profile, results)
        _measure_shared(profile, results, tell)
    tell(f"suite: a {plain.NAME} on DictDB")
    hunt = plain.hunt(dict_backend, extent.patience)
    _note_run(plain.NAME, Run(hunt.operations, hunt.hunting), results)


def _note_run(name: str, done: Run, results: Results) -> None:
    speed = done.operations / done.seconds
    for call, value, unit in ((SECONDS, done.seconds, "s"), (OPERATIONS, speed, "1/s")):
        results.measurements.append(
            Measurement.of(SPEED, call, name, done.operations, [value], unit)
        )


def _measure_bare(profile: Profile, results: Results) -> None:
    bare = Bare(dict_backend)
    operations = whole(bare.watched(), profile).operations
    results.measurements.append(
        Measurement.of(SPEED, SHARE, profile.name, operations, [bare.seconds])
    )


def _measure_shared(profile: Profile, results: Results, tell: Tell) -> None:
    runs = {}
    for workers in WORKERS:
        tell(f"suite: a run on DictDB at {profile.name}, by workers: {workers}")
        runs[f"workers: {workers}"] = shared(dict_backend, profile, workers)
    results.measurements += [
        Measurement.of(SHARED, profile.name, name, run.operations, [run.seconds])
        for name, run in runs.items()
    ]
