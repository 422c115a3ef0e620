"""Which clause is to blame: controls that tell the suspects of a shrunk failure apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.program import QUERY_CALLS, WRITES, Method, Operation, Program
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.diagnosis.experiments import (
    CIRCUMSTANCES,
    FORMS,
    combinations,
    conditions,
    failure_of,
    is_as_wrong,
    is_taken_anywhere,
    model_after,
    suspect_in_plain_form,
    suspects_of_everything,
    suspects_of_offsets,
    suspects_of_order,
    suspects_of_records,
    suspects_of_value,
)
from taskdb_spec.conformance.execution.executor import Executor, Failure

_REWRITTEN = frozenset({"UPD-1", "UPD-3", "ADD-4", "HUB-3"})
"""The clauses about values that a record has when it is written again."""
_OF_WRITES = {Method.update: "UPD-1", Method.drop: "DROP-1", Method.purge: "PURGE-1"}


def blame(executor: Executor, failure: Failure, target_clause: str = "") -> str:
    """The clause to blame: what the program was made for, if that is under suspicion, or the last
    suspect; after controls have cleared the query, its parts, or what was written before it.

    It is one that applies to the backend: blamed on another, a failure would not be reported.
    """
    blamed = _blamed(executor, failure, target_clause)
    suspects = [blamed, *reversed(failure.finding.suspects)]
    applying = (c for c in suspects if clauses()[c].claimed_by(executor.backend))
    return next(applying, blamed)


def _blamed(executor: Executor, failure: Failure, target_clause: str) -> str:
    finding, operation = failure.finding, failure.program.operations[-1]
    suspects = list(finding.suspects)
    if finding.accepted_errors:
        return _blame_for_acceptance(executor, failure, target_clause)
    if operation.call is Method.purge and (
        operation.args[0] == {} or not _find_fails(executor, failure)
    ):
        return suspects[-1]  # only the drop is wrong, not the query
    if suspects[-1].startswith("CULL-"):
        return suspects[-1]  # the controls know of no limits
    if suspects[-1] in FORMS:
        return suspect_in_plain_form(executor, failure.program, suspects[-1])
    if _is_wrong_record(operation, finding) and _find_is_right(executor, failure):
        return "GET-1"
    if suspects[-1] in _REWRITTEN:
        suspects = suspects_of_value(executor, failure) or suspects
    if _is_wrong_answer(operation, finding):
        suspects = next(filter(None, _controls(executor, failure)), suspects)
    return target_clause if target_clause in suspects else suspects[-1]


def _blame_for_acceptance(executor: Executor, failure: Failure, target_clause: str) -> str:
    """The clause to blame for a call that was not refused, or not as it should have been."""
    operation, suspects = failure.program.operations[-1], list(failure.finding.suspects)
    if isinstance(failure.finding.actual, BaseException):
        return suspects[-1]  # refused, but with an error of another family
    if is_taken_anywhere(executor, operation, suspects[-1]):
        suspects = [clause for clause in suspects if clause not in CIRCUMSTANCES]
    elif operation.call is Method.purge:
        return suspects[-1]  # a search refuses it
    return target_clause if target_clause in suspects else suspects[-1]


def _is_wrong_record(operation: Operation, finding: Finding) -> bool:
    """Whether a value is not read as it was written; which fields there are is another matter."""
    probe = finding.probe or operation
    return probe.call is Method.get and not finding.interposed and finding.clause != "REC-1"


def _find_is_right(executor: Executor, failure: Failure) -> bool:
    """Whether `find_records` gives the record as it should be where `get_record` does not."""
    *before, operation = failure.program.operations
    probe = failure.finding.probe or operation
    look = Operation(Method.find, ({"msg_id": probe.args[0]},))
    steps = [*before, look] if operation.call is Method.get else [*before, operation, look]
    # What is read after it may be wrong, and what else is known to be wrong with it.
    return not any(
        found.probe is None
        and (not executor.policy.is_known(found) or is_as_wrong(found, failure.finding))
        for found in executor.findings_of_last_step(Program(tuple(steps)))
    )


def _is_wrong_answer(operation: Operation, finding: Finding) -> bool:
    reads = operation.call in (Method.find, Method.history, Method.purge)
    refused_add = operation.call is Method.add and finding.suspects[-1] == "ADD-1"
    return (
        (reads or (refused_add and finding.probe is None))
        and not finding.interposed
        and not finding.subject.startswith("given")
    )


def _controls(executor: Executor, failure: Failure) -> Iterator[list[str]]:
    """Suspects that a control experiment leaves, none where it decides nothing."""
    *before, operation = failure.program.operations
    model = model_after(executor, before)
    stored = [Operation(Method.add, (m, dict(r))) for m, r in model.records.items()]
    if operation.call in QUERY_CALLS:
        yield suspects_of_everything(executor, stored, failure.finding)
        yield suspects_of_offsets(executor, failure)
        if isinstance(failure.finding.actual, BaseException):
            yield suspects_of_records(executor, stored, operation.args[0])
        yield from _of_the_query(executor, stored, operation.args[0], failure.finding.suspects)
    if operation.call is Method.purge:
        yield _suspects(executor, [*stored, operation.replace(call=Method.find)])
    rewritten = any(step.call in WRITES and step.call is not Method.add for step in before)
    if (
        rewritten
        and operation.call is not Method.history
        and not _suspects(executor, [*stored, operation])
    ):
        yield [_last_write(before)]


def _of_the_query(
    executor: Executor, stored: list[Operation], check: Any, suspects: Sequence[str]
) -> Iterator[list[str]]:
    """Parts of the query that are wrong alone; what its single comparison is wrong about."""
    for part in (*_parts(check), *combinations(check)):
        found = _suspects(executor, [*stored, Operation(Method.find, (part,))])
        yield ("ORD-1" in found and suspects_of_order(executor, stored, part)) or found
    if "ORD-1" in suspects:
        yield suspects_of_order(executor, stored, check)


def _find_fails(executor: Executor, failure: Failure) -> bool:
    """Whether `find_records` is wrong about the query of a purge as well."""
    *before, operation = failure.program.operations
    look = operation.replace(call=Method.find, target_clause="")
    return executor.execute_program(Program((*before, look)), audit=Audit.AT_END) is not None


def _suspects(executor: Executor, operations: list[Operation]) -> list[str]:
    failure = failure_of(executor, *operations)
    return list(failure.finding.suspects) if failure else []


def _last_write(before: list[Operation]) -> str:
    dropped: set[Any] = set()
    clause = "ADD-1"
    for operation in before:
        if operation.call is Method.add and operation.args[0] in dropped:
            clause = "ADD-4"
        elif operation.call is Method.purge and operation.args[0] == {}:
            clause = "PURGE-2"
        elif operation.call in _OF_WRITES:
            clause = _OF_WRITES[operation.call]
        if operation.call is Method.drop and isinstance(operation.args[0], str):
            dropped.add(operation.args[0])
    return clause


def _parts(check: Any) -> Iterator[dict[str, Any]]:
    """Each single condition of a query of several, as a query of its own."""
    parts = list(conditions(check))
    if len(parts) > 1 or (parts and parts[0] != check):
        yield from parts
