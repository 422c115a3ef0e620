"""Attribute a failure to one clause.

A finding has suspects: the clauses that the failing step exercised, the most general first. Some
failures are settled by their kind alone, for example a wrong error class. For the others, control
experiments (``experiments``) rule suspects out. The target clause is then blamed if it is still a
suspect, and otherwise the most specific suspect that is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from taskdb_spec.clauses import clauses, clauses_of_same_depth
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.program import QUERY_CALLS, WRITES, Method, Operation, Program
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.diagnosis.experiments import (
    CLAUSES_ABOUT_FORM,
    CLAUSES_ABOUT_PLACE,
    CLAUSES_ABOUT_REWRITING,
    blame_with_plain_forms,
    execute_on_model,
    find_failure_of_last,
    has_same_expected_and_actual,
    is_accepted_in_plain_search,
    iter_combinations,
    split_conditions,
    suspects_of_comparison,
    suspects_of_full_search,
    suspects_of_single_records,
    suspects_with_new_record,
    suspects_with_utc,
)
from taskdb_spec.conformance.execution.executor import Executor, Failure

_CLAUSE_OF_WRITE = {Method.update: "UPD-1", Method.drop: "DROP-1", Method.purge: "PURGE-1"}


def blame(executor: Executor, failure: Failure, target_clause: str = "") -> str:
    """Return the clause to blame for a failure.

    Args:
        executor: runs the experiments; it knows which clauses have failed.
        failure: the failure, best after it was shrunk.
        target_clause: the clause that the program was generated for, or empty.

    Returns:
        A clause that applies to the backend, because no other one would be reported.
    """
    left = _find_suspects(executor, failure, target_clause)
    suspects = [left[-1], *reversed(failure.finding.suspects)]
    applying = (c for c in suspects if clauses()[c].claimed_by(executor.backend))
    return next(applying, left[-1])


def find_equal_suspects(executor: Executor, failure: Failure, clause: str) -> tuple[str, ...]:
    """Return the suspects that the experiments cannot tell from the clause that is blamed.

    They are as special as it is (`clauses_of_same_depth`), so only their ids decided.
    """
    left = _find_suspects(executor, failure, "")
    if clause not in left:
        return ()
    equal = clauses_of_same_depth(clause, left)
    return tuple(c for c in equal if clauses()[c].claimed_by(executor.backend))


def _find_suspects(executor: Executor, failure: Failure, target_clause: str) -> list[str]:
    """Return the suspects that are left, the one to blame last; one if the kind decides alone."""
    finding, operation = failure.finding, failure.program.operations[-1]
    suspects = list(finding.suspects)
    if finding.accepted_errors:
        return _suspects_of_wrong_refusal(executor, failure, target_clause)
    if operation.call is Method.purge and (
        operation.args[0] == {} or not _query_fails_too(executor, failure)
    ):
        return suspects[-1:]  # the query is right, so the purge drops the wrong records
    if suspects[-1].startswith("CULL-"):
        return suspects[-1:]  # the model of the experiments has no limits
    if suspects[-1] in CLAUSES_ABOUT_FORM:
        return [blame_with_plain_forms(executor, failure.program, suspects[-1])]
    if _is_about_one_record(operation, finding) and _only_get_is_wrong(executor, failure):
        return ["GET-1"]
    if suspects[-1] in CLAUSES_ABOUT_REWRITING:
        suspects = suspects_with_new_record(executor, failure) or suspects
    if _is_about_answer(operation, finding):
        suspects = next(filter(None, _run_experiments(executor, failure)), suspects)
    return [target_clause] if target_clause in suspects else suspects


def _suspects_of_wrong_refusal(
    executor: Executor, failure: Failure, target_clause: str
) -> list[str]:
    """Return the suspects of a call that was not refused as it had to be."""
    operation, suspects = failure.program.operations[-1], list(failure.finding.suspects)
    if isinstance(failure.finding.actual, BaseException):
        return suspects[-1:]  # it was refused, with an error of another class
    if is_accepted_in_plain_search(executor, operation, suspects[-1]):
        suspects = [clause for clause in suspects if clause not in CLAUSES_ABOUT_PLACE]
    elif operation.call is Method.purge:
        return suspects[-1:]  # a search refuses it: only the purge does not
    return [target_clause] if target_clause in suspects else suspects


def _is_about_one_record(operation: Operation, finding: Finding) -> bool:
    """Return whether `get_record` gave back a wrong value.

    Not for `REC-1`, which is about missing fields.
    """
    probe = finding.probe or operation
    return probe.call is Method.get and not finding.interposed and finding.clause != "REC-1"


def _only_get_is_wrong(executor: Executor, failure: Failure) -> bool:
    """Return whether `find_records` gives back the record right where `get_record` does not."""
    *before, operation = failure.program.operations
    probe = failure.finding.probe or operation
    look = Operation(Method.find, ({"msg_id": probe.args[0]},))
    steps = [*before, look] if operation.call is Method.get else [*before, operation, look]
    findings = executor.findings_of_last_step(Program(tuple(steps)))
    of_answer = [found for found in findings if found.probe is None]  # not of later reads
    # A known finding is another defect of the record, unless it shows the same wrong value.
    return all(
        executor.policy.is_known(found) and not has_same_expected_and_actual(found, failure.finding)
        for found in of_answer
    )


def _is_about_answer(operation: Operation, finding: Finding) -> bool:
    """Return whether the experiments can repeat the failure on the same stored records.

    They can for a call that selects records, and for a valid record that is refused. They make no
    calls between a step and its probe, and do not look at the arguments afterwards.
    """
    selects_records = operation.call in (Method.find, Method.history, Method.purge)
    refused_add = operation.call is Method.add and finding.suspects[-1] == "ADD-1"
    return (
        (selects_records or (refused_add and finding.probe is None))
        and not finding.interposed
        and not finding.uses_arguments
    )


def _run_experiments(executor: Executor, failure: Failure) -> Iterator[list[str]]:
    """Yield the suspects that each experiment leaves; an empty list if it decides nothing.

    The first experiment that decides is used, so the order is from broad to narrow: everything,
    the representation, single records, single conditions, and at last the earlier writes.
    """
    *before, operation = failure.program.operations
    model = execute_on_model(executor, before)
    stored = [Operation(Method.add, (m, dict(r))) for m, r in model.records.items()]
    if operation.call in QUERY_CALLS:
        yield suspects_of_full_search(executor, stored, failure.finding)
        yield suspects_with_utc(executor, failure)
        if isinstance(failure.finding.actual, BaseException):
            yield suspects_of_single_records(executor, stored, operation.args[0])
        yield from _suspects_of_query_parts(
            executor, stored, operation.args[0], failure.finding.suspects
        )
    if operation.call is Method.purge:
        yield _suspects(executor, [*stored, operation.replace(call=Method.find)])
    rewritten = any(step.call in WRITES and step.call is not Method.add for step in before)
    if (
        rewritten
        and operation.call is not Method.history
        and not _suspects(executor, [*stored, operation])
    ):
        yield [_clause_of_last_write(before)]


def _suspects_of_query_parts(
    executor: Executor, stored: list[Operation], check: Any, suspects: Sequence[str]
) -> Iterator[list[str]]:
    """Yield the suspects of the parts of a query, each executed alone."""
    for part in (*_single_conditions(check), *iter_combinations(check)):
        found = _suspects(executor, [*stored, Operation(Method.find, (part,))])
        if "ORD-1" in found:
            found = suspects_of_comparison(executor, stored, part) or found
        yield found
    if "ORD-1" in suspects:
        yield suspects_of_comparison(executor, stored, check)


def _query_fails_too(executor: Executor, failure: Failure) -> bool:
    """Return whether `find_records` is wrong about the query of a purge as well."""
    *before, operation = failure.program.operations
    look = operation.replace(call=Method.find, target_clause="")
    return executor.execute_program(Program((*before, look)), audit=Audit.AT_END) is not None


def _suspects(executor: Executor, operations: list[Operation]) -> list[str]:
    failure = find_failure_of_last(executor, *operations)
    return list(failure.finding.suspects) if failure else []


def _clause_of_last_write(before: list[Operation]) -> str:
    dropped: set[Any] = set()
    clause = "ADD-1"
    for operation in before:
        if operation.call is Method.add and operation.args[0] in dropped:
            clause = "ADD-4"
        elif operation.call is Method.purge and operation.args[0] == {}:
            clause = "PURGE-2"
        elif operation.call in _CLAUSE_OF_WRITE:
            clause = _CLAUSE_OF_WRITE[operation.call]
        if operation.call is Method.drop and isinstance(operation.args[0], str):
            dropped.add(operation.args[0])
    return clause


def _single_conditions(check: Any) -> Iterator[dict[str, Any]]:
    """Yield each condition of a query with several, as a separate query."""
    parts = list(split_conditions(check))
    if len(parts) > 1 or (parts and parts[0] != check):
        yield from parts
