"""Terminal reports: plain lines in a pipe; colours, scripts and progress on a terminal."""

import io
import re
import threading
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.events import ClauseFailed, Progress, RunStarted
from taskdb_spec.conformance.core.results import ClauseResult, Confirmation, Counterexample, Report
from taskdb_spec.conformance.reporting.console import make_console
from taskdb_spec.conformance.reporting.live import LineProgress, LiveProgress
from taskdb_spec.conformance.reporting.terminal import MAX_SCRIPTS_SHOWN, TerminalReporter
from tests.support.fake_reports import conforming, events, failing, incomplete, report

MANY = {
    name.replace("-", "_"): "fail"
    for name in ("ADD-1", "ADD-2", "GET-1", "GET-2", "DROP-1", "DROP-2", "UPD-1", "UPD-2")
}


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_output(*reports: Report, stream: io.StringIO | None = None, **options: Any) -> str:
    stream = stream or io.StringIO()
    reporter = TerminalReporter(make_console(stream), **options)
    for each in reports:
        for event in events(each):
            reporter(event)
    if len(reports) > 1:
        reporter.summary([(each.backend, each) for each in reports])
    return stream.getvalue()


def screen_output(*reports: Report, **options: Any) -> str:
    return terminal_output(*reports, stream=Screen(), **options)


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)


def test_a_conforming_store_in_a_pipe() -> None:
    assert terminal_output(conforming()) == (
        "checking mydb: 2 clauses, profile default, seed 0\n"
        "mydb CONFORMS: 2 of 2 clauses that it claims pass (profile default, seed 0)\n"
    )


def test_a_failing_store_in_a_pipe() -> None:
    assert terminal_output(failing()) == (
        "checking mydb: 3 clauses, profile default, seed 0\n"
        "  fails: GET-2 An unknown id is refused\n"
        "  fails: ADD-2 An existing id is refused\n"
        "FAIL GET-2 (MUST) An unknown id is refused\n"
        "  GET-2 went wrong\n"
        f"  usual cause: {clauses()['GET-2'].likely_cause}\n"
        '    """GET-2"""\n'
        '    assert 1 == 2, "GET-2: expected 2, got 1"\n'
        "\n"
        "FAIL ADD-2 (MUST) An existing id is refused\n"
        "  ADD-2 went wrong\n"
        f"  usual cause: {clauses()['ADD-2'].likely_cause}\n"
        '    """ADD-2"""\n'
        '    assert 1 == 2, "ADD-2: expected 2, got 1"\n'
        "\n"
        "mydb FAILS: 2 of 3 clauses that it claims fail (profile default, seed 0)\n"
    )


def test_an_incomplete_run_says_what_is_missing() -> None:
    text = terminal_output(incomplete())
    title = clauses()["GET-2"].title
    assert f"UNEXERCISED GET-2 (MUST) {title}: not seen often enough: refused, accepted\n" in text
    assert f": no check watches it: {clauses()['CRASH-1'].no_check}\n" in text
    assert text.endswith(
        "mydb INCOMPLETE: nothing fails, but 2 of 3 clauses that it claims could not be exercised "
        "enough to say (profile default, seed 0)\n"
    )


def test_a_run_without_a_pass_is_incomplete() -> None:
    assert "mydb INCOMPLETE: no clause was exercised" in terminal_output(report(LOG_1="unclaimed"))


def test_a_should_is_a_note_unless_enforced() -> None:
    text = terminal_output(report(ADD_1="pass", ERR_5="fail"))
    assert ": ERR-5 went wrong (enforced by --strict alone)\n" in text
    assert "mydb CONFORMS: 1 of 2 clauses that it claims pass, 1 SHOULD not met" in text
    text = terminal_output(report(ADD_1="pass", ERR_5="fail", strict=True))
    assert "FAIL ERR-5 (SHOULD)" in text
    assert "seed 0, strict)" in text


def test_only_the_first_scripts_are_printed_without_verbose() -> None:
    text = terminal_output(report(**MANY))
    assert text.count("FAIL ") == len(MANY)
    assert text.count(" went wrong") == len(MANY)
    assert text.count("    assert 1 == 2") == MAX_SCRIPTS_SHOWN
    assert "The scripts of the last 3 are not shown: --verbose prints them, --out DIR" in text
    text = terminal_output(report(**MANY), verbose=True)
    assert text.count("    assert 1 == 2") == len(MANY)
    assert "not shown" not in text


def test_an_unconfirmed_counterexample_is_marked() -> None:
    counterexample = Counterexample(
        "summary", "assert 0", Confirmation.NOT_RUN, 1, "not run: no module"
    )
    result = ClauseResult(clauses()["ADD-1"], "fail", {"stored": 1}, counterexample)
    made = Report("mydb", "quick", 3, False, (result,), 1.0, 10)
    assert "  run again: not run: no module\n" in terminal_output(made)


def test_a_failure_without_a_counterexample() -> None:
    result = ClauseResult(clauses()["ADD-1"], "fail", {"stored": 1})
    made = Report("mydb", "quick", 3, False, (result,), 1.0, 10)
    assert "  no counterexample was kept\n" in terminal_output(made)


def test_a_counterexample_that_passes_when_run_again_is_printed_with_the_reason() -> None:
    counterexample = Counterexample(
        "drop did nothing",
        "",
        Confirmation.PASSED_ON_RERUN,
        1,
        "not confirmed: it passed in a fresh process",
    )
    result = ClauseResult(clauses()["ADD-1"], "unexercised", {"stored": 9}, counterexample)
    text = terminal_output(Report("mydb", "quick", 3, False, (result,), 1.0, 10))
    why = "drop did nothing; run again: not confirmed: it passed in a fresh process\n"
    assert f"UNEXERCISED ADD-1 (MUST) An added record can be read back: {why}" in text


