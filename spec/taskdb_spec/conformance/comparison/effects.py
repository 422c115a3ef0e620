"""What a write did, read back with `get_record`: to its own record and to all the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskdb_spec.conformance.comparison.answers import write_suspects
from taskdb_spec.conformance.comparison.refusals import KEY
from taskdb_spec.conformance.comparison.values import (
    Difference,
    is_informative,
    record_differences,
    value_clauses,
)
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import Call, Method, Operation
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import TASK_FIELDS


def audit(session: Session, operation: Operation, result: StepResult, refused: bool) -> None:
    """Read back every record that was ever named, and blame the operation for what is wrong."""
    before = len(result.findings)
    for msg_id in session.history.known_ids:
        probe = Operation(Method.get, (msg_id,))
        outcome = session.call(probe)
        expected = session.model.records.get(msg_id)
        if expected is None:
            if outcome.error is None:
                _judge_ghost(session, operation, outcome.value, probe, result, refused)
        elif outcome.error is not None:
            suspects = _lost(session, operation, msg_id, refused)
            result.add_finding(suspects, "answer['msg_id']", msg_id, outcome.error, probe)
        else:
            given = session.history.written.get(msg_id, {})
            for found in record_differences(expected, outcome.value, "answer", given):
                suspects = _changed(session, operation, outcome.value, msg_id, found, refused)
                result.add_finding(suspects, found.subject, found.expected, found.actual, probe)
    if len(result.findings) == before:
        for clause, kind in _evidence(session, operation, refused):
            result.add_evidence(clause, kind)


UNUSED_ID = "never there"
"""An id that no program writes."""


def _own(operation: Operation) -> str | None:
    """The id that the operation is about, if it is about one."""
    about = (
        operation.args[0] if operation.call in (Method.add, Method.update, Method.drop) else None
    )
    return about if isinstance(about, str) else None


def _refused(operation: Operation, own: bool) -> list[str]:
    if operation.call is Method.add and own:
        return ["ADD-3"]
    return ["PURGE-3"] if operation.call is Method.purge else ["REC-10"]


_OF_READS: dict[Call, str] = {Method.get: "GET-1", Method.find: "FIND-2", Method.history: "HIST-1"}


def _judge_ghost(
    session: Session,
    operation: Operation,
    answer: Any,
    probe: Operation,
    result: StepResult,
    refused: bool,
) -> None:
    """A record is there that should not be, unless the store answers so for any id."""
    stranger = session.call(Operation(Method.get, (UNUSED_ID,)))
    if stranger.error is not None:
        suspects = _ghost(session, operation, probe.args[0], refused)
    elif stranger.value == answer:
        return  # that there is none is what it says, if not as it should
    else:
        suspects = ["GET-2"]
    result.add_finding(suspects, "", KEY, answer, probe, accepted_errors=KEY)


def _ghost(session: Session, operation: Operation, msg_id: str, refused: bool) -> list[str]:
    """A record is there that should not be."""
    if refused:
        return ["UPD-5"] if operation.call is Method.update else ["REC-10"]
    if operation.call is Method.purge:
        return list(write_suspects(session, operation, [msg_id]))
    return [_OF_READS.get(operation.call, "DROP-1")]


def _lost(session: Session, operation: Operation, msg_id: str, refused: bool) -> list[str]:
    """A record is not there that should be."""
    own = msg_id == _own(operation)
    if refused:
        return _refused(operation, own)
    if operation.call is Method.add:
        again = ["ADD-4"] if msg_id in session.history.dropped else []
        return ["ADD-1", *again] if own else ["KEEP-1"]
    if operation.call is Method.update:
        return ["UPD-1"] if own else ["UPD-2"]
    if operation.call is Method.purge:
        return list(write_suspects(session, operation, [msg_id]))
    return [_OF_READS.get(operation.call, "DROP-1")]


def _changed(
    session: Session,
    operation: Operation,
    actual: Any,
    msg_id: str,
    found: Difference,
    refused: bool,
) -> list[str]:
    """A field is not what it should be."""
    own = msg_id == _own(operation)
    if refused:
        return found.add_suspects(_refused(operation, own))
    if found.clause in ("GET-1", "REC-1"):
        return [found.clause]
    name = _field_of(found.subject)
    if operation.call is Method.add and own:
        before = session.history.dropped.get(msg_id)
        residue = before is not None and bool(name) and _still(before, name, actual)
        return ["ADD-4"] if residue else found.suspects
    if operation.call is Method.update:
        return _changed_by_update(session, operation, actual, msg_id, name, found)
    if operation.call is Method.history:
        return [*found.suspects, "HIST-1"]
    return [_OF_READS.get(operation.call, "KEEP-1" if operation.call is Method.add else "DROP-1")]


def _changed_by_update(
    session: Session, operation: Operation, actual: Any, msg_id: str, name: str, found: Difference
) -> list[str]:
    fields = operation.args[1]
    if operation.target_clause == "HUB-3":
        return ["HUB-3"]
    if not fields:
        return ["UPD-4"]
    if msg_id != operation.args[0]:
        return ["UPD-2"]
    if name not in fields:
        return ["UPD-2"]
    before: Any = session.history.previous[msg_id]
    if isinstance(before.get(name), dict | list) and before.get(name) and not fields[name]:
        return ["UPD-3"]
    if _still(before, name, actual):
        return ["UPD-1"]
    if (
        isinstance(before.get(name), dict | list)
        and before.get(name)
        and found.clause in _STRUCTURE
    ):
        return ["UPD-3"]
    return found.suspects


_STRUCTURE = ("VAL-3", "VAL-9", "VAL-10", "BUF-1", "BUF-2")


def _field_of(subject: str) -> str:
    """The root field that an expression such as ``type(answer['header']['a'])`` looks at."""
    return next((name for name in TASK_FIELDS if f"answer['{name}']" in subject), "")


def _still(before: Any, name: str, actual: Any) -> bool:
    """Whether a field still has its value of before."""
    return (
        isinstance(actual, dict)
        and name in actual
        and strictly_equal(actual[name], before.get(name))
    )


# Evidence


def _evidence(session: Session, operation: Operation, refused: bool) -> Iterator[tuple[str, str]]:
    if refused:
        if any(map(is_informative, session.model.records.values())):
            yield _refused(operation, _own(operation) in session.model.records)[0], "kept"
            yield "REC-10", "unchanged"
    elif operation.call is Method.add:
        yield from _added(session, operation)
    elif operation.call is Method.update:
        yield from _updated(session, operation)
    elif operation.call is Method.drop:
        yield "DROP-1", "dropped"
        if session.model.records:
            yield "DROP-1", "kept"
    elif operation.call is Method.purge:
        yield from _purged(session, operation)


def _added(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
    msg_id, fields = operation.args
    if is_informative(fields):
        yield "ADD-1", "stored"
    if msg_id in session.history.dropped:
        yield "ADD-4", "stored"
    if len(fields) < len(TASK_FIELDS) - 1:
        yield "REC-2", "filled"
    yield "REC-2", "given" if any(v is not None for v in fields.values()) else "filled"
    yield from _values(fields)


def _values(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if name == "msg_id":
            continue  # any record that is found at all has it
        if value is None and not is_informative(fields):
            continue  # so it is in any record that is blank
        for clause in value_clauses(name, value):
            yield clause, "kept"


def _updated(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
    msg_id, fields = operation.args
    before: Any = session.history.previous[msg_id]
    after: Any = session.model.records[msg_id]
    if not fields and is_informative(after):
        yield "UPD-4", "kept"
    for name in fields:
        if not strictly_equal(before.get(name), after.get(name)):
            yield "UPD-1", "changed"
            if isinstance(before.get(name), dict | list) and before.get(name):
                yield "UPD-3", "replaced"
    others = {name: value for name, value in after.items() if name not in fields}
    if is_informative(others):
        yield "UPD-2", "kept"
    yield from _values(fields)
    if operation.target_clause == "HUB-3":
        yield "HUB-3", "stored"


def _purged(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
    clauses = ["PURGE-1"]
    if operation.args[0] == {}:
        clauses = ["PURGE-2"]
    elif operation.target_clause in ("HUB-1", "GLB-7"):
        clauses.append(operation.target_clause)
    for clause in clauses:
        if session.history.last_purged:
            yield clause, "dropped"
        if session.model.records and clause != "PURGE-2":
            yield clause, "kept"
