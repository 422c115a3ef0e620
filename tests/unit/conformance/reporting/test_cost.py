"""What a run costs is said in words: the pace, where the time goes, and what makes it shorter."""

from __future__ import annotations

import io

import pytest

from taskdb_spec.conformance.core.calls import OPEN, StoreCalls
from taskdb_spec.conformance.core.events import Progress, RunStarted
from taskdb_spec.conformance.reporting.console import make_console
from taskdb_spec.conformance.reporting.cost import Cost, explain_cost
from taskdb_spec.conformance.reporting.live import LineProgress, format_progress


def calls_of(**seconds: float) -> StoreCalls:
    """Return one call of each kind, with the time that it took."""
    calls = StoreCalls()
    for kind, duration in seconds.items():
        calls.note(kind, duration)
    return calls


SLOW = calls_of(add_record=6.0, get_record=1.0, open=0.5)
OPENING = calls_of(open=6.0, add_record=1.0)
FAST = calls_of(**dict.fromkeys(("open", "add_record"), 0.0001))
RUN = RunStarted("mydb", "quick", 0, clauses=3, operations=1_000)


def test_a_slow_store_is_told_where_the_time_goes() -> None:
    where, advice = explain_cost(Cost(SLOW, seconds=10, workers=1))
    assert where == (
        "a slow store: 3 calls of 2500.0 ms; share of the time: opening 5%, writing 60%, "
        "reading 10%; slowest call: add_record, 6000 ms"
    )
    assert "RAM disk" in advice
    assert "--workers 2" in advice
    assert "--openings" not in advice


def test_the_time_of_all_workers_counts() -> None:
    where, advice = explain_cost(Cost(SLOW, seconds=10, workers=2))
    assert "writing 30%" in where
    assert "--workers" not in advice


def test_a_store_that_is_slow_to_open_is_told_how_to_open_it_less_often() -> None:
    _, advice = explain_cost(Cost(OPENING, seconds=12, workers=1))
    assert "--openings shared, or Backend(reset=...)" in advice


@pytest.mark.parametrize(("calls", "seconds"), [(FAST, 60), (SLOW, 9), (StoreCalls(), 60)])
def test_a_fast_store_or_a_short_run_gets_no_advice(calls: StoreCalls, seconds: int) -> None:
    assert not list(explain_cost(Cost(calls, seconds, workers=1)))


def test_a_line_of_progress_has_the_pace_and_what_is_left() -> None:
    line = format_progress(Progress(250, "GT-1", calls_of(add_record=0.004)), RUN, seconds=5)
    assert line == "250 of 1,000 operations in 5 s: 1 call of 4.0 ms, about 15 s left"


def test_a_pipe_gets_the_advice_once() -> None:
    stream, now = io.StringIO(), [0.0]
    lines = LineProgress(make_console(stream), clock=lambda: now[0])
    lines.start(RUN)
    for now[0] in (10.0, 20.0, 30.0):
        lines.progress(Progress(100, "GT-1", SLOW))
    assert stream.getvalue().count("a slow store") == 1
    assert stream.getvalue().count("100 of 1,000 operations") == 3


def test_calls_of_several_runs_are_added() -> None:
    calls = calls_of(add_record=1.0, open=2.0)
    calls.add(calls_of(add_record=3.0))
    assert calls.to_json() == {
        "add_record": {"count": 2, "seconds": 4.0, "slowest": 3.0},
        OPEN: {"count": 1, "seconds": 2.0, "slowest": 2.0},
    }
