"""The speed of the suite on DictDB.

It measures a run in one process, the same calls without the suite, a run with two workers, and
the naive state machine. The number of operations per second compares them. How soon they detect
a broken store is not measured here, but by ``python -m tests.mutation.report``.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.baselines import naive_state_machine
from bench.harness.call_replay import CallReplay
from bench.harness.progress import ShowStep
from bench.harness.suite_runs import SuiteRun, measure_run, measure_run_with_workers
from bench.reporting.results import Measurement, Results
from taskdb_reference.backends.builtin import dict_backend
from taskdb_spec.conformance.core.config import PROFILES, Profile

SPEED, BY_WORKERS = "suite", "suite, by workers"
OPERATIONS, SECONDS, CALLS_ALONE = "operations a second", "a run", "a run, by its calls alone"
WORKERS = (1, 2)


@dataclass(frozen=True)
class SuiteSpeedSizes:
    """The profiles that are run, and the CPU seconds of the naive state machine."""

    profiles: tuple[Profile, ...]
    machine_seconds: float


TINY = Profile("tiny", targeted_programs=1, operations=500)
FULL = SuiteSpeedSizes((PROFILES["quick"], PROFILES["default"]), 10.0)
DEEP = SuiteSpeedSizes((*FULL.profiles, PROFILES["deep"]), 10.0)
SMALL = SuiteSpeedSizes((TINY,), 0.5)


def measure(sizes: SuiteSpeedSizes, results: Results, show_step: ShowStep) -> None:
    """Measure the speed of the suite.

    Args:
        sizes: How much to measure.
        results: Where the measurements are added.
        show_step: Called with a text before each step.
    """
    for profile in sizes.profiles:
        show_step(f"suite: a run on DictDB at {profile.name}")
        _add_run(profile.name, measure_run(dict_backend, profile), results)
        show_step(f"suite: its calls alone, at {profile.name}")
        _measure_calls_alone(profile, results)
        _measure_workers(profile, results, show_step)
    show_step(f"suite: a {naive_state_machine.NAME} on DictDB")
    clock = naive_state_machine.run_until_failure(dict_backend, sizes.machine_seconds)
    _add_run(naive_state_machine.NAME, SuiteRun(clock.operations, clock.search_seconds), results)


def _add_run(name: str, run: SuiteRun, results: Results) -> None:
    speed = run.operations / run.seconds
    for call, value, unit in ((SECONDS, run.seconds, "s"), (OPERATIONS, speed, "1/s")):
        results.measurements.append(
            Measurement.from_samples(SPEED, call, name, run.operations, [value], unit)
        )


def _measure_calls_alone(profile: Profile, results: Results) -> None:
    call_replay = CallReplay(dict_backend)
    operations = measure_run(call_replay.make_recording_backend(), profile).operations
    samples = [call_replay.seconds]
    results.measurements.append(
        Measurement.from_samples(SPEED, CALLS_ALONE, profile.name, operations, samples)
    )


def _measure_workers(profile: Profile, results: Results, show_step: ShowStep) -> None:
    for workers in WORKERS:
        show_step(f"suite: a run on DictDB at {profile.name}, by workers: {workers}")
        run = measure_run_with_workers(dict_backend, profile, workers)
        name = f"workers: {workers}"
        results.measurements.append(
            Measurement.from_samples(BY_WORKERS, profile.name, name, run.operations, [run.seconds])
        )
