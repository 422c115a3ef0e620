"""Aliasing: the store keeps no reference to objects of the caller, and hands out none of its own.

The checks change the objects that the caller passed or received, at every depth, and then read
again (ISO-1 to ISO-5, ISO-10). Input: the session, the call, its arguments and its result. Output:
a finding or evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from taskdb_spec.conformance.comparison.answers import sort_ids
from taskdb_spec.conformance.comparison.values import Mismatch, record_differences
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.observations import (
    ANSWER,
    ARGUMENTS,
    Accessor,
    Change,
    Interposed,
    Mutation,
    StoreCall,
    View,
)
from taskdb_spec.conformance.core.program import (
    READS,
    RECORD_CALLS,
    WRITES,
    Call,
    Method,
    Operation,
)
from taskdb_spec.conformance.core.vocabulary import LATER_ID, MUTATION_MARK
from taskdb_spec.conformance.execution.session import EVERYTHING, CallResult, Session
from taskdb_spec.records.fields import DICT_FIELDS
from taskdb_spec.records.traversal import map_values

_OBJECT_CLAUSES: dict[Call, str] = {
    Method.add: "ISO-1",
    Method.update: "ISO-2",
    Method.get: "ISO-3",
    Method.find: "ISO-4",
    Method.history: "ISO-5",
}
"""For each call, the clause about the record that it gets, or about its answer."""

_QUERY_CLAUSE = "ISO-10"
"""The clause about the query and the keys that a search gets."""


def aliasing_clause(operation: Operation) -> str:
    """Return the clause that is checked if the caller changes its objects after the call, or "".

    A search has two such clauses, about its arguments and about its answer. The target clause of
    the operation selects one.
    """
    if operation.target_clause == _QUERY_CLAUSE:
        return _QUERY_CLAUSE
    return _OBJECT_CLAUSES.get(operation.call, "")


def check_aliasing(
    session: Session,
    operation: Operation,
    args: tuple[Any, ...],
    outcome: CallResult,
    result: StepResult,
) -> None:
    """Change what the caller passed or received, and look for the change in the store.

    Args:
        session: The session after the call.
        operation: The call; it agreed with the model.
        args: The objects that were passed.
        outcome: The answer.
        result: Receives the findings and the evidence.
    """
    if aliasing_clause(operation) == _QUERY_CLAUSE:
        _check_emptied_query(session, operation, args, result)
        return
    if operation.call in RECORD_CALLS:
        _check_changed_record(session, operation, args[1], result)
    elif operation.call in READS:
        _check_changed_answer(session, operation, outcome.value, result)
    if not result.findings:
        _check_later_writes(session, operation, result)


# The caller changes what it passed or received


def _check_changed_record(
    session: Session, operation: Operation, record: Any, result: StepResult
) -> None:
    clause = _OBJECT_CLAUSES[operation.call]
    mutations = _mutate(record, ARGUMENTS.at(1))
    probe = Operation(Method.get, operation.args[:1])
    found = _find_mutation(session, probe)
    if found is not None:
        result.add_finding([clause], *found, probe=probe, interposed=tuple(mutations))
    else:
        result.add_evidence(clause, "mutated")


def _check_changed_answer(
    session: Session, operation: Operation, answer: Any, result: StepResult
) -> None:
    clause = _OBJECT_CLAUSES[operation.call]
    is_empty = not answer  # An empty answer contains nothing that the store could share.
    statements: list[Interposed] = [*_mutate(answer, ANSWER)]
    probe = operation.replace(mutate_afterwards=False)
    if operation.call is Method.get:
        probe = Operation(Method.get, operation.args[:1])
    found = _find_mutation(session, probe)
    if found is None:
        # A cache may return a copy the first time and its own object the second time, so mutate a
        # second answer too.
        statements.append(StoreCall("db", operation, is_answer=True))
        statements += _mutate(session.call(operation).value, ANSWER)
        found = _find_mutation(session, probe)
    if found is not None:
        result.add_finding([clause], *found, probe=probe, interposed=tuple(statements))
    elif not is_empty:
        result.add_evidence(clause, "mutated")


def _mutate(value: Any, accessor: Accessor) -> list[Mutation]:
    """Change every mutable object in a value, and return the changes."""
    return _apply(
        (mutation, nested)
        for position, nested in _iter_innermost_first(value, accessor)
        if (mutation := _mutation(nested, position)) is not None
    )


def _mutation(value: Any, accessor: Accessor) -> Mutation | None:
    """Return a change of an object, or None if it has no mutable content."""
    if isinstance(value, dict):
        return Mutation(accessor, Change.SET_ITEM, (MUTATION_MARK, 1))
    if isinstance(value, list):
        return Mutation(accessor, Change.APPEND, (MUTATION_MARK,))
    is_writable = isinstance(value, bytearray) or (
        isinstance(value, memoryview) and not value.readonly
    )
    if is_writable and value:
        return Mutation(accessor, Change.SET_ITEM, (0, value[0] ^ 255))
    return None


def _apply(mutations: Iterable[tuple[Mutation, Any]]) -> list[Mutation]:
    """Make the changes, and return them. All are determined before the first one is made."""
    applied = []
    for mutation, target in list(mutations):
        mutation.apply(target)
        applied.append(mutation)
    return applied


def _iter_innermost_first(value: Any, accessor: Accessor) -> Iterator[tuple[Accessor, Any]]:
    """Yield all nested values with their places, each container after its items."""
    items = enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in value.items() if isinstance(value, dict) else items:
        yield from _iter_innermost_first(item, accessor.at(key))
    yield accessor, value


def _find_mutation(session: Session, probe: Operation) -> Mismatch | None:
    """Read again, and return where the answer shows a change of the caller, or None."""
    answer = session.call(probe)
    expected = session.call_model(probe)
    if answer.error is not None:
        return Mismatch(ANSWER, expected, answer.error)
    if probe.call is Method.get:
        return _record_mismatch(session, probe.args[0], expected, answer.value, ANSWER)
    if MUTATION_MARK in answer.value:
        return Mismatch(ANSWER.viewed(View.CONTAINS, MUTATION_MARK), expected=False, actual=True)
    for msg_id, record in expected.items() if probe.call is Method.find else ():
        actual = answer.value.get(msg_id)
        found = _record_mismatch(session, msg_id, record, actual, ANSWER.at(msg_id))
        if found is not None:
            return found
    return None


def _record_mismatch(
    session: Session, msg_id: str, expected: Any, actual: Any, accessor: Accessor
) -> Mismatch | None:
    written = session.history.written.get(msg_id, {})
    for found in record_differences(expected, actual, accessor, written):
        return found.mismatch
    return None


# The store changes, and the caller still has an answer


def _check_later_writes(session: Session, operation: Operation, result: StepResult) -> None:
    """Read, write, read again, and check that the first answer has not changed."""
    if operation.call not in READS or not session.model.records:
        return
    if LATER_ID in session.model.records:
        return  # Its drop has failed before.
    answer = session.call(operation).value
    # A copy, in which classes that only look like a dict or a list are plain ones.
    before = map_values(answer, lambda item: item)
    done: list[StoreCall] = []
    for step in _later_calls(session, operation):
        if step.call in WRITES:
            session.history.record_ids(step)
        if session.call(step).error is not None:
            # Other clauses report that. Remove the traces, so that the program can continue.
            session.call(Operation(Method.drop, (LATER_ID,)))
            session.resynchronize()
            return
        if step.call in WRITES:
            session.history.record_write(step, session.model)
        session.call_model(step)
        done.append(StoreCall("db", step))
    found = _first_change(operation, before, answer)
    if found is not None:
        result.add_finding([_OBJECT_CLAUSES[operation.call]], *found, interposed=tuple(done))


def _later_calls(session: Session, operation: Operation) -> list[Operation]:
    """Return writes that change the correct answer, with the same read before the last of them."""
    msg_id = (
        operation.args[0] if operation.call is Method.get else next(iter(session.model.records))
    )
    keys = operation.args[1] if len(operation.args) > 1 and operation.args[1] else ()
    field = next((key for key in keys if key in DICT_FIELDS), "label")
    value: Any = {LATER_ID: 1} if field in DICT_FIELDS else LATER_ID
    return [
        Operation(Method.update, (msg_id, {field: value})),
        Operation(Method.add, (LATER_ID, {})),
        operation.replace(mutate_afterwards=False),
        Operation(Method.drop, (LATER_ID,)),
    ]


def _first_change(operation: Operation, before: Any, after: Any) -> Mismatch | None:
    """Return the first place in an answer that has changed since it was given, or None."""
    if operation.call is Method.history:
        return Mismatch(ANSWER, before, after) if after != before else None
    records = [(before, after, ANSWER)]
    if operation.call is Method.find:
        records = [(record, after.get(i), ANSWER.at(i)) for i, record in before.items()]
    for expected, actual, accessor in records:
        for found in record_differences(expected, actual, accessor, expected):
            return found.mismatch
    return None


# The caller empties its query


def _check_emptied_query(
    session: Session, operation: Operation, args: tuple[Any, ...], result: StepResult
) -> None:
    """Clear the query and the keys in place, then search twice.

    The first search gets the cleared objects, which now match every record. The second one gets a
    new copy of the original query. Both answers must be as if the store had never seen the first
    call.
    """
    fresh = operation.replace(mutate_afterwards=False)
    expected = [session.call_model(step) for step in (fresh, EVERYTHING)]
    if any(map(_search_mismatch, expected, map(session.call, (fresh, EVERYTHING)))):
        return  # Other clauses report that.
    # Search again, because the store must have seen these objects last.
    session.call(operation, args)
    mutations = _empty(args)
    cleared = StoreCall("db", operation, is_answer=True, uses_arguments=True)
    if found := _search_mismatch(expected[1], session.call(operation, args)):
        result.add_finding([_QUERY_CLAUSE], *found, interposed=(*mutations, cleared))
    elif found := _search_mismatch(expected[0], session.call(fresh)):
        result.add_finding([_QUERY_CLAUSE], *found, probe=fresh, interposed=tuple(mutations))
    elif expected[0] != expected[1]:
        result.add_evidence(_QUERY_CLAUSE, "mutated")


def _search_mismatch(expected: dict[str, Any], outcome: CallResult) -> Mismatch | None:
    """Return where an answer has other ids, or records with another number of fields, or None."""
    answer = outcome.value_or_error
    if not isinstance(answer, dict):
        return Mismatch(ANSWER, expected, answer)
    if answer.keys() != expected.keys():
        accessor, ids = sort_ids(answer)
        return Mismatch(accessor, sorted(expected), ids)
    for msg_id, record in expected.items():
        found, accessor = answer[msg_id], ANSWER.at(msg_id)
        if not isinstance(found, dict):
            return Mismatch(accessor.viewed(View.TYPE_NAME), "dict", type(found).__name__)
        if len(found) != len(record):
            return Mismatch(accessor.viewed(View.LENGTH), len(record), len(found))
    return None


def _empty(args: tuple[Any, ...]) -> list[Mutation]:
    """Clear every dict and list in the arguments, and return the changes."""
    return _apply(
        (Mutation(accessor, Change.CLEAR), value)
        for i, arg in enumerate(args)
        for accessor, value in _iter_innermost_first(arg, ARGUMENTS.at(i))
        if isinstance(value, dict | list)
    )
