"""What a store with limits may cull, and what it may not (clauses CULL-*)."""

from __future__ import annotations

from itertools import filterfalse
from typing import Any

from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.findings import Judgement
from taskdb_spec.conformance.core.program import Call, Operation
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.fields import TaskRecord
from taskdb_spec.records.ordering import sort_key


def judge_culling(session: Session, operation: Operation, judgement: Judgement) -> None:
    """Find out what a write culled, hold it against the limits, and let the model follow."""
    limits, records = session.limits, session.model.records
    assert limits is not None
    history = session.call(Operation(Call.history)).value
    listed = set(history) if isinstance(history, list) else set()
    gone = {msg_id for msg_id in records if msg_id not in listed}
    written = operation.args[0]
    _judge_choice(records, gone, written, judgement)
    _judge_amount(limits, records, gone, written, judgement)
    if written in session.culled:
        _judge_added_again(session, written, judgement)
    if judgement.findings:
        return
    for msg_id in gone:
        del records[msg_id]
        session.culled.add(msg_id)
    _judge_culled(session, judgement)


def _judge_added_again(session: Session, written: str, judgement: Judgement) -> None:
    session.culled.discard(written)
    session.returned.add(written)
    probe = Operation(Call.get, (written,))
    outcome = session.call(probe)
    if outcome.error is not None:
        judgement.blame(["CULL-6"], "answer['msg_id']", written, outcome.error, probe)
        return
    look = _find(written)
    if session.call(look).value == {}:
        judgement.blame(["CULL-6"], "list(answer)", [written], [], look)
    else:
        judgement.saw("CULL-6", "stored")


def _find(msg_id: str) -> Operation:
    return Operation(Call.find, ({"msg_id": msg_id},))


def _judge_choice(
    records: dict[str, TaskRecord], gone: set[str], written: str, judgement: Judgement
) -> None:
    if written in gone:
        _blame(judgement, "CULL-2", written)
        return
    others = [msg_id for msg_id in records if msg_id != written]
    for culled in filter(gone.__contains__, others):
        for kept in filterfalse(gone.__contains__, others):
            clause = _out_of_turn(records[culled], records[kept])
            if clause:
                _blame(judgement, clause, culled)
                return
    if gone:
        for clause in ("CULL-2", "CULL-3", "CULL-4"):
            judgement.saw(clause, "culled")


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
    judgement: Judgement,
) -> None:
    left = len(records) - len(gone)
    over = limits.record_limit is not None and len(records) > limits.record_limit
    if limits.record_limit is not None and left > limits.record_limit:
        judgement.blame(["CULL-1"], f"len(db.get_history()) <= {limits.record_limit}", True, False)
    elif limits.size_limit is None and gone and not over:
        _blame(judgement, "CULL-1", min(gone))
    elif limits.record_limit is not None:
        judgement.saw("CULL-1", "culled" if gone else "kept")
    if limits.size_limit is None:
        return
    sizes = [least_size(record) for msg_id, record in records.items() if msg_id not in gone]
    if sum(sizes) > limits.size_limit and len(sizes) > 1:  # alone, what was written may be too much
        subject = f"len(db.get_history()) < {left}"
        judgement.blame(["CULL-7"], subject, True, False)
    elif gone:
        judgement.saw("CULL-7", "culled")


def least_size(value: Any) -> int:
    """The bytes of a value that any way of counting has to count.

    They are those of its buffers, and one for each character of its texts. How a store keeps the
    names of fields, and other values, is its own affair.
    """
    if isinstance(value, dict | list):
        return sum(map(least_size, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str | bytes) else 0


def _blame(judgement: Judgement, clause: str, msg_id: str) -> None:
    """The record should be there, and is not."""
    judgement.blame([clause], f"{msg_id!a} in db.get_history()", True, False)


def _judge_culled(session: Session, judgement: Judgement) -> None:
    for msg_id in sorted(session.culled):
        for probe in (Operation(Call.get, (msg_id,)), Operation(Call.update, (msg_id, {}))):
            outcome = session.call(probe)
            if not isinstance(outcome.error, KeyError):
                family = (KeyError,)
                judgement.blame(["CULL-5"], "", family, outcome.told, probe, family=family)
                return
        look = _find(msg_id)
        if session.call(look).value not in ({}, None):
            judgement.blame(["CULL-5"], "list(answer)", [], [msg_id], look)
            return
        judgement.saw("CULL-5", "refused")
