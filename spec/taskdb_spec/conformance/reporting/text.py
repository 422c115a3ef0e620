"""What all reports say in the same words: verdicts, counts, needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.results import ClauseResult, ClauseVerdict, Report


@dataclass(frozen=True)
class VerdictCounts:
    """The clauses of a report, by what they mean for the verdict.

    `unmet_should` are SHOULD clauses that are not met, in a run that does not enforce them.
    """

    passed: int
    failed: list[ClauseResult]
    unexercised: list[ClauseResult]
    unmet_should: list[ClauseResult]
    unclaimed: int

    @property
    def claimed(self) -> int:
        unmet = (self.failed, self.unexercised, self.unmet_should)
        return self.passed + sum(map(len, unmet))


def count_verdicts(report: Report) -> VerdictCounts:
    """Count the clauses of a report."""
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


def needs_text(clause: Clause) -> str:
    """What a backend has to claim for the clause to apply, as SPEC.md writes it."""
    if clause.is_null_store:
        return "null store"
    if clause.lacks is not None:
        return f"no {clause.lacks}"
    return ", ".join(sorted(clause.needs)) or "core"


def check_text(clause: Clause) -> str:
    """The check that watches the clause."""
    return clause.check or f"none: {clause.no_check}"


def missing_text(result: ClauseResult) -> str:
    """Why a clause counts as not exercised."""
    if result.clause.check is None:
        return f"no check watches it: {result.clause.no_check}"
    if result.counterexample is not None:  # had it held up, the clause would fail
        example = result.counterexample
        return f"{example.summary}; run again: {example.confirmed}"
    if not result.missing:
        return "what was seen does not suffice"
    return f"not seen often enough: {', '.join(result.missing)}"


def summary_of(result: ClauseResult) -> str:
    """How a clause fails, in words."""
    return result.counterexample.summary if result.counterexample else "no counterexample was kept"


def known_text(result: ClauseResult) -> str:
    """That a failure is known, and why."""
    if result.known is None:
        return ""
    return f"{'flaky' if result.known.flaky else 'known'}: {result.known.reason}"


def explanation_of(result: ClauseResult) -> str:
    """What is probably wrong, in words; empty where no one thing explains it."""
    example = result.counterexample
    return f"likely: {example.explanation}" if example and example.explanation else ""


def seed_text(result: ClauseResult) -> str:
    """Which run found the counterexample, where the report is of several."""
    example = result.counterexample
    return f"found with seed {example.seed}" if example and example.seed is not None else ""


def ids_in_brief(results: Sequence[ClauseResult], limit: int = 6) -> str:
    """The first few ids, and how many there are beside them."""
    ids = [result.clause.id for result in results]
    more = f" and {len(ids) - limit} more" if len(ids) > limit else ""
    return ", ".join(ids[:limit]) + more


def verdict_line(report: Report) -> str:
    """What the run says of the backend, in one sentence."""
    strict = ", strict" if report.strict else ""
    aborted_reason = f"; {report.aborted_reason}" if report.aborted_reason else ""
    many = len(report.seeds) > 1
    seeds = f"seeds {', '.join(map(str, report.seeds))}" if many else f"seed {report.seed}"
    return (
        f"{report.backend} {report.verdict.upper()}: {_because(report)}{aborted_reason} "
        f"(profile {report.profile}, {seeds}{strict})"
    )


def _because(report: Report) -> str:
    counts = count_verdicts(report)
    if counts.failed:
        known = len([result for result in counts.failed if result.known])
        told = f", {known} of them known" if known else ""
        told += f", {len(counts.unexercised)} not exercised" if counts.unexercised else ""
        return f"{len(counts.failed)} of {clauses_text(counts.claimed)} that it claims fail{told}"
    if counts.unexercised:
        return (
            f"nothing fails, but {len(counts.unexercised)} of {clauses_text(counts.claimed)} "
            "that it claims could not be exercised enough to say"
        )
    if not counts.passed:
        return "no clause was exercised"
    unmet_should = f", {len(counts.unmet_should)} SHOULD not met" if counts.unmet_should else ""
    return f"{counts.passed} of {clauses_text(counts.claimed)} that it claims pass{unmet_should}"


def clauses_text(count: int) -> str:
    return f"{count} clause{'' if count == 1 else 's'}"


def printable(text: str) -> str:
    """The text with everything escaped that a terminal or XML would stumble over.

    >>> print(printable("a\\x1b[31m\\udc80"))
    a\\x1b[31m\\udc80
    """
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)
