"""Reports of several seeds are merged into one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Confirmation,
    Counterexample,
    Report,
)
from taskdb_spec.conformance.reporting import html, junit
from taskdb_spec.conformance.reporting.merge import merge_reports


def counterexample(
    operations: int, confirmation: Confirmation = Confirmation.CONFIRMED
) -> Counterexample:
    return Counterexample("it is wrong", f"script of {operations}", confirmation, operations)


def report(seed: int, verdict: ClauseVerdict, count: int = 7, found: Any = None) -> Report:
    """Return the report of a run with one clause, ADD-2."""
    clause = clauses()["ADD-2"]
    result = ClauseResult(clause, verdict, dict.fromkeys(clause.evidence, count), found)
    return Report("mydb", "quick", seed, False, (result,), seconds=float(seed), operations=100)


def test_numbers_are_added() -> None:
    one = merge_reports([report(3, "pass"), report(4, "pass", count=2)])
    assert one["ADD-2"].evidence == {"refused": 9, "accepted": 9}
    assert (one.operations, one.seconds, one.seed, one.seeds) == (200, 4.0, 3, (3, 4))
    assert one.verdict == "conforms"


def test_a_clause_that_fails_in_one_run_fails() -> None:
    one = merge_reports([report(0, "pass"), report(1, "fail", found=counterexample(3))])
    assert one["ADD-2"].verdict == "fail"
    assert one["ADD-2"].counterexample == replace(counterexample(3), seed=1)


def test_the_shortest_counterexample_of_the_lowest_seed_is_kept() -> None:
    found = {0: 5, 1: 3, 2: 3}
    reports = [report(seed, "fail", found=counterexample(size)) for seed, size in found.items()]
    for given in (reports, reports[::-1]):
        assert merge_reports(given)["ADD-2"].counterexample == replace(counterexample(3), seed=1)


def test_insufficient_evidence_of_several_runs_may_suffice_together() -> None:
    assert (
        merge_reports([report(0, "unexercised", 2), report(1, "unexercised", 1)]).verdict
        == "conforms"
    )
    assert merge_reports([report(0, "unexercised", 1), report(1, "pass", 3)]).verdict == "conforms"
    assert merge_reports([report(0, "unexercised", 1), report(1, "unexercised", 1)])[
        "ADD-2"
    ].missing == [
        "refused",
        "accepted",
    ]


def test_an_unconfirmed_counterexample_prevents_a_pass() -> None:
    unconfirmed = counterexample(1, Confirmation.PASSED_ON_RERUN)
    unconfirmed_report = report(1, "unexercised", found=unconfirmed)
    one = merge_reports([report(0, "pass"), unconfirmed_report])
    assert one["ADD-2"].verdict == "unexercised"
    assert one["ADD-2"].counterexample == replace(unconfirmed, seed=1)
    found = merge_reports([report(0, "fail", found=counterexample(9)), unconfirmed_report])[
        "ADD-2"
    ].counterexample
    assert found == replace(counterexample(9), seed=0)


def test_aborted_runs_are_named() -> None:
    cut = replace(report(8, "pass"), aborted_reason="it hung")
    assert merge_reports([report(7, "pass"), cut]).aborted_reason == "seed 8: it hung"
    assert merge_reports([report(7, "pass")]).aborted_reason == ""


def test_every_report_says_which_run_found_what() -> None:
    one = merge_reports([report(7, "pass"), report(8, "fail", found=counterexample(3))])
    pages = {"junit": junit.render([one]), "html": html.render([one])}
    assert "# found with seed 8\n" in pages["junit"]
    assert '<property name="seeds" value="7, 8" />' in pages["junit"]
    assert "Found with seed 8" in pages["html"]
    alone = [report(8, "fail", found=counterexample(3))]
    assert not any("found with seed" in made(alone).lower() for made in (junit.render, html.render))
