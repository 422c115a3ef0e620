"""The result of a run, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, Openings


class ClauseVerdict(StrEnum):
    """What a run says of one clause."""

    PASS = "pass"
    FAIL = "fail"
    UNCLAIMED = "unclaimed"
    UNEXERCISED = "unexercised"
    NOT_SELECTED = "not selected"
    """The caller left the clause out on purpose, so it does not count."""


class Verdict(StrEnum):
    """What a run says of a backend."""

    CONFORMS = "conforms"
    FAILS = "fails"
    INCOMPLETE = "incomplete"


class Confirmation(Enum):
    """What happened when a counterexample was run again, in fresh processes."""

    CONFIRMED = "confirmed"
    """It failed on the backend and passed on the model."""
    NOT_RUN = "not run"
    """No fresh process can import the backend."""
    PASSED_ON_RERUN = "not confirmed"
    FAILED_DIFFERENTLY = "failed differently"
    FAILS_ON_MODEL = "fault of the kit"
    """The suite, and not the backend, is at fault."""


@dataclass(frozen=True)
class Counterexample:
    """How a clause fails: in words, and as a program.

    Args:
        summary: the failure in one sentence.
        script: a program that runs with the backend and the standard library alone, and exits
            non-zero with an AssertionError that names the clause.
        confirmation: what happened when the script was run again.
        operations: how many operations the program has.
        detail: why the script was not confirmed, in words.
        explanation: what is wrong and where to look; empty if no single defect explains it.
        seed: the seed of the run that found it, if the report is of several runs.
        equal_suspects: other clauses that the program exercises, if no experiment tells which one
            is violated, and none of them is more special.
    """

    summary: str
    script: str
    confirmation: Confirmation
    operations: int
    detail: str = ""
    explanation: str = ""
    seed: int | None = None
    equal_suspects: tuple[str, ...] = ()

    @property
    def confirmed(self) -> str:
        """The confirmation in words: "confirmed", or why it is not."""
        return self.detail or self.confirmation.value

    @property
    def is_valid(self) -> bool:
        """Whether it counts as a failure: it was confirmed, or could not be run."""
        return self.confirmation in (Confirmation.CONFIRMED, Confirmation.NOT_RUN)

    @property
    def fails_on_model(self) -> bool:
        """Whether the model fails as well."""
        return self.confirmation is Confirmation.FAILS_ON_MODEL


@dataclass(frozen=True)
class ExpectedFailure:
    """A clause that a baseline lists as failing.

    Args:
        reason: why it fails.
        expected: if set, the summary of the counterexample must contain it.
        flaky: whether the clause may also pass.
    """

    reason: str
    expected: str = ""
    flaky: bool = False


@dataclass(frozen=True)
class ClauseResult:
    """What a run says of one clause.

    Args:
        clause: the clause.
        verdict: what the run says of it.
        evidence: how often each kind of evidence was seen.
        counterexample: how it fails, or a counterexample that was not confirmed.
        known: the entry of a baseline that expects this failure.
        baseline_error: what the baseline gets wrong about this clause.
    """

    clause: Clause
    verdict: ClauseVerdict
    evidence: dict[str, int]
    counterexample: Counterexample | None = None
    known: ExpectedFailure | None = None
    baseline_error: str = ""

    @property
    def missing(self) -> list[str]:
        """The kinds of evidence that were not seen often enough."""
        return [
            kind
            for kind, count in self.evidence.items()
            if count < required_evidence(self.clause.id)
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the object of this clause in the JSON report."""
        counterexample = self.counterexample
        return {
            "id": self.clause.id,
            "level": self.clause.level,
            "title": self.clause.title,
            "verdict": self.verdict,
            "evidence": sum(self.evidence.values()),
            "evidence_by_kind": self.evidence,
            "counterexample": counterexample
            and {
                "summary": counterexample.summary,
                "script": counterexample.script,
                "confirmed": counterexample.confirmed,
                "explanation": counterexample.explanation,
                "seed": counterexample.seed,
                "equal_suspects": list(counterexample.equal_suspects),
            },
            "known": self.known and self.known.reason,
            "objection": self.baseline_error or None,
        }


MIN_EVIDENCE = 3
"""Times that each kind of evidence has to be seen before a clause passes: once may be chance."""


def required_evidence(clause: str) -> int:
    """Return how often each kind of evidence has to be seen; less often for `EXPENSIVE_CLAUSES`."""
    return min(MIN_EVIDENCE, EXPENSIVE_CLAUSES.get(clause, MIN_EVIDENCE))


@dataclass(frozen=True)
class Report:
    """What a run says of one backend.

    Args:
        backend: the name of the backend.
        profile: the name of the profile.
        seed: the seed of all random choices.
        strict: whether SHOULD clauses were enforced.
        clauses: the results, in the order of SPEC.md.
        seconds: how long the run took.
        operations: how many operations it executed.
        aborted_reason: why the run ended early; empty if it did not.
        workers: how many processes shared the work.
        seeds: the seeds of all runs, in a report of several, as on a cluster.
        calls: the calls of the store in the processes of the run. Scripts run in other processes.
        openings: which store a program ran on.
        reuse_problem: what went wrong on a used store and not on a new one; empty if nothing did.
    """

    backend: str
    profile: str
    seed: int
    strict: bool
    clauses: tuple[ClauseResult, ...]
    seconds: float
    operations: int
    aborted_reason: str = ""
    workers: int = 1
    seeds: tuple[int, ...] = ()
    calls: StoreCalls = field(default_factory=StoreCalls)
    openings: Openings = Openings.FRESH
    reuse_problem: str = ""

    @property
    def verdict(self) -> Verdict:
        """FAILS if an enforced clause fails; INCOMPLETE if a claimed one was not exercised."""
        verdicts = {result.verdict for result in filter(self.enforces, self.clauses)}
        if ClauseVerdict.FAIL in verdicts:
            return Verdict.FAILS
        if ClauseVerdict.UNEXERCISED in verdicts or ClauseVerdict.PASS not in verdicts:
            return Verdict.INCOMPLETE
        return Verdict.CONFORMS

    def with_verdict(self, verdict: ClauseVerdict) -> list[ClauseResult]:
        """Return the results with this verdict."""
        return [result for result in self.clauses if result.verdict == verdict]

    def __getitem__(self, clause: str) -> ClauseResult:
        for result in self.clauses:
            if result.clause.id == clause:
                return result
        raise KeyError(f"there is no clause {clause!r}")

    def enforces(self, result: ClauseResult) -> bool:
        """Return whether a failure of the clause makes the run fail: with `strict`, all do."""
        return result.clause.is_enforced(strict=self.strict)

    def to_json(self) -> dict[str, Any]:
        """Return the object of this run in the JSON report."""
        return {
            "backend": self.backend,
            "verdict": self.verdict,
            "profile": self.profile,
            "seed": self.seed,
            "seeds": list(self.seeds or (self.seed,)),
            "workers": self.workers,
            "strict": self.strict,
            "clauses": [result.to_json() for result in self.clauses],
            "seconds": round(self.seconds, 3),
            "operations": self.operations,
            "calls": self.calls.to_json(),
            "openings": self.openings,
            "reuse_problem": self.reuse_problem or None,
            "cut_short": self.aborted_reason or None,
        }
