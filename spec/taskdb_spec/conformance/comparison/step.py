"""The check of one step: execute the operation on the store and on the model, and compare.

Input: a `Session` and an `Operation`. Output: a `StepResult`. `COMPARISON` is what the executor
uses; the checks themselves are in the other modules of this package.
"""

from __future__ import annotations

from collections.abc import Callable

from taskdb_spec.conformance.comparison.aliasing import check_aliasing
from taskdb_spec.conformance.comparison.answers import check_answer
from taskdb_spec.conformance.comparison.arguments import check_arguments
from taskdb_spec.conformance.comparison.capacity import check_capacity
from taskdb_spec.conformance.comparison.culling import check_culling
from taskdb_spec.conformance.comparison.effects import (
    audit,
    audit_in_turn,
    check_written_record,
    compare_records,
    note_evidence,
)
from taskdb_spec.conformance.comparison.null_store import check_memory_growth, check_null_store
from taskdb_spec.conformance.comparison.refusals import check_refusal, refusals
from taskdb_spec.conformance.comparison.reopen import check_close, check_reopen
from taskdb_spec.conformance.comparison.second_store import check_next_store, check_second_store
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import (
    RECORD_CALLS,
    WHOLE_STORE_CALLS,
    WRITES,
    Call,
    Method,
    Operation,
    StoreAction,
    instantiate,
)
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.policy import StepComparison
from taskdb_spec.conformance.execution.session import CallResult, Session

WHOLE_STORE_CHECKS: dict[Call, Callable[[Session, Operation, StepResult], None]] = {
    Method.close: check_close,
    StoreAction.reopen: check_reopen,
    StoreAction.second_store: check_second_store,
    StoreAction.next_store: check_next_store,
    StoreAction.capacity: check_capacity,
    StoreAction.memory_growth: check_memory_growth,
}
"""The check of each of `WHOLE_STORE_CALLS`."""


def check_step(session: Session, operation: Operation, audit_mode: Audit) -> StepResult:
    """Execute one step on the store and on the model, and compare them.

    Args:
        session: The session. Afterwards, its model has the state after the step.
        operation: The step.
        audit_mode: When the records are compared with the model.

    Returns:
        The findings and the evidence.
    """
    result = StepResult()
    if operation.call in WHOLE_STORE_CALLS:
        WHOLE_STORE_CHECKS[operation.call](session, operation, result)
        return result
    if session.backend.stores_nothing:
        check_null_store(session, operation, result)
        return result
    session.history.record_ids(operation)
    due = refusals(session.model, operation)
    args = tuple(map(instantiate, operation.args))
    outcome = session.call(operation, args)
    result.raised = outcome.error is not None
    check_arguments(operation, args, result)
    if due:
        check_refusal(session, operation, due, outcome, result)
    else:
        _check_acceptance(session, operation, outcome, result)
    # After another finding, the state may differ because of it; a wrong error class is harmless.
    if all(finding.clause.startswith("ERR-") for finding in result.findings):
        _check_effects(session, operation, audit_mode, result, is_refused=bool(due))
    if operation.mutate_afterwards and not due and not result.findings:
        check_aliasing(session, operation, args, outcome, result)
    return result


def _check_effects(
    session: Session,
    operation: Operation,
    audit_mode: Audit,
    result: StepResult,
    *,
    is_refused: bool,
) -> None:
    """Compare the records with the model, now or at a later step."""
    if audit_mode is Audit.EACH_STEP:
        audit(session, operation, result, refused=is_refused)
    elif audit_mode is Audit.SOME_STEPS and operation.call is not Method.purge:
        session.history.comparisons += 1
        if operation.call in WRITES or session.history.comparisons % 2:
            audit_in_turn(session, operation, result, refused=is_refused)
    elif operation.call not in WRITES:
        return
    elif is_refused or operation.call in (Method.drop, Method.purge):
        # What is refused or removed leaves nothing that a later comparison could see.
        compare_records(session, operation, result, refused=is_refused)
    elif audit_mode is Audit.EACH_WRITE:
        check_written_record(session, operation, result)
    else:
        note_evidence(session, operation)


def _check_acceptance(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    if operation.call in WRITES and outcome.error is None:
        session.history.record_write(operation, session.model)
    check_answer(session, operation, outcome, result)
    if not result.findings and operation.call in RECORD_CALLS and session.limits is not None:
        check_culling(session, operation, result)


def run_step(session: Session, operation: Operation) -> bool:
    """Execute one step on the store and on the model without a comparison.

    Args:
        session: The session. Afterwards, its model has the state after the step.
        operation: The step.

    Returns:
        Whether the store raised.
    """
    if operation.call in WHOLE_STORE_CALLS:
        result = StepResult()
        WHOLE_STORE_CHECKS[operation.call](session, operation, result)
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


def read_back(session: Session) -> StepResult:
    """Compare all records at the end of a program."""
    result = StepResult()
    compare_records(session, Operation(Method.history), result, refused=False)
    return result


COMPARISON = StepComparison(check_step, run_step, read_back)
"""How the suite compares a step with the model."""
