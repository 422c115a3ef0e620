"""The JUnit report: a test suite for each backend, a test case for each clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import junitparser

from taskdb_spec.conformance.core.results import ClauseResult, Report
from taskdb_spec.conformance.reporting.text import (
    explanation_of,
    known_text,
    missing_text,
    printable,
    seed_text,
    summary_of,
)

# Its classes have no annotations.
_junit: Any = junitparser


def render(reports: Sequence[Report]) -> str:
    """The XML of several runs."""
    suites = _junit.JUnitXml("taskdb")
    for report in reports:
        suites.append(_suite(report))
    suites.update_statistics()
    # It has summed the times of the cases, but only whole runs are timed.
    for suite, report in zip(suites, reports, strict=True):
        suite.time = round(report.seconds, 3)
    suites.time = round(sum(report.seconds for report in reports), 3)
    text: bytes = suites.tostring()
    return "<?xml version='1.0' encoding='utf-8'?>\n" + text.decode() + "\n"


def _suite(report: Report) -> Any:
    suite = _junit.TestSuite(printable(report.backend))
    for name in ("verdict", "profile", "seed", "workers", "strict", "operations"):
        suite.add_property(name, str(getattr(report, name)))
    if report.seeds:
        suite.add_property("seeds", ", ".join(map(str, report.seeds)))
    if report.aborted_reason:
        suite.add_property("cut_short", printable(report.aborted_reason))
    suite.add_testcases([_case(report, result) for result in report.clauses])
    return suite


def _case(report: Report, result: ClauseResult) -> Any:
    clause = result.clause
    case = _junit.TestCase(f"{clause.id} {clause.title}", printable(report.backend), time=0)
    outcome = _outcome(report, result)
    if outcome is not None:
        case.result = [outcome]
    return case


def _outcome(report: Report, result: ClauseResult) -> Any:
    """What a test case ended with; None is a pass."""
    if result.baseline_error:
        return _junit.Failure(
            printable(f"the baseline is wrong: {result.baseline_error}"), "baseline"
        )
    if result.known is not None:
        return _junit.Skipped(printable(f"{known_text(result)} ({summary_of(result)})"))
    if result.verdict == "pass":
        return None
    if result.verdict == "unclaimed":
        return _junit.Skipped("the backend does not claim this")
    text = summary_of(result) if result.verdict == "fail" else missing_text(result)
    if not report.enforces(result):
        return _junit.Skipped(printable(f"a SHOULD, enforced by --strict alone: {text}"))
    failure = _junit.Failure(printable(text), result.verdict)
    if result.counterexample is not None:
        notes = [f"# {text}\n" for text in (explanation_of(result), seed_text(result)) if text]
        failure.text = printable("".join([*notes, result.counterexample.script]))
    return failure
