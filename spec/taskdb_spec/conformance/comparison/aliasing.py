"""What the caller does to its own objects must not show in the store (clauses ISO-1 to ISO-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from taskdb_spec.conformance.comparison.values import record_differences
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.literals import call_to_source, to_source
from taskdb_spec.conformance.core.program import (
    READS,
    WRITES,
    Call,
    Method,
    Operation,
    is_unmodified,
)
from taskdb_spec.conformance.execution.session import CallResult, Session
from taskdb_spec.records.fields import DICT_FIELDS

SHARED: dict[Call, str] = {
    Method.add: "ISO-1",
    Method.update: "ISO-2",
    Method.get: "ISO-3",
    Method.find: "ISO-4",
    Method.history: "ISO-5",
}
MUTATION_MARK, LATER = "scribbled", "later"
"""What the caller writes into what it gave or got, and what it stores after that."""


def check_mutation(
    session: Session,
    operation: Operation,
    args: tuple[Any, ...],
    outcome: CallResult,
    result: StepResult,
) -> None:
    """Change what was given or returned, at every depth, and look for it in the store."""
    clause = SHARED.get(operation.call)
    if clause is None:
        return
    given = operation.call in (Method.add, Method.update)
    target, name = (args[1], "given[1]") if given else (outcome.value, "answer")
    telling = given or bool(target)  # an empty answer has nothing in it that could be shared
    statements = _scribbled(target, name)
    probe = _probe(operation)
    found = _shows(session, probe)
    if found is None and not given:  # the first answer may be a copy of what is kept for the next
        statements.append(f"answer = {call_to_source(operation)}")
        statements += _scribbled(session.call(operation).value, name)
        found = _shows(session, probe)
    if found is not None:
        result.add_finding([clause], *found, probe, interposed=tuple(statements))
    elif telling:
        result.add_evidence(clause, "mutated")


def _scribbled(target: Any, name: str) -> list[str]:
    """Make all changes to a value; the statements that make them."""
    return made(_changes(target, name))


def made(changes: Iterable[tuple[str, Callable[[], None]]]) -> list[str]:
    """Make changes, once all are known; the statements that make them."""
    statements = []
    for statement, change in list(changes):
        change()
        statements.append(statement)
    return statements


def inside(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Expressions for all that a value holds, the innermost first, each with what it stands for."""
    items = enumerate(value) if isinstance(value, list | tuple) else ()
    for key, item in value.items() if isinstance(value, dict) else items:
        yield from inside(item, f"{name}[{to_source(key)}]")
    yield name, value


def outlive(session: Session, operation: Operation, result: StepResult) -> None:
    """Read, write, read again, and look whether the first answer still is what it was."""
    if operation.call not in READS or not session.model.records:
        return
    if LATER in session.model.records:  # its drop has failed once
        return
    answer = session.call(operation).value
    before = _snapshot(answer)
    done: list[str] = []
    for step in _later(session, operation):
        if step.call in WRITES:
            session.history.record_ids(step)
        if session.call(step).error is not None:
            session.call(Operation(Method.drop, (LATER,)))
            session.resynchronize()  # the business of other clauses
            return
        if step.call in WRITES:
            session.history.record_write(step, session.model)
        session.call_model(step)
        done.append(call_to_source(step))
    for found in _became(session, operation, before, answer):
        result.add_finding([SHARED[operation.call]], *found, interposed=tuple(done))
        return


def _snapshot(value: Any) -> Any:
    """A copy, also of what only looks like a dict or a list."""
    if isinstance(value, dict):
        return {key: _snapshot(item) for key, item in value.items()}
    return [_snapshot(item) for item in value] if isinstance(value, list) else value


def _later(session: Session, operation: Operation) -> list[Operation]:
    """Writes that the answer would show if it were given now, and the same read."""
    one = operation.args[0] if operation.call is Method.get else next(iter(session.model.records))
    keys = operation.args[1] if len(operation.args) > 1 and operation.args[1] else ()
    field = next((key for key in keys if key in DICT_FIELDS), "label")
    value: Any = {LATER: 1} if field in DICT_FIELDS else LATER
    return [
        Operation(Method.update, (one, {field: value})),
        Operation(Method.add, (LATER, {})),
        operation.replace(mutate_afterwards=False),
        Operation(Method.drop, (LATER,)),
    ]


