"""One step of a program: make the call on the store and on the model, and judge what came of it."""

from __future__ import annotations

from collections.abc import Callable

from taskdb_spec.conformance.comparison import store_actions as acts
from taskdb_spec.conformance.comparison.aliasing import (
    SHARED,
    check_mutation,
    first_change,
    outlive,
)
from taskdb_spec.conformance.comparison.answers import judge_answer
from taskdb_spec.conformance.comparison.culling import judge_culling
from taskdb_spec.conformance.comparison.effects import audit
from taskdb_spec.conformance.comparison.refusals import Refusal, refusals
from taskdb_spec.conformance.comparison.retained import RETAINED, reuse
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    WRITES,
    Call,
    Method,
    Operation,
    StoreAction,
    instantiate,
    is_unmodified,
)
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.policy import StepComparison
from taskdb_spec.conformance.execution.session import CallResult, Session

STORE_ACTION_CHECKS: dict[Call, Callable[[Session, Operation, StepResult], None]] = {
    Method.close: acts.close,
    StoreAction.reopen: acts.reopen,
    StoreAction.second_store: acts.neighbour,
    StoreAction.next_store: acts.successor,
    StoreAction.capacity: acts.crowd,
    StoreAction.memory_growth: acts.hoard,
}


def check_step(session: Session, operation: Operation, audit_mode: Audit) -> StepResult:
    """Take one step. `careful` reads every record back after it: faults show where they arise."""
    result = StepResult()
    if operation.call in STORE_ACTION_CHECKS:
        STORE_ACTION_CHECKS[operation.call](session, operation, result)
        return result
    if session.backend.stores_nothing:
        acts.nothing(session, operation, result)
        return result
    session.history.record_ids(operation)
    due = refusals(session.model, operation)
    args = tuple(map(instantiate, operation.args))
    outcome = session.call(operation, args)
    result.raised = outcome.error is not None
    _judge_arguments(operation, args, result)
    if due:
        _judge_refusal(session, operation, due, outcome, result)
    else:
        _judge_acceptance(session, operation, outcome, result)
    audited = operation.call in (Method.drop, Method.purge) or (due and operation.call in WRITES)
    misnamed = all(finding.clause.startswith("ERR-") for finding in result.findings)
    if misnamed and (audit_mode is Audit.EACH_STEP or audited):
        audit(session, operation, result, refused=bool(due))
    if operation.mutate_afterwards and not due and not result.findings:
        _meddle(session, operation, args, outcome, result)
    return result


def run_step(session: Session, operation: Operation) -> bool:
    """Make one step on the store and on the model, and judge nothing; whether the store raised."""
    if operation.call in STORE_ACTION_CHECKS:
        result = StepResult()
        STORE_ACTION_CHECKS[operation.call](session, operation, result)
        return result.raised
    session.history.record_ids(operation)
    due = refusals(session.model, operation)
    outcome = session.call(operation)
    if operation.call is Method.history and isinstance(outcome.value, list):
        session.history.last_history = list(outcome.value)
    if operation.call in WRITES and not due:
        session.history.record_write(operation, session.model)
        session.call_model(operation)
    return outcome.error is not None


def shared_clause(operation: Operation) -> str:
    """The clause that is about what the caller changes where it scribbles.

    A search was given a query, and gave an answer: it is aimed at one of the two.
    """
    return (
        operation.target_clause
        if operation.target_clause == RETAINED
        else SHARED.get(operation.call, "")
    )


def _meddle(
    session: Session,
    operation: Operation,
    args: tuple[object, ...],
    outcome: CallResult,
    result: StepResult,
) -> None:
    """Let the caller change what it gave or got."""
    if shared_clause(operation) == RETAINED:
        reuse(session, operation, args, result)
        return
    check_mutation(session, operation, args, outcome, result)
    if not result.findings:
        outlive(session, operation, result)


def _judge_acceptance(
    session: Session,
    operation: Operation,
    outcome: CallResult,
    result: StepResult,
) -> None:
    if operation.call in WRITES and outcome.error is None:
        session.history.record_write(operation, session.model)
    judge_answer(session, operation, outcome, result)
    if result.findings:
        return
    if operation.call in RECORD_CALLS and session.limits is not None:
        judge_culling(session, operation, result)


def _judge_arguments(operation: Operation, args: tuple[object, ...], result: StepResult) -> None:
    for i, (template, arg) in enumerate(zip(operation.args, args, strict=True)):
        clause = argument_clause(operation, i)
        if not clause or not isinstance(template, dict | list):
            continue
        if is_unmodified(template, arg):
            result.add_evidence(clause, "compared")
        else:
            result.add_finding([clause], *first_change(template, arg, f"given[{i}]"))


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
    outcome: CallResult,
    result: StepResult,
) -> None:
    accepted_errors = tuple({error for refusal in due for error in refusal.accepted_errors})
    suspects = [refusal.clause for refusal in due]
    suspects += _circumstances(session, operation, due)
    if outcome.error is None:
        result.add_finding(
            suspects, "", accepted_errors, outcome.value, accepted_errors=accepted_errors
        )
        return
    errors = ["ERR-1" if s == "ADD-2" else "ERR-2" if s in MISSING else "" for s in suspects]
    general = "ERR-3" if operation.call in RECORD_CALLS else "ERR-4"
    clause = next(filter(None, errors), general)
    if operation.call not in (*RECORD_CALLS, *QUERY_CALLS) and suspects == ["REC-11"]:
        clause = "REC-11"
    if not isinstance(outcome.error, accepted_errors):
        result.add_finding(
            [*suspects, clause], "", accepted_errors, outcome.error, accepted_errors=accepted_errors
        )
        return
    result.add_evidence(clause, "refused")
    for suspect in suspects:
        result.add_evidence(suspect, "refused")
    named = tuple({refusal.named for refusal in due})
    if isinstance(outcome.error, named) or "REC-11" in suspects:
        result.add_evidence("ERR-5", "refused")
    else:
        result.add_finding(["ERR-5"], "", named, outcome.error, accepted_errors=named)


MISSING = ("GET-2", "UPD-5", "DROP-2")


def _circumstances(session: Session, operation: Operation, due: list[Refusal]) -> list[str]:
    """The clauses that say *where* a query has to be refused as well."""
    if operation.call not in QUERY_CALLS:
        return []
    found = []
    if not session.model.records and operation.call is Method.find:
        found.append("QRY-9")
    if operation.target_clause in ("QRY-10", "LOG-2"):
        found.append(operation.target_clause)
    if operation.call is Method.purge:
        found.append("PURGE-3")
    return found


def read_back(session: Session) -> StepResult:
    """Compare all records at the end of a program."""
    result = StepResult()
    audit(session, Operation(Method.history), result, refused=False)
    return result


COMPARISON = StepComparison(check_step, run_step, read_back)
"""How the suite compares a step with the model."""
