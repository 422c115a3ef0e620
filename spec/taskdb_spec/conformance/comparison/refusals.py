"""Which calls have to be refused, under which clause, and with an error of which family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.program import RECORD_CALLS, Call, Method, Operation
from taskdb_spec.language.errors import QueryError, UnsupportedOperator
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.model import Model
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS, checked_fields

ErrorClasses = tuple[type[Exception], ...]

ANY: ErrorClasses = (KeyError, ValueError, TypeError)
KEY: ErrorClasses = (KeyError,)
VALUE: ErrorClasses = (ValueError,)
VALUE_OR_TYPE: ErrorClasses = (ValueError, TypeError)
KEY_OR_VALUE: ErrorClasses = (KeyError, ValueError)

_FAMILIES: dict[str, ErrorClasses] = {
    **dict.fromkeys(("ADD-2", "GET-2", "UPD-5", "DROP-2"), KEY),
    **dict.fromkeys(("REC-4", "REC-5", "UPD-6"), VALUE),
    **dict.fromkeys(("QRY-4", "QRY-5", "KEYS-4", "LOG-1"), KEY_OR_VALUE),
    # What is inside of these may be taken for an operator or a capability out of place.
    **dict.fromkeys(("REC-11", "QRY-6", "QRY-7", "IN-5", "IN-6", "ALL-3", "ELEM-2"), ANY),
}


@dataclass(frozen=True)
class Refusal:
    """Why a call has to be refused: the clause, the named error class, and its family."""

    clause: str
    named: type[Exception]
    accepted_errors: ErrorClasses


def refusals(model: Model, operation: Operation) -> list[Refusal]:
    """All refusals that apply to an operation; which of them wins is free."""
    return [
        refusal for rule in _RULES.get(operation.call, ()) for refusal in rule(model, operation)
    ]


def _of(error: Exception, clause: str) -> Refusal:
    if isinstance(error, UnsupportedOperator):
        return Refusal(_unclaimed()[error.capability], QueryError, KEY_OR_VALUE)
    named = next(
        named
        for named in (DuplicateRecord, RecordNotFound, RecordError, QueryError)
        if isinstance(error, named)
    )
    return Refusal(clause, named, _FAMILIES.get(clause, VALUE_OR_TYPE))


@cache
def _unclaimed() -> dict[Any, str]:
    """The clause that applies where a capability is not claimed."""
    return {clause.lacks: clause.id for clause in clauses().values() if clause.lacks}


def _caught(function: Callable[..., object], *args: Any) -> list[Any]:
    try:
        function(*args)
    except (RecordError, QueryError) as error:
        return [error]
    return []


def _record(model: Model, operation: Operation) -> list[Refusal]:
    found = _caught(checked_fields, *operation.args)
    clause = found[0].clause if found else ""
    if clause == "UPD-6" and operation.call is Method.add:
        clause = "REC-4"
    if clause == "REC-4" and not all(isinstance(name, str) for name in operation.args[1]):
        return [Refusal(clause, RecordError, VALUE_OR_TYPE)]  # L-38
    return [_of(error, clause) for error in found]


def _id(model: Model, operation: Operation) -> list[Refusal]:
    msg_id = operation.args[0]
    if not isinstance(msg_id, str):
        return [] if operation.call in RECORD_CALLS else [Refusal("REC-11", RecordError, ANY)]
    if (msg_id in model.records) != (operation.call is Method.add):
        return []
    if operation.call is Method.add:
        return [_of(DuplicateRecord(), "ADD-2")]
    return [_of(RecordNotFound(), _MISSING[operation.call])]


_MISSING: dict[Call, str] = {Method.get: "GET-2", Method.update: "UPD-5", Method.drop: "DROP-2"}


def _query(model: Model, operation: Operation) -> list[Refusal]:
    check = operation.args[0]
    found = _caught(parse_query, check, TASK_FIELDS, model.capabilities)
    if found and found[0].clause == "QRY-5" and _names_otherwise(check):
        return [Refusal("QRY-5", QueryError, ANY)]  # L-38
    return [_of(error, error.clause) for error in found]


def _names_otherwise(value: Any) -> bool:
    """Whether a name in the query is no str."""
    if isinstance(value, dict):
        return any(not isinstance(k, str) or _names_otherwise(item) for k, item in value.items())
    return isinstance(value, list | tuple) and any(map(_names_otherwise, value))


def _keys(model: Model, operation: Operation) -> list[Refusal]:
    keys = operation.args[1] if len(operation.args) > 1 else None
    return [_of(error, error.clause) for error in _caught(check_keys, keys)]


_RULES: dict[Call, tuple[Callable[[Model, Operation], list[Refusal]], ...]] = {
    Method.add: (_record, _id),
    Method.update: (_record, _id),
    Method.get: (_id,),
    Method.drop: (_id,),
    Method.find: (_query, _keys),
    Method.purge: (_query,),
}