def _became(
    session: Session, operation: Operation, before: Any, after: Any
) -> Iterator[tuple[str, Any, Any]]:
    if operation.call is Method.history:
        if after != before:
            yield "answer", before, after
        return
    records = [(before, after, "answer")]
    if operation.call is Method.find:
        records = [(record, after.get(i), f"answer[{i!a}]") for i, record in before.items()]
    for expected, actual, subject in records:
        for found in record_differences(expected, actual, subject, expected):
            yield found.subject, found.expected, found.actual


def _changes(target: Any, whole: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Statements that change each mutable object in a value, innermost first."""
    for name, value in inside(target, whole):
        if isinstance(value, dict):
            yield f"{name}[{MUTATION_MARK!r}] = 1", partial(value.__setitem__, MUTATION_MARK, 1)
        elif isinstance(value, list):
            yield f"{name}.append({MUTATION_MARK!r})", partial(value.append, MUTATION_MARK)
        elif _can_change(value):
            flipped = value[0] ^ 255
            yield f"{name}[0] = {flipped}", partial(value.__setitem__, 0, flipped)


def first_change(before: Any, after: Any, name: str) -> tuple[str, Any, Any]:
    """The first expression over an argument that has another value than when it was given."""
    if type(before) is not type(after):
        return f"type({name}).__name__", type(before).__name__, type(after).__name__
    if isinstance(before, dict) and list(before) != list(after):
        return f"list({name})", list(before), list(after)
    if isinstance(before, dict | list | tuple) and len(before) == len(after):
        keys = before if isinstance(before, dict) else range(len(before))
        key = next(key for key in keys if not is_unmodified(before[key], after[key]))
        return first_change(before[key], after[key], f"{name}[{to_source(key)}]")
    if isinstance(before, datetime):
        return f"{name}.isoformat()", before.isoformat(), after.isoformat()
    if isinstance(before, memoryview) and repr(after).startswith(RELEASED):
        return f"repr({name}).startswith({RELEASED!r})", False, True
    return name, before, after


RELEASED = "<released"
"""How the repr of a memoryview begins that was released, with which nothing else can be done."""


def _can_change(buffer: Any) -> bool:
    return bool(buffer) and (
        isinstance(buffer, bytearray) or (isinstance(buffer, memoryview) and not buffer.readonly)
    )


def _probe(operation: Operation) -> Operation:
    if operation.call in (Method.add, Method.update, Method.get):
        return Operation(Method.get, operation.args[:1])
    return operation.replace(mutate_afterwards=False)


def _shows(session: Session, probe: Operation) -> tuple[str, Any, Any] | None:
    """An expression over the probe's answer that the scribbling changed, with its values."""
    answer = session.call(probe)
    expected = session.call_model(probe)
    if answer.error is not None:
        return "answer", expected, answer.error
    if probe.call is Method.history:
        return (
            None
            if MUTATION_MARK not in answer.value
            else (f"{MUTATION_MARK!r} in answer", False, True)
        )
    if probe.call is Method.get:
        return _difference(session, probe.args[0], expected, answer.value, "answer")
    if MUTATION_MARK in answer.value:
        return f"{MUTATION_MARK!r} in answer", False, True
    for msg_id, record in expected.items():
        subject = f"answer[{msg_id!a}]"
        found = _difference(session, msg_id, record, answer.value.get(msg_id), subject)
        if found is not None:
            return found
    return None


def _difference(
    session: Session, msg_id: str, expected: Any, actual: Any, subject: str
) -> tuple[str, Any, Any] | None:
    for found in record_differences(
        expected, actual, subject, session.history.written.get(msg_id, {})
    ):
        return found.subject, found.expected, found.actual
    return None
