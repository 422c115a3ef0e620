"""Merge the reports of several runs on one backend, each with a seed of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Report,
    required_evidence,
)


def merge_reports(reports: Sequence[Report]) -> Report:
    """Merge reports on the same backend at the same profile.

    Evidence and operations are added. A clause that fails in any run fails. It keeps the shortest
    counterexample, with the seed of the run that found it.
    """
    reports = sorted(reports, key=lambda report: report.seed)
    return replace(
        reports[0],
        clauses=tuple(map(_merge_results, zip(*map(_results_with_seed, reports), strict=True))),
        seconds=max(report.seconds for report in reports),
        operations=sum(report.operations for report in reports),
        aborted_reason=_join_with_seeds((r.seed, r.aborted_reason) for r in reports),
        seeds=tuple(report.seed for report in reports),
        calls=_merge_calls(reports),
        reuse_problem=_join_with_seeds((r.seed, r.reuse_problem) for r in reports),
    )


def _join_with_seeds(texts: Iterable[tuple[int, str]]) -> str:
    """Join what the runs say, each with its seed. A run may say nothing."""
    return "; ".join(f"seed {seed}: {text}" for seed, text in texts if text)


def _merge_calls(reports: Sequence[Report]) -> StoreCalls:
    calls = StoreCalls()
    for report in reports:
        calls.add(report.calls)
    return calls


def _results_with_seed(report: Report) -> list[ClauseResult]:
    """Return the results of a run, with its seed in each counterexample."""
    return [
        replace(result, counterexample=replace(result.counterexample, seed=report.seed))
        if result.counterexample
        else result
        for result in report.clauses
    ]


def _merge_results(results: Sequence[ClauseResult]) -> ClauseResult:
    """Merge the results of several runs for one clause; they are in the order of their seeds."""
    evidence: Counter[str] = Counter()
    for result in results:
        evidence.update(result.evidence)
    # A counterexample that was not confirmed is shown only if no run has a confirmed one.
    worst = min(results, key=lambda result: _WORST_FIRST.index(result.verdict))
    candidates = [
        result.counterexample
        for result in results
        if result.verdict == worst.verdict and result.counterexample
    ]
    counterexample = min(candidates, key=lambda each: each.operations, default=None)
    counts = {kind: evidence[kind] for kind in results[0].evidence}
    verdict = worst.verdict
    if (
        verdict == ClauseVerdict.UNEXERCISED
        and counterexample is None
        and _is_sufficient(results[0], counts)
    ):
        verdict = ClauseVerdict.PASS
    return ClauseResult(results[0].clause, verdict, counts, counterexample)


_WORST_FIRST: tuple[ClauseVerdict, ...] = (
    ClauseVerdict.FAIL,
    ClauseVerdict.UNEXERCISED,
    ClauseVerdict.PASS,
    ClauseVerdict.UNCLAIMED,
)


def _is_sufficient(result: ClauseResult, counts: dict[str, int]) -> bool:
    """Return whether the evidence of all runs together suffices for a clause to pass."""
    has_check = result.clause.check is not None
    return has_check and all(
        count >= required_evidence(result.clause.id) for count in counts.values()
    )
