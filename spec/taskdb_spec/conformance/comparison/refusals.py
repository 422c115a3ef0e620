"""Refusals: which calls must be refused, under which clause, and with which errors.

Input: the model and an operation. Output: a `Refusal` for each clause that forbids the call.
`check_refusal` compares them with what the backend did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.findings import (
    ANY_REFUSAL,
    KEY_ERROR,
    KEY_OR_VALUE_ERROR,
    VALUE_ERROR,
    VALUE_OR_TYPE_ERROR,
    ErrorClasses,
    StepResult,
)
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    Call,
    Method,
    Operation,
)
from taskdb_spec.conformance.execution.session import CallResult, Session
from taskdb_spec.language.errors import QueryError, UnsupportedOperator
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.model import Model
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS, checked_fields
from taskdb_spec.records.traversal import iter_keys

_ACCEPTED_ERRORS: dict[str, ErrorClasses] = {
    **dict.fromkeys(("ADD-2", "GET-2", "UPD-5", "DROP-2"), KEY_ERROR),
    **dict.fromkeys(("REC-4", "REC-5", "UPD-6"), VALUE_ERROR),
    **dict.fromkeys(("QRY-4", "QRY-5", "KEYS-4", "LOG-1"), KEY_OR_VALUE_ERROR),
    # A backend may read the invalid part of such a query as an unknown operator, or as an operator
    # that needs a capability, and those have other error classes.
    **dict.fromkeys(("REC-11", "QRY-6", "QRY-7", "IN-5", "IN-6", "ALL-3", "ELEM-2"), ANY_REFUSAL),
}
"""The error classes by clause; `VALUE_OR_TYPE_ERROR` for any other clause."""

_UNKNOWN_ID: dict[Call, str] = {Method.get: "GET-2", Method.update: "UPD-5", Method.drop: "DROP-2"}
"""The clause that refuses an id which the store does not have."""


@dataclass(frozen=True)
class Refusal:
    """A reason why a call must be refused.

    Attributes:
        clause: The clause that requires the refusal.
        named: The exception class of this package for it; to raise it is a SHOULD (ERR-5).
        accepted_errors: The builtin classes of which the exception must be an instance.
    """

    clause: str
    named: type[Exception]
    accepted_errors: ErrorClasses


def refusals(model: Model, operation: Operation) -> list[Refusal]:
    """Return all reasons to refuse an operation. A backend may raise for any of them."""
    return [
        refusal for rule in _RULES.get(operation.call, ()) for refusal in rule(model, operation)
    ]


def _refusal(error: Exception, clause: str) -> Refusal:
    """Return the refusal for an error that this package raises."""
    if isinstance(error, UnsupportedOperator):
        return Refusal(_unclaimed_clauses()[error.capability], QueryError, KEY_OR_VALUE_ERROR)
    named = next(
        named
        for named in (DuplicateRecord, RecordNotFound, RecordError, QueryError)
        if isinstance(error, named)
    )
    return Refusal(clause, named, _ACCEPTED_ERRORS.get(clause, VALUE_OR_TYPE_ERROR))


@cache
def _unclaimed_clauses() -> dict[Any, str]:
    """Return the clauses that apply to backends which do not claim a capability."""
    return {clause.lacks: clause.id for clause in clauses().values() if clause.lacks}


def _errors_of(function: Callable[..., object], *args: Any) -> list[Any]:
    """Return the refusal that the function raises, or nothing."""
    try:
        function(*args)
    except (RecordError, QueryError) as error:
        return [error]
    return []


def _record_refusals(_model: Model, operation: Operation) -> list[Refusal]:
    found = _errors_of(checked_fields, *operation.args)
    clause = found[0].clause if found else ""
    if clause == "UPD-6" and operation.call is Method.add:
        clause = "REC-4"
    if clause == "REC-4" and not all(isinstance(name, str) for name in operation.args[1]):
        return [Refusal(clause, RecordError, VALUE_OR_TYPE_ERROR)]  # ledger entry L-38
    return [_refusal(error, clause) for error in found]


def _id_refusals(model: Model, operation: Operation) -> list[Refusal]:
    msg_id = operation.args[0]
    if not isinstance(msg_id, str):
        if operation.call in RECORD_CALLS:
            return []  # `_record_refusals` has the reason.
        return [Refusal("REC-11", RecordError, ANY_REFUSAL)]
    if (msg_id in model.records) != (operation.call is Method.add):
        return []
    if operation.call is Method.add:
        return [_refusal(DuplicateRecord(), "ADD-2")]
    return [_refusal(RecordNotFound(), _UNKNOWN_ID[operation.call])]


def _query_refusals(model: Model, operation: Operation) -> list[Refusal]:
    check = operation.args[0]
    found = _errors_of(parse_query, check, TASK_FIELDS, model.capabilities)
    # Walk the query only if the parser has refused it for a name: others may contain themselves.
    is_about_name = bool(found) and found[0].clause == "QRY-5"
    if is_about_name and any(not isinstance(name, str) for name in iter_keys(check)):
        return [Refusal("QRY-5", QueryError, ANY_REFUSAL)]  # ledger entry L-38
    return [_refusal(error, error.clause) for error in found]


def _keys_refusals(_model: Model, operation: Operation) -> list[Refusal]:
    keys = operation.args[1] if len(operation.args) > 1 else None
    return [_refusal(error, error.clause) for error in _errors_of(check_keys, keys)]


_RULES: dict[Call, tuple[Callable[[Model, Operation], list[Refusal]], ...]] = {
    Method.add: (_record_refusals, _id_refusals),
    Method.update: (_record_refusals, _id_refusals),
    Method.get: (_id_refusals,),
    Method.drop: (_id_refusals,),
    Method.find: (_query_refusals, _keys_refusals),
    Method.purge: (_query_refusals,),
}


def check_refusal(
    session: Session,
    operation: Operation,
    due: list[Refusal],
    outcome: CallResult,
    result: StepResult,
) -> None:
    """Check that a call was refused, and with an accepted error.

    Args:
        session: The session.
        operation: The call.
        due: The reasons to refuse it.
        outcome: What the backend returned or raised.
        result: Receives the findings and the evidence.
    """
    accepted_errors = tuple({error for refusal in due for error in refusal.accepted_errors})
    suspects = [refusal.clause for refusal in due]
    suspects += _circumstance_suspects(session, operation)
    if outcome.error is None:
        result.add_missing_refusal(suspects, accepted_errors, outcome.value)
        return
    clause = _error_clause(operation, suspects)
    if not isinstance(outcome.error, accepted_errors):
        result.add_missing_refusal([*suspects, clause], accepted_errors, outcome.error)
        return
    result.add_evidence(clause, "refused")
    for suspect in suspects:
        result.add_evidence(suspect, "refused")
    named = tuple({refusal.named for refusal in due})
    if isinstance(outcome.error, named) or "REC-11" in suspects:
        result.add_evidence("ERR-5", "refused")
    else:
        result.add_missing_refusal(["ERR-5"], named, outcome.error)


def _error_clause(operation: Operation, suspects: list[str]) -> str:
    """Return the clause about the class of the error."""
    if operation.call not in (*RECORD_CALLS, *QUERY_CALLS) and suspects == ["REC-11"]:
        return "REC-11"
    unknown_id = _UNKNOWN_ID.values()
    specific = ("ERR-1" if s == "ADD-2" else "ERR-2" if s in unknown_id else "" for s in suspects)
    general = "ERR-3" if operation.call in RECORD_CALLS else "ERR-4"
    return next(filter(None, specific), general)


def _circumstance_suspects(session: Session, operation: Operation) -> list[str]:
    """Return the clauses that require a refusal also in these circumstances.

    They are about an empty store, about a part of the query that no record reaches, and about a
    purge.
    """
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
