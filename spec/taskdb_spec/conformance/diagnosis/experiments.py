"""Control experiments: programs like one that failed, which tell its suspects apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.comparison.answers import IDS_FOUND
from taskdb_spec.conformance.comparison.query_coverage import has_offsets
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.core.findings import Finding, most_general_first
from taskdb_spec.conformance.core.program import (
    RECORD_CALLS,
    WRITES,
    Method,
    Operation,
    Program,
    instantiate,
)
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.session import EVERYTHING
from taskdb_spec.conformance.generation.values import EPOCH
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS
from taskdb_spec.model import Model
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
)


def failure_of(
    executor: Executor, *operations: Operation, audit: Audit = Audit.AT_END
) -> Failure | None:
    """How the last of these operations fails, if all before it are right."""
    failure = executor.execute_program(Program(operations), audit=audit)
    return failure if failure and len(failure.program) == len(operations) else None


# A malformed query is taken

CIRCUMSTANCES = frozenset({"QRY-9", "QRY-10", "LOG-2", "PURGE-3"})
"""The clauses that say where a malformed query has to be refused as well."""

_FULL: dict[str, Any] = {
    **dict.fromkeys(TEXT_FIELDS, "a"),
    **dict.fromkeys(TIME_FIELDS, EPOCH),
    **{name: {"a": {"b": "c"}, "x": ["a", 1]} for name in DICT_FIELDS},
    **{name: [b"a"] for name in BUFFER_FIELDS},
}


def is_taken_anywhere(executor: Executor, operation: Operation, circumstance: str) -> bool:
    """Whether the malformed query is taken as well by a plain search that looks at a record."""
    if circumstance not in CIRCUMSTANCES:
        return False
    check = operation.args[0]
    hidden = circumstance in ("QRY-10", "LOG-2")  # behind, or inside, of what is well-formed
    return any(_is_taken(executor, query) for query in (conditions(check) if hidden else [check]))


def _is_taken(executor: Executor, check: Any) -> bool:
    record = Operation(Method.add, ("a", _FULL))
    failure = failure_of(executor, record, Operation(Method.find, (check,)))
    return bool(failure and failure.finding.accepted_errors) and not _raised(failure)


def _raised(failure: Failure | None) -> bool:
    return failure is not None and isinstance(failure.finding.actual, BaseException)


# The same in a plainer form

FORMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "HIST-4": ("HIST-4", ("HIST-2", "HIST-3")),
    "BUF-2": ("BUF-2", ("BUF-1",)),
    "BUF-3": ("BUF-2", ()),
    "KEYS-3": ("KEYS-3", ("KEYS-1",)),
}
"""Clauses that may fail for the form in which instants, buffers or keys are given: each with the
one about that form, and those that are more general."""


def suspect_in_plain_form(executor: Executor, program: Program, clause: str) -> str:
    """The clause to blame for a failure under one of the `FORMS`.

    It is the one about the form if nothing fails where all is given in its plainest form, and a
    general one if that fails.
    """
    of_form, general = FORMS[clause]
    failure = failure_of(executor, *map(_plain, program), audit=Audit.EACH_STEP)
    if failure is None:
        return of_form
    suspect = failure.finding.suspects[-1]
    return suspect if suspect in general else clause


def _plain(operation: Operation) -> Operation:
    if operation.call in RECORD_CALLS:
        msg_id, fields = operation.args
        return operation.replace(args=(msg_id, _plain_value(fields)))
    if operation.call is Method.find and len(operation.args) == 2 and operation.args[1]:
        check, keys = operation.args
        named = [name for name in TASK_FIELDS if name in keys and name != "msg_id"]
        return operation.replace(args=(check, named or ["label"]))
    return operation


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_value(item) for item in value]
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.astimezone(UTC)
    return value


# Everything, rather than what a query selects


def suspects_of_everything(
    executor: Executor, stored: list[Operation], finding: Finding
) -> list[str]:
    """Who is to blame for wrong records in an answer, if a search for all is wrong about them too.

    Empty where it is right about one of them, or raises.
    """
    wrong = _wrong_ids(finding)
    if not wrong:
        return []
    found = executor.findings_of_last_step(Program((*stored, EVERYTHING)))
    return next((list(each.suspects) for each in found if wrong <= _wrong_ids(each)), [])


def _wrong_ids(finding: Finding) -> set[str]:
    """The ids that an answer lacks, or has too many."""
    if finding.subject != IDS_FOUND or isinstance(finding.actual, BaseException):
        return set()
    return set(finding.expected) ^ set(finding.actual)


# Instants in UTC

OFFSETS = frozenset({"EQ-5", "ORD-2"})
"""The clauses that say that the offset of an instant does not matter to a query."""


def suspects_of_offsets(executor: Executor, failure: Failure) -> list[str]:
    """Those of the suspects that are about offsets, if the answer is right without any.

    Empty where there are none, or where the answer is as wrong with all instants in UTC.
    """
    about = [clause for clause in failure.finding.suspects if clause in OFFSETS]
    arguments = [operation.args for operation in failure.program]
    if not about or not has_offsets(arguments):
        return []
    in_utc = (each.replace(args=tuple(map(_plain_value, each.args))) for each in failure.program)
    found = executor.findings_of_last_step(Program(tuple(in_utc)))
    subject = failure.finding.subject
    return [] if any(each.subject == subject for each in found) else about


# A record that makes a query raise


def suspects_of_records(executor: Executor, stored: list[Operation], check: Any) -> list[str]:
    """The clauses that a query exercises on those of several records for which alone it raises.

    Empty where it raises for none of them alone, or where there are not several.
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


