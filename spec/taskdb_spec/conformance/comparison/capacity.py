"""Capacity: a store without limits keeps every record of many (KEEP-1).

Input: the session, and the number of records. Output: findings and evidence.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.observations import ANSWER, Accessor, StoreCall, View
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.execution.session import EVERYTHING, Session
from taskdb_spec.records.fields import new_record

ID_PREFIX = "task-"
"""The ids of the records are this prefix and a number."""
_FIRST_ID = f"{ID_PREFIX}0"
_UPDATED_FIELDS = ("stdout", "stderr")
"""Fields of the first record that are updated after the first add, and after the last one."""


def finished_record() -> dict[str, Any]:
    """Return the record of an old finished task, which a store that culls would remove first."""
    record = {**new_record("", submitted=EPOCH, completed=EPOCH)}
    del record["msg_id"]  # Some stores refuse the id among the fields; REC-5 reports that.
    return record


def check_capacity(session: Session, operation: Operation, result: StepResult) -> None:
    """Add many records, and check that all of them can be read, found and purged.

    Args:
        session: The session.
        operation: The store action; its argument is the number of records.
        result: Receives the findings and the evidence.
    """
    (count,) = operation.args
    if not _add_records(session, count, result):
        return
    _check_all_kept(session, count, result)
    if not result.findings:
        _check_updates(session, result)
    if not result.findings:
        _check_projection_and_purge(session, count, result)
    result.add_evidence("KEEP-1", "kept")


def _add_records(session: Session, count: int, result: StepResult) -> bool:
    """Add the records, and return whether the store accepted all."""
    for i in range(count):
        msg_id = f"{ID_PREFIX}{i}"
        outcome = session.call_store(session.store, Method.add, msg_id, finished_record())
        if outcome.error is not None:
            result.add_finding(["ADD-1", "KEEP-1"], ANSWER, None, outcome.error)
            return False
        if i in (0, count - 1):
            field = _UPDATED_FIELDS[0 if i == 0 else 1]
            session.call_store(session.store, Method.update, _FIRST_ID, {field: "kept"})
    return True


def _check_all_kept(session: Session, count: int, result: StepResult) -> None:
    for i in range(count):
        probe = Operation(Method.get, (f"{ID_PREFIX}{i}",))
        if session.call_store(session.store, Method.get, *probe.args).error is not None:
            (msg_id,) = probe.args
            accessor = Accessor(StoreCall("db", probe)).at("msg_id")
            result.add_finding(["KEEP-1"], accessor, msg_id, KeyError(msg_id))
            return
    found = session.call_store(session.store, Method.find, {}).value
    if isinstance(found, dict) and len(found) < count:
        accessor = Accessor(StoreCall("db", EVERYTHING)).viewed(View.LENGTH)
        result.add_finding(["KEEP-1"], accessor, count, len(found))


def _check_updates(session: Session, result: StepResult) -> None:
    """Check the first record, which was updated while there were few records, and many."""
    probe = Operation(Method.get, (_FIRST_ID,))
    record = session.call_store(session.store, Method.get, _FIRST_ID).value
    for field in _UPDATED_FIELDS:
        if isinstance(record, dict) and record.get(field) != "kept":
            accessor = Accessor(StoreCall("db", probe)).at(field)
            result.add_finding(["UPD-1"], accessor, "kept", record.get(field))
            return


def _check_projection_and_purge(session: Session, count: int, result: StepResult) -> None:
    labels = Operation(Method.find, ({}, ["label"]))
    found = session.call_store(session.store, Method.find, {}, ["label"]).value
    if isinstance(found, dict) and len(found) < count:
        accessor = Accessor(StoreCall("db", labels)).viewed(View.LENGTH)
        result.add_finding(["KEEP-1"], accessor, count, len(found))
        return
    purge = Operation(Method.purge, ({"msg_id": {"$ne": _FIRST_ID}},))
    session.call_store(session.store, Method.purge, *purge.args)
    left = session.call_store(session.store, Method.history).value
    if isinstance(left, list) and len(left) != 1:
        result.add_finding(
            ["PURGE-1"],
            ANSWER.viewed(View.LENGTH),
            1,
            len(left),
            probe=Operation(Method.history),
            interposed=(StoreCall("db", purge),),
        )