def test_a_pipe_gets_the_same_lines_each_time_and_no_control_characters() -> None:
    reports = (failing(), incomplete("other"), conforming("third"), report("many", **MANY))
    text = terminal_output(*reports)
    assert text == terminal_output(*reports)
    assert text.replace("\n", "").isprintable()
    assert text.isascii()
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_text_from_a_store_cannot_control_the_terminal() -> None:
    counterexample = Counterexample(
        "got '\x1b[2J\r\x07\udc80'", "x = '\x1b'", Confirmation.CONFIRMED, 1
    )
    result = ClauseResult(clauses()["ADD-1"], "fail", {"stored": 1}, counterexample)
    text = terminal_output(Report("my\x1bdb", "quick", 3, False, (result,), 1.0, 10))
    assert "got '\\x1b[2J\\r\\x07\\udc80'" in text
    assert "\x1b" not in text


def test_the_summary_in_a_pipe() -> None:
    text = terminal_output(conforming(), failing("other"), report("third", **MANY))
    lines = text.splitlines()[-4:]
    brief = "ADD-1, ADD-2, GET-1, GET-2, DROP-1, DROP-2 and 2 more"
    assert [re.split(r"  +", line) for line in lines] == [
        ["backend", "verdict", "passed", "failed", "unexercised", "unclaimed", "failing"],
        ["mydb", "CONFORMS", "2", "0", "0", "1"],
        ["other", "FAILS", "1", "2", "0", "1", "GET-2, ADD-2"],
        ["third", "FAILS", "0", "8", "0", "0", brief],
    ]


def test_the_summary_counts_unmet_shoulds_if_there_are_any() -> None:
    text = terminal_output(conforming(), report("other", ADD_1="pass", ERR_5="fail"))
    header, *rows = [re.split(r"  +", line) for line in text.splitlines()[-3:]]
    at = header.index("SHOULD not met")
    assert [row[at] for row in rows] == ["0", "1"]


def test_a_run_that_could_not_start_has_a_row() -> None:
    stream = io.StringIO()
    TerminalReporter(make_console(stream)).summary([("mydb", None), ("other", conforming())])
    assert re.search(r"mydb +NOT RUN +- +- +- +-\n", stream.getvalue())


def test_a_terminal_shows_the_same_lines() -> None:
    text = without_colours(screen_output(failing(), incomplete("other")))
    for line in ("FAIL GET-2 (MUST)", "  GET-2 went wrong", 'assert 1 == 2, "ADD-2: expected'):
        assert line in text
    assert "mydb FAILS: 2 of 3 clauses" in text
    assert re.search(r"other +INCOMPLETE", text)


def test_a_terminal_has_colours_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = screen_output(failing())
    assert "\x1b[31mFAIL GET-2" in text
    assert "of 1,000 operations" in without_colours(text)
    assert "2 clauses fail so far: GET-2, ADD-2" in without_colours(text)
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in screen_output(failing())


def test_environment_variables_do_not_turn_a_pipe_into_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "20")
    assert "\x1b" not in terminal_output(failing())
    assert max(map(len, terminal_output(failing()).splitlines())) > 40


def test_progress_is_redrawn_on_events_only_and_not_too_often() -> None:
    now = [0.0]
    stream = Screen()
    threads = threading.active_count()
    live = LiveProgress(Console(file=stream, force_terminal=True), clock=lambda: now[0])
    live.start(RunStarted("mydb", "default", 0, 3, 100))
    assert threading.active_count() == threads
    drawn = [stream.tell()]
    for now[0], event in (
        (0.05, Progress(1, "a")),
        (0.2, Progress(2, "b")),
        (0.25, Progress(3, "c")),
    ):
        live.progress(event)
        drawn.append(stream.tell())
    assert drawn[0] == drawn[1] < drawn[2] == drawn[3]
    counterexample = Counterexample("summary", "assert 0", Confirmation.CONFIRMED, 1)
    live.failed(ClauseFailed("ADD-1", "title", counterexample))
    assert "1 clause fails so far: ADD-1" in without_colours(stream.getvalue())
    live.stop()
    live.stop()
    live.progress(Progress(4, "after the end"))
    assert "after the end" not in stream.getvalue()


def test_progress_names_the_first_failing_clauses() -> None:
    text = without_colours(screen_output(report(**MANY, BUF_1="fail")))
    assert "9 clauses fail so far: ADD-1," in text
    assert "UPD-2 ..." in text


def test_a_pipe_gets_a_line_of_progress_every_ten_seconds() -> None:
    stream, now = io.StringIO(), [0.0]
    lines = LineProgress(make_console(stream), clock=lambda: now[0])
    lines.start(RunStarted("mydb", "quick", 0, clauses=3, operations=1_000))
    for now[0], done in ((9.0, 90), (10.0, 100), (11.0, 110), (21.0, 210), (99.0, 1_200)):
        lines.progress(Progress(done, "GT-1"))
    lines.stop()
    assert stream.getvalue() == (
        "  100 of 1,000 operations in 10 s, about 90 s left\n"
        "  210 of 1,000 operations in 21 s, about 79 s left\n"
        "  1,200 of 1,000 operations in 99 s\n"
    )


def test_an_ended_run_has_one_line_for_what_it_did_not_reach() -> None:
    ended = replace(incomplete(), aborted_reason="ended after 5 seconds and 12 programs")
    text = terminal_output(ended)
    assert text.count("not exercised enough before the run ended: ") == 1
    assert "UNEXERCISED" not in text
    assert "; ended after 5 seconds and 12 programs (profile" in text
