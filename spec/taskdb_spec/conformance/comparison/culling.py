"""Culling: what a store with limits may remove, and what it must keep (CULL-1 to CULL-7).

Input: the session after a write that the store accepted. Output: findings and evidence. The model
has no limits, so the culled records are removed from it here.
"""

from __future__ import annotations

from itertools import filterfalse
from typing import Any

from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.findings import KEY_ERROR, StepResult
from taskdb_spec.conformance.core.observations import ANSWER, LISTED_IDS, View
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.fields import TaskRecord
from taskdb_spec.records.ordering import sort_key
from taskdb_spec.records.traversal import iter_values


def check_culling(session: Session, operation: Operation, result: StepResult) -> None:
    """Find out what a write culled, compare it with the limits, and remove it from the model.

    Args:
        session: The session, on a store with limits.
        operation: The accepted add or update.
        result: Receives the findings and the evidence.
    """
    limits, records = session.limits, session.model.records
    assert limits is not None
    history = session.call(Operation(Method.history)).value
    listed = set(history) if isinstance(history, list) else set()
    culled = {msg_id for msg_id in records if msg_id not in listed}
    written = operation.args[0]
    check_choice(records, culled, written, result)
    _check_record_limit(limits, records, culled, result)
    _check_size_limit(limits, records, culled, result)
    if written in session.history.culled:
        _check_readded(session, written, result)
    if result.findings:
        return
    for msg_id in culled:
        del records[msg_id]
        session.history.culled.add(msg_id)
    _check_absence(session, culled, result)


def check_choice(
    records: dict[str, TaskRecord], culled: set[str], written: str, result: StepResult
) -> None:
    """Check that the right records were culled (CULL-2 to CULL-4).

    Args:
        records: All records before the culling.
        culled: The ids that are gone.
        written: The id of the record that was just written.
        result: Receives the findings and the evidence.
    """
    if written in culled:
        _add_missing_record(result, "CULL-2", written)
        return
    others = [msg_id for msg_id in records if msg_id != written]
    # Iterate over the list and not over the set, whose order differs between processes.
    for gone in filter(culled.__contains__, others):
        for kept in filterfalse(culled.__contains__, others):
            clause = _violated_order(records[gone], records[kept])
            if clause:
                _add_missing_record(result, clause, gone)
                return
    if culled:
        for clause in ("CULL-2", "CULL-3", "CULL-4"):
            result.add_evidence(clause, "culled")


def _violated_order(culled: TaskRecord, kept: TaskRecord) -> str:
    """Return the clause by which `kept` had to be culled before `culled`, or ""."""
    is_pending, is_kept_pending = culled["completed"] is None, kept["completed"] is None
    if is_pending != is_kept_pending:
        return "CULL-3" if is_pending else ""
    return "CULL-4" if sort_key(culled["submitted"]) > sort_key(kept["submitted"]) else ""


def _check_record_limit(
    limits: Limits, records: dict[str, TaskRecord], culled: set[str], result: StepResult
) -> None:
    limit = limits.record_limit
    is_exceeded = limit is not None and len(records) > limit
    if limit is not None and len(records) - len(culled) > limit:
        accessor = LISTED_IDS.viewed(View.LENGTH).viewed(View.AT_MOST, limit)
        result.add_finding(["CULL-1"], accessor, expected=True, actual=False)
    elif limits.size_limit is None and culled and not is_exceeded:
        _add_missing_record(result, "CULL-1", min(culled))
    elif limit is not None:
        result.add_evidence("CULL-1", "culled" if culled else "kept")


def _check_size_limit(
    limits: Limits, records: dict[str, TaskRecord], culled: set[str], result: StepResult
) -> None:
    if limits.size_limit is None:
        return
    sizes = [least_size(record) for msg_id, record in records.items() if msg_id not in culled]
    # A single record may be larger than the limit: what was just written stays (CULL-2).
    if sum(sizes) > limits.size_limit and len(sizes) > 1:
        accessor = LISTED_IDS.viewed(View.LENGTH).viewed(View.LESS_THAN, len(sizes))
        result.add_finding(["CULL-7"], accessor, expected=True, actual=False)
    elif culled:
        result.add_evidence("CULL-7", "culled")


def least_size(value: Any) -> int:
    """Return the size in bytes of a record that every way of counting reaches (CULL-7).

    It is the size of the buffers, and one byte for each character of the texts. How a store encodes
    field names and other values is not specified.
    """
    return sum(len(item) for item in iter_values(value) if isinstance(item, str | bytes))


def _check_readded(session: Session, written: str, result: StepResult) -> None:
    """Check that a record which was culled, and added again, is stored (CULL-6)."""
    session.history.culled.discard(written)
    session.history.added_again.add(written)
    probe = Operation(Method.get, (written,))
    outcome = session.call(probe)
    if outcome.error is not None:
        accessor = ANSWER.at("msg_id")
        result.add_finding(["CULL-6"], accessor, written, outcome.error, probe=probe)
        return
    search = _search_for(written)
    if session.call(search).value == {}:
        result.add_finding(["CULL-6"], ANSWER.viewed(View.KEYS), [written], [], probe=search)
    else:
        result.add_evidence("CULL-6", "stored")


def _check_absence(session: Session, culled: set[str], result: StepResult) -> None:
    """Check that no call finds a record that was just culled, or one of the earlier ones (CULL-5).

    The earlier ones take turns, so that the number of calls does not grow with their number.
    """
    earlier = sorted(session.history.culled - culled)
    probes = [probe for msg_id in sorted(culled) for probe in _probes_of_absence(msg_id)]
    if earlier:
        turn = len(session.history.steps)
        of_one = _probes_of_absence(earlier[turn % len(earlier)])
        probes.append(of_one[turn % len(of_one)])
    for probe in probes:
        outcome = session.call(probe)
        if probe.call is Method.find:
            if outcome.value not in ({}, None):
                view = ANSWER.viewed(View.KEYS)
                found = [probe.args[0]["msg_id"]]
                result.add_finding(["CULL-5"], view, [], found, probe=probe)
                return
        elif not isinstance(outcome.error, KeyError):
            actual = outcome.value_or_error
            result.add_missing_refusal(["CULL-5"], KEY_ERROR, actual, probe=probe)
            return
    if probes:
        result.add_evidence("CULL-5", "refused")


def _probes_of_absence(msg_id: str) -> list[Operation]:
    """Return a call of each kind that could find a record."""
    get, update = Operation(Method.get, (msg_id,)), Operation(Method.update, (msg_id, {}))
    return [get, update, _search_for(msg_id)]


def _search_for(msg_id: str) -> Operation:
    return Operation(Method.find, ({"msg_id": msg_id},))


def _add_missing_record(result: StepResult, clause: str, msg_id: str) -> None:
    """Add a finding: the store does not list a record that it must keep."""
    result.add_finding(
        [clause], LISTED_IDS.viewed(View.CONTAINS, msg_id), expected=True, actual=False
    )
