"""One step of a program: make the call on the store and on the model, and judge what came of it."""

from __future__ import annotations

from collections.abc import Callable

from taskdb_spec.conformance.comparison import store_actions as acts
from taskdb_spec.conformance.comparison.aliasing import SHARED, first_change, outlive, scribble
from taskdb_spec.conformance.comparison.answers import judge_answer
from taskdb_spec.conformance.comparison.culling import judge_culling
from taskdb_spec.conformance.comparison.effects import audit
from taskdb_spec.conformance.comparison.refusals import Refusal, refusals
from taskdb_spec.conformance.comparison.retained import RETAINED, reuse
from taskdb_spec.conformance.core.findings import Judgement
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    WRITES,
    Call,
    Operation,
    fresh,
    unchanged,
)
from taskdb_spec.conformance.execution.session import Outcome, Session

ACTS: dict[Call, Callable[[Session, Operation, Judgement], None]] = {
    Call.close: acts.close,
    Call.reopen: acts.reopen,
    Call.neighbour: acts.neighbour,
    Call.successor: acts.successor,
    Call.crowd: acts.crowd,
    Call.hoard: acts.hoard,
}


def take(session: Session, operation: Operation, careful: bool = False) -> Judgement:
    """Take one step. `careful` reads every record back after it: faults show where they arise."""
    judgement = Judgement()
    if operation.call in ACTS:
        ACTS[operation.call](session, operation, judgement)
        return judgement
    if session.backend.stores_nothing:
        acts.nothing(session, operation, judgement)
        return judgement
    session.note_ids(operation)
    due = refusals(session.model, operation)
    args = tuple(map(fresh, operation.args))
    outcome = session.call(operation, args)
    judgement.raised = outcome.error is not None
    _judge_arguments(operation, args, judgement)
    if due:
        _judge_refusal(session, operation, due, outcome, judgement)
    else:
        _judge_acceptance(session, operation, outcome, judgement)
    audited = operation.call in (Call.drop, Call.purge) or (due and operation.call in WRITES)
    misnamed = all(finding.clause.startswith("ERR-") for finding in judgement.findings)
    if misnamed and (careful or audited):
        audit(session, operation, judgement, refused=bool(due))
    if operation.scribble and not due and not judgement.findings:
        _meddle(session, operation, args, outcome, judgement)
    return judgement


def make(session: Session, operation: Operation) -> bool:
    """Make one step on the store and on the model, and judge nothing; whether the store raised."""
    if operation.call in ACTS:
        judgement = Judgement()
        ACTS[operation.call](session, operation, judgement)
        return judgement.raised
    session.note_ids(operation)
    due = refusals(session.model, operation)
    outcome = session.call(operation)
    if operation.call is Call.history and isinstance(outcome.value, list):
        session.last_history = list(outcome.value)
    if operation.call in WRITES and not due:
        session.note_write(operation)
        session.expect(operation)
    return outcome.error is not None


def shared_clause(operation: Operation) -> str:
    """The clause that is about what the caller changes where it scribbles.

    A search was given a query, and gave an answer: it is aimed at one of the two.
    """
    return operation.aim if operation.aim == RETAINED else SHARED.get(operation.call, "")


def _meddle(
    session: Session,
    operation: Operation,
    args: tuple[object, ...],
    outcome: Outcome,
    judgement: Judgement,
) -> None:
    """Let the caller change what it gave or got."""
    if shared_clause(operation) == RETAINED:
        reuse(session, operation, args, judgement)
        return
    scribble(session, operation, args, outcome, judgement)
    if not judgement.findings:
        outlive(session, operation, judgement)


def _judge_acceptance(
    session: Session,
    operation: Operation,
    outcome: Outcome,
    judgement: Judgement,
) -> None:
    if operation.call in WRITES and outcome.error is None:
        session.note_write(operation)
    judge_answer(session, operation, outcome, judgement)
    if judgement.findings:
        return
    if operation.call in RECORD_CALLS and session.limits is not None:
        judge_culling(session, operation, judgement)


def _judge_arguments(operation: Operation, args: tuple[object, ...], judgement: Judgement) -> None:
    for i, (template, arg) in enumerate(zip(operation.args, args, strict=True)):
        clause = argument_clause(operation, i)
        if not clause or not isinstance(template, dict | list):
            continue
        if unchanged(template, arg):
            judgement.saw(clause, "compared")
        else:
            judgement.blame([clause], *first_change(template, arg, f"given[{i}]"))


def argument_clause(operation: Operation, position: int) -> str:
    """The clause that says that this argument is not modified."""
    if operation.call in RECORD_CALLS:
        return "ISO-6" if position == 1 else ""
    if operation.call in QUERY_CALLS:
        return ("ISO-7", "ISO-8")[position]
    return ""


def _judge_refusal(
    session: Session,
    operation: Operation,
    due: list[Refusal],
    outcome: Outcome,
    judgement: Judgement,
) -> None:
    family = tuple({error for refusal in due for error in refusal.family})
    suspects = [refusal.clause for refusal in due]
    suspects += _circumstances(session, operation, due)
    if outcome.error is None:
        judgement.blame(suspects, "", family, outcome.value, family=family)
        return
    errors = ["ERR-1" if s == "ADD-2" else "ERR-2" if s in MISSING else "" for s in suspects]
    general = "ERR-3" if operation.call in RECORD_CALLS else "ERR-4"
    clause = next(filter(None, errors), general)
    if operation.call not in (*RECORD_CALLS, *QUERY_CALLS) and suspects == ["REC-11"]:
        clause = "REC-11"
    if not isinstance(outcome.error, family):
        judgement.blame([*suspects, clause], "", family, outcome.error, family=family)
        return
    judgement.saw(clause, "refused")
    for suspect in suspects:
        judgement.saw(suspect, "refused")
    named = tuple({refusal.named for refusal in due})
    if isinstance(outcome.error, named) or "REC-11" in suspects:
        judgement.saw("ERR-5", "refused")
    else:
        judgement.blame(["ERR-5"], "", named, outcome.error, family=named)


MISSING = ("GET-2", "UPD-5", "DROP-2")


def _circumstances(session: Session, operation: Operation, due: list[Refusal]) -> list[str]:
    """The clauses that say *where* a query has to be refused as well."""
    if operation.call not in QUERY_CALLS:
        return []
    found = []
    if not session.model.records and operation.call is Call.find:
        found.append("QRY-9")
    if operation.aim in ("QRY-10", "LOG-2"):
        found.append(operation.aim)
    if operation.call is Call.purge:
        found.append("PURGE-3")
    return found
