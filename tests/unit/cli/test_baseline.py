"""Tests of baselines: the file, its effect on the verdict, and the reports."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from taskdb_spec.conformance.core.results import ExpectedFailure
from taskdb_spec.conformance.reporting import html
from taskdb_spec.conformance.reporting.baseline import (
    BaselineError,
    apply_baseline,
    combine,
    format_baseline,
    read_baseline,
    verdict_excluding_expected,
)
from taskdb_spec.conformance.reporting.json_report import json_report
from tests.support.fake_reports import Engine, conforming, failing, incomplete, report
from tests.unit.conformance.reporting.test_json_junit_html import outcomes_by_clause
from tests.unit.conformance.reporting.test_terminal import terminal_output

Taskdb = Callable[..., Result]
MYDB = "made_stores:mydb"

ADD_2 = '[[mydb]]\nclause = "ADD-2"\nreason = "an upsert"\n'
GET_2 = '[[mydb]]\nclause = "GET-2"\nreason = "a default"\nexpected = "went wrong"\n'
BOTH = ADD_2 + GET_2


# The file


def test_a_file_is_read_by_backend_and_clause() -> None:
    found = read_baseline(BOTH + '[["a/b c"]]\nclause = "ADD-1"\nreason = "lost"\n')
    assert found == {
        "mydb": {
            "ADD-2": ExpectedFailure("an upsert"),
            "GET-2": ExpectedFailure("a default", "went wrong"),
        },
        "a/b c": {"ADD-1": ExpectedFailure("lost")},
    }
    assert read_baseline("") == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[mydb]", "is not TOML"),
        ("mydb = 1", "each headed [[mydb]]"),
        ("mydb = [1]", "each headed [[mydb]]"),
        ('["a b"]\nclause = "ADD-2"', '[["a b"]]'),
        ('[[mydb]]\nreason = "x"', "entry 1: does not say which clause"),
        ('[[mydb]]\nclause = "ADD-99"\nreason = "x"', "there is no clause 'ADD-99'"),
        ("[[mydb]]\nclause = 2", "'clause' must be a text"),
        ('[[mydb]]\nclause = "ADD-2"', "ADD-2 needs a reason"),
        ('[[mydb]]\nclause = "ADD-2"\nreason = " "', "'reason' must be a text"),
        ('[[mydb]]\nclause = "ADD-2"\nreason = "TODO: say why"', "ADD-2 needs a reason"),
        (ADD_2 + "expected = ''", "'expected' must be a text"),
        (ADD_2 + "exspected = 'x'", "unknown key 'exspected'"),
        (ADD_2 + ADD_2, "entry 2: ADD-2 is listed twice"),
    ],
)
def test_a_malformed_file(text: str, why: str) -> None:
    with pytest.raises(BaselineError) as caught:
        read_baseline(text)
    assert why in str(caught.value)


def test_a_flaky_entry_has_no_expected_text() -> None:
    assert read_baseline(ADD_2, flaky=True) == {
        "mydb": {"ADD-2": ExpectedFailure("an upsert", flaky=True)}
    }
    with pytest.raises(BaselineError, match="unknown key 'expected'"):
        read_baseline(GET_2, flaky=True)


def test_a_clause_cannot_be_known_and_flaky() -> None:
    known, flaky = read_baseline(ADD_2), read_baseline(ADD_2, flaky=True)
    with pytest.raises(BaselineError, match="ADD-2 is listed as a known failure and as flaky"):
        combine(known, flaky)
    both = combine(read_baseline(GET_2), flaky)
    assert list(both["mydb"]) == ["GET-2", "ADD-2"]


# The effect on a run


def test_an_expected_failure_does_not_count() -> None:
    marked = apply_baseline(failing(), read_baseline(BOTH))
    assert marked["ADD-2"].known == ExpectedFailure("an upsert")
    assert marked["ADD-2"].verdict == "fail"
    assert marked.verdict == "fails"
    assert verdict_excluding_expected(marked) == "conforms"


def test_an_unexpected_failure_counts() -> None:
    assert verdict_excluding_expected(apply_baseline(failing(), read_baseline(ADD_2))) == "fails"
    assert (
        verdict_excluding_expected(apply_baseline(failing("other"), read_baseline(BOTH))) == "fails"
    )


def test_a_stale_entry_is_an_error() -> None:
    made = report(ADD_1="pass", GET_2="fail", ADD_2="pass")
    marked = apply_baseline(made, read_baseline(BOTH))
    assert "but it passes" in marked["ADD-2"].baseline_error
    assert verdict_excluding_expected(marked) == "fails"


def test_a_failure_other_than_the_expected_one_is_an_error() -> None:
    marked = apply_baseline(
        failing(), read_baseline(ADD_2 + "expected = 'raised OSError'\n" + GET_2)
    )
    assert marked["ADD-2"].baseline_error == "fails otherwise than expected ('raised OSError')"
    assert marked["ADD-2"].known is None
    assert verdict_excluding_expected(marked) == "fails"


def test_an_entry_for_a_clause_that_is_not_claimed_is_an_error() -> None:
    marked = apply_baseline(conforming(), {"mydb": {"LOG-1": ExpectedFailure("x")}})
    assert marked["LOG-1"].baseline_error == "listed, but the backend does not claim it"
    assert verdict_excluding_expected(marked) == "fails"


def test_an_unexercised_clause_stays_incomplete() -> None:
    marked = apply_baseline(incomplete(), {"mydb": {"GET-2": ExpectedFailure("x")}})
    assert (marked["GET-2"].known, marked["GET-2"].baseline_error) == (None, "")
    assert verdict_excluding_expected(marked) == "incomplete"


@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_a_flaky_clause_may_pass_or_fail(verdict: str) -> None:
    made = report(ADD_1="pass", ADD_2=verdict)
    marked = apply_baseline(made, read_baseline(ADD_2, flaky=True))
    assert (marked["ADD-2"].known is not None) == (verdict == "fail")
    assert verdict_excluding_expected(marked) == "conforms"


def test_an_unconfirmed_flaky_failure_is_not_incomplete() -> None:
    made = failing()["ADD-2"]
    doubted = replace(report(ADD_1="pass"), clauses=(failing()["ADD-1"], made))
    doubted = replace(doubted, clauses=(doubted.clauses[0], replace(made, verdict="unexercised")))
    marked = apply_baseline(doubted, read_baseline(ADD_2, flaky=True))
    assert verdict_excluding_expected(doubted) == "incomplete"
    assert verdict_excluding_expected(marked) == "conforms"


# Writing


def test_a_written_file_needs_reasons_before_it_is_read() -> None:
    text = format_baseline([failing(), failing('a "b"\\\n\x7f')])
    with pytest.raises(BaselineError, match="GET-2 needs a reason"):
        read_baseline(text)
    found = read_baseline(text.replace("TODO: say why", "so it is"))
    assert set(found) == {"mydb", 'a "b"\\\n\x7f'}
    assert found["mydb"] == {
        "GET-2": ExpectedFailure("so it is"),
        "ADD-2": ExpectedFailure("so it is"),
    }


def test_a_written_file_keeps_known_entries_and_omits_flaky_ones() -> None:
    baseline = combine(read_baseline(GET_2), read_baseline(ADD_2, flaky=True))
    assert read_baseline(format_baseline([apply_baseline(failing(), baseline)])) == read_baseline(
        GET_2
    )


def test_should_clauses_are_written_only_if_enforced() -> None:
    assert "ERR-5" not in format_baseline([report(ERR_5="fail")])
    assert "ERR-5" in format_baseline([report(ERR_5="fail", strict=True)])


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\x00\x1f", "é\U0001f600", "a\U000e0001b", "#'='"])
def test_any_text_is_escaped(text: str) -> None:
    made = replace(failing(), backend=text)
    assert list(tomllib.loads(format_baseline([made]))) == [text]


# The command


def check(taskdb: Taskdb, text: str, *args: str) -> Result:
    Path("known.toml").write_text(text)
    return taskdb("check", MYDB, "--baseline", "known.toml", *args)


def test_the_exit_status(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    assert check(taskdb, BOTH).exit_code == 0
    assert check(taskdb, ADD_2).exit_code == 1
    engine.outcomes["mydb"] = report(ADD_1="pass", GET_2="pass", ADD_2="fail")
    result = check(taskdb, BOTH)
    assert result.exit_code == 1
    assert "BASELINE GET-2 (MUST) An unknown id is refused: listed as a known failure, but it " in (
        result.stdout
    )


def test_no_run_starts_with_a_malformed_file(taskdb: Taskdb, engine: Engine) -> None:
    result = check(taskdb, ADD_2.replace("ADD-2", "ADD-99"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: --baseline known.toml: mydb, entry 1: there is no clause 'ADD-99'\n"
    )
    assert taskdb("check", MYDB, "--flaky", "none.toml").exit_code == 2
    Path("bytes.toml").write_bytes(b"\xff")
    assert "is not UTF-8" in taskdb("check", MYDB, "--flaky", "bytes.toml").stderr
    Path("flaky.toml").write_text(ADD_2)
    assert check(taskdb, ADD_2, "--flaky", "flaky.toml").exit_code == 2
    assert engine.calls == []


def test_a_written_file_can_be_completed_and_used(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    assert taskdb("check", MYDB, "--write-baseline", "new.toml").exit_code == 1
    text = Path("new.toml").read_text()
    assert check(taskdb, text).exit_code == 2
    assert check(taskdb, text.replace("TODO: say why", "so it is")).exit_code == 0


def test_a_file_may_be_overwritten(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    assert check(taskdb, GET_2, "--write-baseline", "known.toml").exit_code == 1
    reasons = [entry["reason"] for entry in tomllib.loads(Path("known.toml").read_text())["mydb"]]
    assert reasons == ["a default", "TODO: say why"]


# The reports


def test_json_marks_known_failures(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    check(taskdb, BOTH, "--json", "r.json")
    clauses = json.loads(Path("r.json").read_text())["results"][0]["clauses"]
    marks = {each["id"]: (each["verdict"], each["known"], each["objection"]) for each in clauses}
    assert marks["ADD-2"] == ("fail", "an upsert", None)
    assert marks["ADD-1"] == ("pass", None, None)


def test_marked_reports_follow_the_schema(validator: Any) -> None:
    marked = apply_baseline(report(ADD_1="pass", GET_2="fail", ADD_2="pass"), read_baseline(BOTH))
    validator.validate(json_report([marked]))


def test_the_terminal_prints_known_failures_last() -> None:
    text = terminal_output(apply_baseline(failing(), read_baseline(GET_2)))
    assert "  GET-2 went wrong\n  known: a default\n" in text
    assert text.index("FAIL ADD-2") < text.index("FAIL GET-2")
    assert text.count("    assert 1 == 2") == 1
    assert "mydb FAILS: 2 of 3 clauses that it claims fail, 1 of them known" in text
    assert "  flaky: an upsert\n" in terminal_output(
        apply_baseline(failing(), read_baseline(ADD_2, flaky=True))
    )


def test_junit_skips_known_failures_and_fails_stale_entries() -> None:
    marked = apply_baseline(report(ADD_1="pass", GET_2="fail", ADD_2="pass"), read_baseline(BOTH))
    found = outcomes_by_clause(marked)
    assert type(found["GET-2"]).__name__ == "Skipped"
    assert found["GET-2"].message == "known: a default (GET-2 went wrong)"
    assert type(found["ADD-2"]).__name__ == "Failure"
    assert "but it passes" in found["ADD-2"].message


def test_the_html_report_marks_known_failures() -> None:
    made = report(ADD_1="pass", GET_2="fail", ADD_2="pass")
    page = html.render([apply_baseline(made, read_baseline(BOTH))])
    assert "fail, known" in page
    assert "known: a default" in page
    assert "The baseline is wrong: listed as a known failure, but it passes" in page
