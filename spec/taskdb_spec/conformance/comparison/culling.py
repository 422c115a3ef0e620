"""What a store with limits may cull, and what it may not (clauses CULL-*)."""

from __future__ import annotations

from itertools import filterfalse
from typing import Any

from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.fields import TaskRecord
from taskdb_spec.records.ordering import sort_key


def judge_culling(session: Session, operation: Operation, result: StepResult) -> None:
    """Find out what a write culled, hold it against the limits, and let the model follow."""
    limits, records = session.limits, session.model.records
    assert limits is not None
    history = session.call(Operation(Method.history)).value
    listed = set(history) if isinstance(history, list) else set()
    gone = {msg_id for msg_id in records if msg_id not in listed}
    written = operation.args[0]
    _judge_choice(records, gone, written, result)
    _judge_amount(limits, records, gone, written, result)
    if written in session.history.culled:
        _judge_added_again(session, written, result)
    if result.findings:
        return
    for msg_id in gone:
        del records[msg_id]
        session.history.culled.add(msg_id)
    _judge_culled(session, result)


def _judge_added_again(session: Session, written: str, result: StepResult) -> None:
    session.history.culled.discard(written)
    session.history.readded.add(written)
    probe = Operation(Method.get, (written,))
    outcome = session.call(probe)
    if outcome.error is not None:
        result.add_finding(["CULL-6"], "answer['msg_id']", written, outcome.error, probe)
        return
    look = _find(written)
    if session.call(look).value == {}:
        result.add_finding(["CULL-6"], "list(answer)", [written], [], look)
    else:
        result.add_evidence("CULL-6", "stored")


def _find(msg_id: str) -> Operation:
    return Operation(Method.find, ({"msg_id": msg_id},))


def _judge_choice(
    records: dict[str, TaskRecord], gone: set[str], written: str, result: StepResult
) -> None:
    if written in gone:
        _blame(result, "CULL-2", written)
        return
    others = [msg_id for msg_id in records if msg_id != written]
    for culled in filter(gone.__contains__, others):
        for kept in filterfalse(gone.__contains__, others):
            clause = _out_of_turn(records[culled], records[kept])
            if clause:
                _blame(result, clause, culled)
                return
    if gone:
        for clause in ("CULL-2", "CULL-3", "CULL-4"):
            result.add_evidence(clause, "culled")


def _out_of_turn(culled: TaskRecord, kept: TaskRecord) -> str:
    pending, kept_pending = culled["completed"] is None, kept["completed"] is None
    if pending != kept_pending:
        return "CULL-3" if pending else ""
    return "CULL-4" if sort_key(culled["submitted"]) > sort_key(kept["submitted"]) else ""


def _judge_amount(
    limits: Limits,
    records: dict[str, TaskRecord],
    gone: set[str],
    written: str,
    result: StepResult,
) -> None:
    left = len(records) - len(gone)
    over = limits.record_limit is not None and len(records) > limits.record_limit
    if limits.record_limit is not None and left > limits.record_limit:
        result.add_finding(
            ["CULL-1"], f"len(db.get_history()) <= {limits.record_limit}", True, False
        )
    elif limits.size_limit is None and gone and not over:
        _blame(result, "CULL-1", min(gone))
    elif limits.record_limit is not None:
        result.add_evidence("CULL-1", "culled" if gone else "kept")
    if limits.size_limit is None:
        return
    sizes = [least_size(record) for msg_id, record in records.items() if msg_id not in gone]
    if sum(sizes) > limits.size_limit and len(sizes) > 1:  # alone, what was written may be too much
        subject = f"len(db.get_history()) < {left}"
        result.add_finding(["CULL-7"], subject, True, False)
    elif gone:
        result.add_evidence("CULL-7", "culled")


def least_size(value: Any) -> int:
    """The bytes of a value that any way of counting has to count.

    They are those of its buffers, and one for each character of its texts. How a store keeps the
    names of fields, and other values, is its own affair.
    """
    if isinstance(value, dict | list):
        return sum(map(least_size, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str | bytes) else 0


def _blame(result: StepResult, clause: str, msg_id: str) -> None:
    """The record should be there, and is not."""
    result.add_finding([clause], f"{msg_id!a} in db.get_history()", True, False)


def _judge_culled(session: Session, result: StepResult) -> None:
    for msg_id in sorted(session.history.culled):
        for probe in (Operation(Method.get, (msg_id,)), Operation(Method.update, (msg_id, {}))):
            outcome = session.call(probe)
            if not isinstance(outcome.error, KeyError):
                accepted_errors = (KeyError,)
                result.add_finding(
                    ["CULL-5"],
                    "",
                    accepted_errors,
                    outcome.value_or_error,
                    probe,
                    accepted_errors=accepted_errors,
                )
                return
        look = _find(msg_id)
        if session.call(look).value not in ({}, None):
            result.add_finding(["CULL-5"], "list(answer)", [], [msg_id], look)
            return
        result.add_evidence("CULL-5", "refused")
