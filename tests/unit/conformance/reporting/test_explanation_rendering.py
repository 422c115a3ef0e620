"""Explanations in each report: on the terminal, in JSON, in JUnit, on the page, and by pytest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from taskdb_spec.conformance.core.results import ClauseResult, Report
from taskdb_spec.conformance.integrations.pytest import _what_is_wrong
from taskdb_spec.conformance.reporting import html
from taskdb_spec.conformance.reporting.json_report import json_report
from tests.support.fake_reports import failing
from tests.unit.conformance.reporting.test_json_junit_html import outcomes_by_clause
from tests.unit.conformance.reporting.test_terminal import terminal_output

WORDS = "`$gt` behaves as `<`: look at <sides>"


def explained() -> Report:
    """Return a report in which one of two failures has an explanation."""
    made = failing()
    results = tuple(
        add_explanation(result) if result.clause.id == "ADD-2" else result
        for result in made.clauses
    )
    return replace(made, clauses=results)


def add_explanation(result: ClauseResult) -> ClauseResult:
    assert result.counterexample is not None
    counterexample = replace(
        result.counterexample, explanation=WORDS, equal_suspects=("ADD-3", "ADD-4")
    )
    return replace(result, counterexample=counterexample)


def test_on_the_terminal() -> None:
    text = terminal_output(explained())
    equal = "  or instead: ADD-3, ADD-4; no experiment tells which\n"
    assert f"  ADD-2 went wrong\n{equal}  likely: {WORDS}\n  usual cause: " in text
    assert text.count("likely: ") == 1


def test_in_json(validator: Any) -> None:
    data = json_report([explained()])
    found = {each["id"]: each["counterexample"] for each in data["results"][0]["clauses"]}
    assert found["ADD-2"]["explanation"] == WORDS
    assert found["GET-2"]["explanation"] == ""
    assert found["ADD-2"]["equal_suspects"] == ["ADD-3", "ADD-4"]
    assert found["GET-2"]["equal_suspects"] == []
    validator.validate(data)


def test_in_junit() -> None:
    found = outcomes_by_clause(explained())
    equal = "# or instead: ADD-3, ADD-4; no experiment tells which\n"
    assert found["ADD-2"].text.startswith(f"{equal}# likely: {WORDS}\n")
    assert "likely" not in found["GET-2"].text


def test_on_the_page() -> None:
    page = html.render([explained()])
    assert "<p>likely: `$gt` behaves as `&lt;`: look at &lt;sides&gt;</p>" in page
    assert page.count("likely: ") == 1
    assert page.count("or instead: ADD-3, ADD-4") == 1


def test_by_pytest() -> None:
    text = _what_is_wrong(explained()["ADD-2"])
    hints = f"Or instead: ADD-3, ADD-4\nLikely: {WORDS}\nUsual cause: "
    assert f"ADD-2 went wrong\n{hints}" in text
