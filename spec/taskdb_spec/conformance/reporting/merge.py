"""Several runs on one backend, each with a seed of its own, as one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Report,
    required_evidence,
)


def merge_reports(reports: Sequence[Report]) -> Report:
    """One report of several on the same backend at the same profile.

    Evidence and operations are added up. A clause that fails in any of the runs fails, with the
    shortest counterexample, and the seed of the run that found it.
    """
    reports = sorted(reports, key=lambda report: report.seed)
    return replace(
        reports[0],
        clauses=tuple(map(_merged, zip(*map(_seeded, reports), strict=True))),
        seconds=max(report.seconds for report in reports),
        operations=sum(report.operations for report in reports),
        aborted_reason="; ".join(
            f"seed {r.seed}: {r.aborted_reason}" for r in reports if r.aborted_reason
        ),
        seeds=tuple(report.seed for report in reports),
    )


def _seeded(report: Report) -> list[ClauseResult]:
    """The results of a run, each counterexample with the seed that found it."""
    return [
        replace(result, counterexample=replace(result.counterexample, seed=report.seed))
        if result.counterexample
        else result
        for result in report.clauses
    ]


def _merged(results: Sequence[ClauseResult]) -> ClauseResult:
    """What several runs say of one clause; they are in the order of their seeds."""
    evidence: Counter[str] = Counter()
    for result in results:
        evidence.update(result.evidence)
    # One that was not confirmed counts only where there is no other.
    worst = min(results, key=lambda result: _ORDER.index(result.verdict))
    shown = [
        result.counterexample
        for result in results
        if result.verdict == worst.verdict and result.counterexample
    ]
    example = min(shown, key=lambda example: example.operations, default=None)
    counts = {kind: evidence[kind] for kind in results[0].evidence}
    verdict = worst.verdict
    if verdict is ClauseVerdict.UNEXERCISED and example is None and _suffices(results[0], counts):
        verdict = ClauseVerdict.PASS
    return ClauseResult(results[0].clause, verdict, counts, example)


_ORDER: tuple[ClauseVerdict, ...] = (
    ClauseVerdict.FAIL,
    ClauseVerdict.UNEXERCISED,
    ClauseVerdict.PASS,
    ClauseVerdict.UNCLAIMED,
)


def _suffices(result: ClauseResult, counts: dict[str, int]) -> bool:
    """Whether what all runs have seen together is enough for a clause to pass."""
    watched = result.clause.check is not None
    return watched and all(
        count >= required_evidence(result.clause.id) for count in counts.values()
    )