# A value, or the write that it was given to


def suspects_of_value(executor: Executor, failure: Failure) -> list[str]:
    """Who is to blame for a value that is read back wrong from a record that was written again.

    The clauses of the value, if it is read back just as wrong from a record that is new; else
    none.
    """
    *before, operation = failure.program.operations
    if operation.call not in RECORD_CALLS:
        return []
    msg_id, fields = operation.args
    record: Mapping[str, Any] = model_after(executor, before).records.get(msg_id, {})
    new = Operation(Method.add, (msg_id, {**record, **fields}))
    for found in executor.findings_of_last_step(Program((new,))):
        if found.subject == failure.finding.subject and is_as_wrong(found, failure.finding):
            return list(found.suspects)
    return []


def model_after(executor: Executor, operations: list[Operation]) -> Model:
    """The model after those of the operations that it does not refuse."""
    model = Model(executor.backend.query_capabilities)
    for operation in operations:
        if operation.call in WRITES and not refusals(model, operation):
            getattr(model, operation.call.value)(*map(instantiate, operation.args))
    return model


def is_as_wrong(one: Finding, other: Finding) -> bool:
    """Whether two findings have the same value where there should be another."""
    return strictly_equal(one.expected, other.expected) and strictly_equal(one.actual, other.actual)


# A comparison, or the order that all comparisons go by


def suspects_of_order(executor: Executor, stored: list[Operation], check: Any) -> list[str]:
    """Who is to blame for one comparison of texts that is wrong about these records.

    The order of texts, if another comparison with the same text is wrong as well; else its own
    clause. Empty where the query is no such comparison.
    """
    [(place, condition), *more] = check.items()
    if more or not isinstance(condition, dict) or len(condition) > 1:
        return []
    [(name, operand)] = condition.items()
    if name not in ORDER_OPERATORS or not isinstance(operand, str):
        return []
    others = ({place: {other: operand}} for other in ORDER_OPERATORS if other != name)
    wrong = [failure_of(executor, *stored, Operation(Method.find, (other,))) for other in others]
    return ["ORD-1"] if any(wrong) else [f"{name[1:].upper()}-1"]


# Parts of a query


def conditions(check: Any) -> Iterator[dict[str, Any]]:
    """Each single condition of a query, as a query of its own; a malformed one as it is."""
    for key, condition in check.items() if isinstance(check, dict) else ():
        if key in LOGICAL_OPERATORS and isinstance(condition, list | tuple):
            for query in condition:
                yield from conditions(query)
        elif isinstance(condition, dict) and len(condition) > 1 and "$regex" not in condition:
            if all(str(name).startswith("$") for name in condition):
                yield from ({key: {name: operand}} for name, operand in condition.items())
            else:
                yield {key: condition}
        elif isinstance(condition, dict) and isinstance(condition.get("$not"), dict):
            yield from conditions({key: condition["$not"]})
        else:
            yield {key: condition}


def combinations(check: Any) -> Iterator[dict[str, Any]]:
    """The queries inside of a query that combine others, the innermost first."""
    for key, condition in check.items():
        if key in LOGICAL_OPERATORS:
            for query in condition:
                yield from combinations(query)
                if any(name in LOGICAL_OPERATORS for name in query):
                    yield query
