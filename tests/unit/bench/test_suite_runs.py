"""Runs of the suite that are measured: replayed calls, and runs with workers."""

from __future__ import annotations

from bench.harness.call_replay import CallReplay
from bench.harness.suite_runs import measure_run, measure_run_with_workers
from bench.suites.suite_speed import TINY
from taskdb_reference.backends.builtin import dict_backend


def test_calls_of_a_run_are_repeated_on_the_backend() -> None:
    call_replay = CallReplay(dict_backend)
    recorded = measure_run(call_replay.make_recording_backend(), TINY)
    assert recorded.operations == measure_run(dict_backend, TINY).operations
    assert call_replay.calls > TINY.operations


def test_measure_run_with_workers_makes_the_same_operations() -> None:
    one, two = (measure_run_with_workers(dict_backend, TINY, workers) for workers in (1, 2))
    assert one.operations == two.operations == measure_run(dict_backend, TINY).operations
