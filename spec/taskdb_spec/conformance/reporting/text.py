"""Wording that all reports share: verdicts, counts, and what a clause needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.config import Openings
from taskdb_spec.conformance.core.results import ClauseResult, ClauseVerdict, Report


@dataclass(frozen=True)
class VerdictCounts:
    """The clauses of a report, grouped by what they mean for the verdict.

    Args:
        passed: how many clauses pass.
        failed: enforced clauses that fail.
        unexercised: enforced clauses that were not exercised often enough.
        unmet_should: clauses with SHOULD that are not met, in a run that does not enforce them.
        unclaimed: how many clauses the backend does not claim.
    """

    passed: int
    failed: list[ClauseResult]
    unexercised: list[ClauseResult]
    unmet_should: list[ClauseResult]
    unclaimed: int

    @property
    def claimed(self) -> int:
        """The number of clauses that the backend claims."""
        unmet = (self.failed, self.unexercised, self.unmet_should)
        return self.passed + sum(map(len, unmet))


def count_verdicts(report: Report) -> VerdictCounts:
    """Group the clauses of a report."""
    failed, unexercised = (
        report.with_verdict(ClauseVerdict.FAIL),
        report.with_verdict(ClauseVerdict.UNEXERCISED),
    )
    return VerdictCounts(
        passed=len(report.with_verdict(ClauseVerdict.PASS)),
        failed=[result for result in failed if report.enforces(result)],
        unexercised=[result for result in unexercised if report.enforces(result)],
        unmet_should=[result for result in (*failed, *unexercised) if not report.enforces(result)],
        unclaimed=len(report.with_verdict(ClauseVerdict.UNCLAIMED)),
    )


def format_needs(clause: Clause) -> str:
    """Return what a backend must claim for the clause to apply, as SPEC.md writes it."""
    if clause.is_null_store:
        return "null store"
    if clause.lacks is not None:
        return f"no {clause.lacks}"
    return ", ".join(sorted(clause.needs)) or "core"


def format_check(clause: Clause) -> str:
    """Return the name of the check for the clause, or why it has none."""
    return clause.check or f"none: {clause.no_check}"


def explain_unexercised(result: ClauseResult) -> str:
    """Return why a clause counts as not exercised."""
    if result.clause.check is None:
        return f"no check watches it: {result.clause.no_check}"
    if result.counterexample is not None:  # not confirmed, or the clause would fail
        counterexample = result.counterexample
        return f"{counterexample.summary}; run again: {counterexample.confirmed}"
    if not result.missing:
        return "what was seen does not suffice"
    return f"not seen often enough: {', '.join(result.missing)}"


def get_summary(result: ClauseResult) -> str:
    """Return how a clause fails, in one sentence."""
    return result.counterexample.summary if result.counterexample else "no counterexample was kept"


def format_expected_failure(result: ClauseResult) -> str:
    """Return that the failure is known or flaky, with the reason; empty if it is not known."""
    if result.known is None:
        return ""
    return f"{'flaky' if result.known.flaky else 'known'}: {result.known.reason}"


def format_explanation(result: ClauseResult) -> str:
    """Return what is probably wrong; empty if no single defect explains the failure."""
    counterexample = result.counterexample
    if counterexample is None or not counterexample.explanation:
        return ""
    return f"likely: {counterexample.explanation}"


def format_equal_suspects(result: ClauseResult) -> str:
    """Return which other clauses may be violated instead; empty if there are none."""
    counterexample = result.counterexample
    if counterexample is None or not counterexample.equal_suspects:
        return ""
    return f"or instead: {', '.join(counterexample.equal_suspects)}; no experiment tells which"


def format_seed(result: ClauseResult) -> str:
    """Return which run found the counterexample, if the report is of several runs."""
    counterexample = result.counterexample
    if counterexample is None or counterexample.seed is None:
        return ""
    return f"found with seed {counterexample.seed}"


def abbreviate_ids(results: Sequence[ClauseResult], limit: int = 6) -> str:
    """Return the first ids, and how many others there are.

    Args:
        results: the clauses.
        limit: how many ids to return at most.
    """
    ids = [result.clause.id for result in results]
    more = f" and {len(ids) - limit} more" if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more


def format_verdict(report: Report) -> str:
    """Return the verdict of a run and its main reason, in one line."""
    strict = ", strict" if report.strict else ""
    openings = ", shared openings" if report.openings is Openings.SHARED else ""
    aborted_reason = f"; {report.aborted_reason}" if report.aborted_reason else ""
    many = len(report.seeds) > 1
    seeds = f"seeds {', '.join(map(str, report.seeds))}" if many else f"seed {report.seed}"
    return (
        f"{report.backend} {report.verdict.upper()}: {_format_reason(report)}{aborted_reason} "
        f"(profile {report.profile}, {seeds}{strict}{openings})"
    )


def format_reuse_problem(report: Report) -> str:
    """Return what went wrong on a used store and not on a new one, and what the run did."""
    return (
        f"USED STORE {report.reuse_problem}; an earlier program has left something, "
        "so every program after this one had a new store"
    )


def _format_reason(report: Report) -> str:
    counts = count_verdicts(report)
    claimed = f"{format_clause_count(counts.claimed)} that it claims"
    if counts.failed:
        known = len([result for result in counts.failed if result.known])
        details = f", {known} of them known" if known else ""
        details += f", {len(counts.unexercised)} not exercised" if counts.unexercised else ""
        return f"{len(counts.failed)} of {claimed} fail{details}"
    if counts.unexercised:
        return (
            f"nothing fails, but {len(counts.unexercised)} of {claimed} "
            "could not be exercised enough to say"
        )
    if not counts.passed:
        return "no clause was exercised"
    unmet_should = f", {len(counts.unmet_should)} SHOULD not met" if counts.unmet_should else ""
    left_out = len(report.with_verdict(ClauseVerdict.NOT_SELECTED))
    not_selected = f", {left_out} not selected" if left_out else ""
    return f"{counts.passed} of {claimed} pass{unmet_should}{not_selected}"


def format_clause_count(count: int) -> str:
    """Return the number of clauses with the noun.

    >>> format_clause_count(1)
    '1 clause'
    """
    return f"{count} clause{'' if count == 1 else 's'}"


def escape_unprintable(text: str) -> str:
    r"""Escape the characters that would control a terminal, or that XML does not allow.

    >>> print(escape_unprintable("a\x1b[31m\udc80"))
    a\x1b[31m\udc80
    """
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
