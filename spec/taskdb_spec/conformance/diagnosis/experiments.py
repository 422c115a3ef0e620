"""Control experiments: variations of a failing program that tell its suspects apart.

Each experiment removes one possible cause and keeps the rest. If the variation still fails, the
cause is not to blame; if it passes, only the clauses about that cause remain. An experiment that
returns a list of suspects returns an empty list if it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from taskdb_spec.conformance.comparison.query_coverage import has_offsets
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.core.findings import Finding, most_general_first
from taskdb_spec.conformance.core.observations import FOUND_IDS
from taskdb_spec.conformance.core.program import (
    RECORD_CALLS,
    WRITES,
    Method,
    Operation,
    Program,
    instantiate,
)
from taskdb_spec.conformance.core.timestamps import to_utc
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.session import EVERYTHING
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.model import Model
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
)


def find_failure_of_last(
    executor: Executor, *operations: Operation, audit: Audit = Audit.AT_END
) -> Failure | None:
    """Return how the last operation fails, or None if it passes or an earlier one fails."""
    failure = executor.execute_program(Program(operations), audit=audit)
    return failure if failure and len(failure.program) == len(operations) else None


# A malformed query that is accepted

CLAUSES_ABOUT_PLACE = frozenset({"QRY-9", "QRY-10", "LOG-2", "PURGE-3"})
"""The clauses that say *where* a malformed query is refused: on an empty store, in a branch that no
record reaches, inside a combination, in a purge."""

_RECORD_WITH_EVERY_FIELD: dict[str, Any] = {
    **dict.fromkeys(TEXT_FIELDS, "a"),
    **dict.fromkeys(TIME_FIELDS, EPOCH),
    **{name: {"a": {"b": "c"}, "x": ["a", 1]} for name in DICT_FIELDS},
    **{name: [b"a"] for name in BUFFER_FIELDS},
}


def is_accepted_in_plain_search(executor: Executor, operation: Operation, clause: str) -> bool:
    """Return whether a plain search over one record accepts the malformed query as well.

    If it does, the place of the query is not to blame. The result is False without a search if
    `clause`, the most specific suspect, is not about a place.
    """
    if clause not in CLAUSES_ABOUT_PLACE:
        return False
    check = operation.args[0]
    hidden = clause in ("QRY-10", "LOG-2")  # the malformed part is inside the query
    return any(
        _accepts(executor, query) for query in (split_conditions(check) if hidden else [check])
    )


def _accepts(executor: Executor, check: Any) -> bool:
    record = Operation(Method.add, ("a", _RECORD_WITH_EVERY_FIELD))
    failure = find_failure_of_last(executor, record, Operation(Method.find, (check,)))
    return bool(failure and failure.finding.accepted_errors) and not _is_exception(failure)


def _is_exception(failure: Failure | None) -> bool:
    return failure is not None and isinstance(failure.finding.actual, BaseException)


# Values in their plainest form

CLAUSES_ABOUT_FORM: dict[str, tuple[str, tuple[str, ...]]] = {
    "HIST-4": ("HIST-4", ("HIST-2", "HIST-3")),
    "BUF-2": ("BUF-2", ("BUF-1",)),
    "BUF-3": ("BUF-2", ()),
    "KEYS-3": ("KEYS-3", ("KEYS-1",)),
}
"""For clauses that also fail if timestamps, buffers or keys are rejected in one representation: the
clause about the representation, and the more general clauses to try first."""


def blame_with_plain_forms(executor: Executor, program: Program, clause: str) -> str:
    """Return the clause to blame, after the program ran with everything in its plainest form.

    If nothing fails in plain form, the representation is to blame. If a more general clause fails,
    that one is.
    """
    of_form, general = CLAUSES_ABOUT_FORM[clause]
    failure = find_failure_of_last(
        executor, *map(_to_plain_operation, program), audit=Audit.EACH_STEP
    )
    if failure is None:
        return of_form
    suspect = failure.finding.suspects[-1]
    return suspect if suspect in general else clause


def _to_plain_operation(operation: Operation) -> Operation:
    if operation.call in RECORD_CALLS:
        msg_id, fields = operation.args
        return operation.replace(args=(msg_id, _to_plain_value(fields)))
    if operation.call is Method.find and len(operation.args) == 2 and operation.args[1]:
        check, keys = operation.args
        named = [name for name in TASK_FIELDS if name in keys and name != "msg_id"]
        return operation.replace(args=(check, named or ["label"]))
    return operation


def _to_plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _to_plain_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_plain_value(item) for item in value]
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return to_utc(value)
    return value


# A search for everything


def suspects_of_full_search(
    executor: Executor, stored: list[Operation], finding: Finding
) -> list[str]:
    """Return the suspects of a search for all records, if it is wrong about the same records.

    Empty if the search is right about one of them, or raises: then the query matters.
    """
    wrong = _wrong_ids(finding)
    if not wrong:
        return []
    found = executor.findings_of_last_step(Program((*stored, EVERYTHING)))
    return next((list(each.suspects) for each in found if wrong <= _wrong_ids(each)), [])


def _wrong_ids(finding: Finding) -> set[str]:
    """Return the ids that an answer lacks, or that it should not have."""
    if finding.accessor != FOUND_IDS or isinstance(finding.actual, BaseException):
        return set()
    return set(finding.expected) ^ set(finding.actual)


# Timestamps in UTC

CLAUSES_ABOUT_OFFSETS = frozenset({"EQ-5", "ORD-2"})
"""The clauses that say that the UTC offset of a timestamp does not matter to a query."""


def suspects_with_utc(executor: Executor, failure: Failure) -> list[str]:
    """Return the suspects about UTC offsets, if the answer is right with all timestamps in UTC.

    Empty if there are none, or if the answer is as wrong in UTC.
    """
    about = [clause for clause in failure.finding.suspects if clause in CLAUSES_ABOUT_OFFSETS]
    arguments = [operation.args for operation in failure.program]
    if not about or not has_offsets(arguments):
        return []
    in_utc = (each.replace(args=tuple(map(_to_plain_value, each.args))) for each in failure.program)
    found = executor.findings_of_last_step(Program(tuple(in_utc)))
    accessor = failure.finding.accessor
    return [] if any(each.accessor == accessor for each in found) else about


# One record at a time


def suspects_of_single_records(
    executor: Executor, stored: list[Operation], check: Any
) -> list[str]:
    """Return the suspects of a query on those records for which alone it raises.

    Empty if it raises for none of them alone, or if there is only one record.
    """
    look = Operation(Method.find, (check,))
    suspects = [
        clause
        for record in (stored if len(stored) > 1 else ())
        for found in executor.findings_of_last_step(Program((record, look)))
        if isinstance(found.actual, BaseException) and not found.accepted_errors
        for clause in found.suspects
    ]
    return most_general_first(suspects)


# The value in a new record

CLAUSES_ABOUT_REWRITING = frozenset({"UPD-1", "UPD-3", "ADD-4", "HUB-3"})
"""The clauses about values that replace others in an existing record."""


def suspects_with_new_record(executor: Executor, failure: Failure) -> list[str]:
    """Return the clauses of a value, if a new record with the value is read back just as wrong.

    Empty if the new record is right: then the write that replaced the value is to blame.
    """
    *before, operation = failure.program.operations
    if operation.call not in RECORD_CALLS:
        return []
    msg_id, fields = operation.args
    record: Mapping[str, Any] = execute_on_model(executor, before).records.get(msg_id, {})
    new = Operation(Method.add, (msg_id, {**record, **fields}))
    for found in executor.findings_of_last_step(Program((new,))):
        has_same_accessor = found.accessor == failure.finding.accessor
        if has_same_accessor and has_same_expected_and_actual(found, failure.finding):
            return list(found.suspects)
    return []


def execute_on_model(executor: Executor, operations: list[Operation]) -> Model:
    """Return the model after those writes that it does not refuse."""
    model = Model(executor.backend.query_capabilities)
    for operation in operations:
        if operation.call in WRITES and not refusals(model, operation):
            getattr(model, operation.call.value)(*map(instantiate, operation.args))
    return model


def has_same_expected_and_actual(one: Finding, other: Finding) -> bool:
    """Return whether two findings expect the same value and got the same other value.

    Nothing else is compared: the suspects, for example, may differ.
    """
    return strictly_equal(one.expected, other.expected) and strictly_equal(one.actual, other.actual)


# Other comparisons with the same operand

_CLAUSE_OF_OPERATOR = {"$lt": "LT-1", "$lte": "LTE-1", "$gt": "GT-1", "$gte": "GTE-1"}


def suspects_of_comparison(executor: Executor, stored: list[Operation], check: Any) -> list[str]:
    """Return the suspect of one comparison of texts that is wrong about these records.

    The list contains `ORD-1`, the order of texts, if another operator with the same text is wrong
    as well. Otherwise it contains the clause of the operator. Empty if the query is not a single
    comparison of texts.
    """
    [(place, condition), *more] = check.items()
    if more or not isinstance(condition, dict) or len(condition) > 1:
        return []
    [(name, operand)] = condition.items()
    if name not in _CLAUSE_OF_OPERATOR or not isinstance(operand, str):
        return []
    others = ({place: {other: operand}} for other in _CLAUSE_OF_OPERATOR if other != name)
    wrong = [
        find_failure_of_last(executor, *stored, Operation(Method.find, (other,)))
        for other in others
    ]
    return ["ORD-1"] if any(wrong) else [_CLAUSE_OF_OPERATOR[name]]


# Parts of a query


def split_conditions(check: Any) -> Iterator[dict[str, Any]]:
    """Yield each single condition of a query as a separate query; a malformed one unchanged."""
    for key, condition in check.items() if isinstance(check, dict) else ():
        if key in LOGICAL_OPERATORS and isinstance(condition, list | tuple):
            for query in condition:
                yield from split_conditions(query)
        elif isinstance(condition, dict) and len(condition) > 1 and "$regex" not in condition:
            if all(str(name).startswith("$") for name in condition):
                yield from ({key: {name: operand}} for name, operand in condition.items())
            else:
                yield {key: condition}
        elif isinstance(condition, dict) and isinstance(condition.get("$not"), dict):
            yield from split_conditions({key: condition["$not"]})
        else:
            yield {key: condition}


def iter_combinations(check: Any) -> Iterator[dict[str, Any]]:
    """Yield the nested queries that combine others, the innermost first."""
    for key, condition in check.items():
        if key in LOGICAL_OPERATORS:
            for query in condition:
                yield from iter_combinations(query)
                if any(name in LOGICAL_OPERATORS for name in query):
                    yield query
