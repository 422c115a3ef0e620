"""The JUnit report: a test suite for each backend, a test case for each clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import junitparser

from taskdb_spec.conformance.core.results import ClauseResult, ClauseVerdict, Report
from taskdb_spec.conformance.reporting.text import (
    escape_unprintable,
    explain_unexercised,
    format_equal_suspects,
    format_expected_failure,
    format_explanation,
    format_seed,
    get_summary,
)

# The classes of junitparser have no annotations.
_junit: Any = junitparser


def render(reports: Sequence[Report]) -> str:
    """Return the XML of several runs."""
    suites = _junit.JUnitXml("taskdb")
    for report in reports:
        suites.append(_make_suite(report))
    suites.update_statistics()
    # `update_statistics` sums the times of the cases, but only whole runs are timed.
    for suite, report in zip(suites, reports, strict=True):
        suite.time = round(report.seconds, 3)
    suites.time = round(sum(report.seconds for report in reports), 3)
    text: bytes = suites.tostring()
    return "<?xml version='1.0' encoding='utf-8'?>\n" + text.decode() + "\n"


def _make_suite(report: Report) -> Any:
    suite = _junit.TestSuite(escape_unprintable(report.backend))
    for name in ("verdict", "profile", "seed", "workers", "strict", "operations"):
        suite.add_property(name, str(getattr(report, name)))
    if report.seeds:
        suite.add_property("seeds", ", ".join(map(str, report.seeds)))
    if report.aborted_reason:
        suite.add_property("cut_short", escape_unprintable(report.aborted_reason))
    suite.add_testcases([_make_case(report, result) for result in report.clauses])
    return suite


def _make_case(report: Report, result: ClauseResult) -> Any:
    clause = result.clause
    case = _junit.TestCase(
        f"{clause.id} {clause.title}", escape_unprintable(report.backend), time=0
    )
    outcome = _make_outcome(report, result)
    if outcome is not None:
        case.result = [outcome]
    return case


def _make_outcome(report: Report, result: ClauseResult) -> Any:
    """Return the failure of a test case, or why it is skipped; None if it passes."""
    if result.baseline_error:
        text = f"the baseline is wrong: {result.baseline_error}"
        return _junit.Failure(escape_unprintable(text), "baseline")
    if result.verdict == ClauseVerdict.PASS:
        return None
    reason = _reason_to_skip(report, result)
    return _junit.Skipped(escape_unprintable(reason)) if reason else _make_failure(result)


def _reason_to_skip(report: Report, result: ClauseResult) -> str:
    """Return why a clause that does not pass is not a failure; empty if it is one."""
    if result.known is not None:
        return f"{format_expected_failure(result)} ({get_summary(result)})"
    if result.verdict == ClauseVerdict.UNCLAIMED:
        return "the backend does not claim this"
    if result.verdict == ClauseVerdict.NOT_SELECTED:
        return "not selected"
    if not report.enforces(result):
        return f"a SHOULD, enforced by --strict alone: {_describe(result)}"
    return ""


def _make_failure(result: ClauseResult) -> Any:
    failure = _junit.Failure(escape_unprintable(_describe(result)), result.verdict)
    if result.counterexample is not None:
        texts = (format_equal_suspects, format_explanation, format_seed)
        notes = [f"# {text(result)}\n" for text in texts if text(result)]
        failure.text = escape_unprintable("".join([*notes, result.counterexample.script]))
    return failure


def _describe(result: ClauseResult) -> str:
    if result.verdict == ClauseVerdict.FAIL:
        return get_summary(result)
    return explain_unexercised(result)
