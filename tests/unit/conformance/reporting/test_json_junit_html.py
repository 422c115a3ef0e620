"""The reports for programs and browsers: JSON with its schema, JUnit, and HTML."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import junitparser
import pytest

from taskdb_reference import NoDB
from taskdb_spec.backend import Backend
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    Confirmation,
    Counterexample,
    Report,
)
from taskdb_spec.conformance.reporting import html, junit
from taskdb_spec.conformance.reporting.json_report import json_report
from tests.support.fake_reports import conforming, failing, incomplete, report, script

ALL_KINDS = [conforming("good"), failing("bad"), incomplete("open")]


def hostile() -> Report:
    counterexample = Counterexample(
        "got '</script><b>\x1b\x00\udc80&'",
        "x = '<&\x01]]>'",
        Confirmation.NOT_RUN,
        1,
        "not run: <i>",
    )
    result = ClauseResult(clauses()["ADD-1"], "fail", {"stored": 1}, counterexample)
    return Report("<my\x00db>", "quick", 3, False, (result,), 1.0, 10)


def test_reports_follow_the_schema(validator: Any) -> None:
    data = json.loads(json.dumps(json_report([*ALL_KINDS, hostile()])))
    assert list(validator.iter_errors(data)) == []


def test_the_report_of_a_real_run_follows_the_schema(validator: Any) -> None:
    class Silent(NoDB):
        def get_history(self) -> list[str]:  # type: ignore[override]
            return []

    # A store that stores nothing has few clauses, and is soon checked.
    backend = Backend("silent", lambda workdir: Silent(), stores_nothing=True)
    data = json_report([check_backend(backend, "quick")])
    assert list(validator.iter_errors(json.loads(json.dumps(data)))) == []
    assert data["results"][0]["verdict"] == "fails"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["schema"], 2),
        (["results"], {}),
        (["results", 0, "verdict"], "pass"),
        (["results", 0, "seconds"], -1),
        (["results", 0, "seed"], "0"),
        (["results", 0, "clauses", 0, "verdict"], "conforms"),
        (["results", 0, "clauses", 0, "id"], "add 1"),
        (["results", 0, "clauses", 0, "level"], "MAY"),
        (["results", 0, "clauses", 0, "evidence"], "many"),
        (["results", 0, "clauses", 0, "evidence_by_kind"], {"stored": -1}),
        (["results", 0, "clauses", 0, "counterexample"], {"summary": "x"}),
    ],
)
def test_the_schema_refuses_other_data(validator: Any, path: list[Any], value: Any) -> None:
    data = json_report([failing()])
    holder: Any = data
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    assert list(validator.iter_errors(data)) != []


def test_junit_has_a_suite_for_each_backend_and_a_case_for_each_clause() -> None:
    suites = list(junitparser.JUnitXml.fromstring(junit.render(ALL_KINDS).encode()))
    assert [suite.name for suite in suites] == ["good", "bad", "open"]
    counts = [(suite.tests, suite.failures, suite.skipped, suite.errors) for suite in suites]
    assert counts == [(3, 0, 1, 0), (4, 2, 1, 0), (3, 2, 0, 0)]
    assert [suite.time for suite in suites] == [1.5, 1.5, 1.5]
    assert next(iter(suites[0])).name == f"ADD-1 {clauses()['ADD-1'].title}"
    properties = {each.name: each.value for each in suites[1].properties()}
    assert properties["verdict"] == "fails"
    assert properties["seed"] == "0"


def outcomes_by_clause(made: Report) -> dict[str, Any]:
    (suite,) = junitparser.JUnitXml.fromstring(junit.render([made]).encode())
    return {case.name.split()[0]: next(iter(case.result), None) for case in suite}


def test_junit_lists_the_failures() -> None:
    found = outcomes_by_clause(failing())
    assert found["ADD-1"] is None
    assert isinstance(found["LOG-1"], junitparser.Skipped)
    assert isinstance(found["ADD-2"], junitparser.Failure)
    assert (found["ADD-2"].type, found["ADD-2"].message) == ("fail", "ADD-2 went wrong")
    assert found["ADD-2"].text == script("ADD-2")


def test_junit_counts_an_unexercised_clause_as_a_failure() -> None:
    found = outcomes_by_clause(incomplete())["GET-2"]
    assert isinstance(found, junitparser.Failure)
    assert found.type == "unexercised"
    assert found.message == "not seen often enough: refused, accepted"


def test_junit_and_the_verdict_agree_on_shoulds() -> None:
    assert isinstance(outcomes_by_clause(report(ERR_5="fail"))["ERR-5"], junitparser.Skipped)
    assert isinstance(
        outcomes_by_clause(report(ERR_5="fail", strict=True))["ERR-5"], junitparser.Failure
    )


def test_junit_is_well_formed_with_hostile_text() -> None:
    found = outcomes_by_clause(hostile())["ADD-1"]
    assert found.message == "got '</script><b>\\x1b\\x00\\udc80&'"
    assert found.text == "x = '<&\\x01]]>'"


class Page(HTMLParser):
    """A parsed page: the open tags, the text, and the references to other files."""

    VOID = ("meta", "br", "hr")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_and_needs_no_other_file() -> None:
    source = html.render(ALL_KINDS)
    page = Page(source)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe"})
    assert page.links == ["#run-1", "#run-2", "#run-3"]
    assert not re.search(r"url\(|@import|https?:", source)
    assert "color-scheme: light dark" in source


def test_the_page_has_all_details() -> None:
    text = " ".join(Page(html.render(ALL_KINDS)).text.split())
    for part in ("CONFORMS", "FAILS", "INCOMPLETE", "1,200 operations in 1.5 seconds"):
        assert part in text
    assert "bad FAILS: 2 of 4" not in text
    assert "bad FAILS: 2 of 3 clauses that it claims fail" in text
    assert 'assert 1 == 2, "ADD-2: expected 2, got 1"' in text
    assert "refused 7, accepted 7" in text
    assert "not seen often enough: refused, accepted" in text
    assert clauses()["LOG-1"].title in text


def test_the_page_shows_failing_clauses_first() -> None:
    order = [result.verdict for result in html.sort_worst_first(failing())]
    assert order == ["fail", "fail", "pass", "unclaimed"]


def test_the_page_says_which_shoulds_were_not_enforced() -> None:
    assert "Not enforced in this run" in html.render([report(ERR_5="fail")])
    assert "Not enforced in this run" not in html.render([report(ERR_5="fail", strict=True)])


def test_text_from_a_store_is_not_markup() -> None:
    source = html.render([hostile()])
    page = Page(source)
    assert page.tags.isdisjoint({"b", "i", "script"})
    assert "got '</script><b>\\x1b\\x00\\udc80&'" in page.text
    assert "Run again: not run: <i>" in page.text
    source.encode()
    assert "\x00" not in source


def test_a_page_without_runs() -> None:
    assert Page(html.render([])).open == []
