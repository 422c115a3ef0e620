"""Reports that look like those of the engine, and a stand-in for the engine that returns them."""

from typing import Any

from taskdb_spec.backend import Backend
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.events import (
    ClauseFailed,
    Listener,
    Progress,
    RunFinished,
    RunStarted,
)
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Confirmation,
    Counterexample,
    Report,
)


def script(clause: str) -> str:
    return f'"""{clause}"""\nassert 1 == 2, "{clause}: expected 2, got 1"\n'


def result(clause: str, verdict: ClauseVerdict) -> ClauseResult:
    kinds = clauses()[clause].evidence
    counterexample = Counterexample(
        f"{clause} went wrong", script(clause), Confirmation.CONFIRMED, 3
    )
    counts = dict.fromkeys(kinds, 0 if verdict in ("unexercised", "unclaimed") else 7)
    return ClauseResult(
        clauses()[clause], verdict, counts, counterexample if verdict == "fail" else None
    )


def report(backend: str = "mydb", *, strict: bool = False, **verdicts: Any) -> Report:
    """Return a report. Write clauses with an underscore: ``ADD_1="pass"``."""
    named = {name.replace("_", "-"): verdict for name, verdict in verdicts.items()}
    results = tuple(result(clause, verdict) for clause, verdict in named.items())
    return Report(backend, "default", 0, strict, results, seconds=1.5, operations=1200)


def conforming(backend: str = "mydb") -> Report:
    return report(backend, ADD_1="pass", GET_1="pass", LOG_1="unclaimed")


def failing(backend: str = "mydb") -> Report:
    return report(backend, ADD_1="pass", GET_2="fail", ADD_2="fail", LOG_1="unclaimed")


def incomplete(backend: str = "mydb") -> Report:
    return report(backend, ADD_1="pass", CRASH_1="unexercised", GET_2="unexercised")


class Engine:
    """Stands in for `check_backend`: returns the report of each backend, or raises its error."""

    def __init__(self, **outcomes: Report | BaseException) -> None:
        self.outcomes = outcomes
        self.calls: list[dict[str, Any]] = []

    def __call__(
        self, backend: Backend, profile: str, *, listen: Listener, **options: Any
    ) -> Report:
        self.calls.append({"backend": backend, "profile": profile, **options})
        outcome = self.outcomes.get(backend.name) or conforming(backend.name)
        if isinstance(outcome, BaseException):
            raise outcome
        for event in events(outcome):
            listen(event)
        return outcome


def events(final: Report) -> list[Any]:
    """Return the events of a run that ends with this report."""
    claimed = [r for r in final.clauses if r.verdict != "unclaimed"]
    broken = [r for r in final.clauses if r.counterexample]
    return [
        RunStarted(final.backend, final.profile, final.seed, len(claimed), 1000),
        Progress(10, "GET-2"),
        *(ClauseFailed(r.clause.id, r.clause.title, r.counterexample) for r in broken),
        Progress(1200, "untargeted programs"),
        RunFinished(final),
    ]
