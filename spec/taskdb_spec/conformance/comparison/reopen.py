"""Close and reopen: a durable store keeps its records, and nothing else (CLOSE-1, DUR-1, DUR-2).

Input: the session, and the store action. Output: findings and evidence.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.comparison.values import record_differences
from taskdb_spec.conformance.core.findings import KEY_ERROR, StepResult
from taskdb_spec.conformance.core.observations import ANSWER, LISTED_IDS, View
from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.core.vocabulary import UNUSED_ID
from taskdb_spec.conformance.execution.session import Session, StoreNotOpened
from taskdb_spec.records.domain import strictly_equal


def check_close(session: Session, _operation: Operation, result: StepResult) -> None:
    """Close the store twice, which must work; the program ends here."""
    clause = "NODB-5" if session.backend.stores_nothing else "CLOSE-1"
    for _ in range(2):
        outcome = session.call_store(session.store, Method.close)
        if outcome.error is not None:
            result.add_finding([clause], ANSWER, None, outcome.error)
            return
        if outcome.value is not None and not session.backend.stores_nothing:
            result.add_finding(["RET-1"], ANSWER, None, outcome.value)
    result.add_evidence(clause, "closed")


def close_count(operation: Operation) -> int:
    """Return how often the store is closed before it is opened again."""
    return operation.args[0] if operation.args else 1


def check_reopen(session: Session, operation: Operation, result: StepResult) -> None:
    """Close the store, open it again in the same folder, and read all records back.

    Args:
        session: The session; it continues with the new store.
        operation: The store action.
        result: Receives the findings and the evidence.
    """
    session.close()
    for _ in range(1, close_count(operation)):
        session.call_store(session.store, Method.close)
    try:
        session.store = session.open(session.workdir)
    except StoreNotOpened as error:
        # The same folder could be opened before, so this is not a problem of the setup.
        expected = sorted(session.model.records)
        result.add_finding(["DUR-1"], LISTED_IDS.viewed(View.SORTED), expected, error.__cause__)
        return
    for msg_id in session.history.known_ids:
        _check_record(session, msg_id, result)


def _check_record(session: Session, msg_id: str, result: StepResult) -> None:
    probe = Operation(Method.get, (msg_id,))
    outcome = session.call(probe)
    expected = session.model.records.get(msg_id)
    if expected is None:
        if outcome.error is None:
            if not _finds_any_id(session):
                result.add_missing_refusal(["DUR-2"], KEY_ERROR, outcome.value, probe=probe)
        elif msg_id in session.history.dropped:
            result.add_evidence("DUR-2", "dropped")
    elif outcome.error is not None:
        accessor = ANSWER.at("msg_id")
        result.add_finding(["DUR-1"], accessor, msg_id, outcome.error, probe=probe)
    else:
        _check_content(session, probe, expected, outcome.value, result)


def _finds_any_id(session: Session) -> bool:
    """Return whether the store finds an unused id too. Then no record has come back (GET-2)."""
    return session.call(Operation(Method.get, (UNUSED_ID,))).error is None


def _check_content(
    session: Session, probe: Operation, expected: Any, actual: Any, result: StepResult
) -> None:
    (msg_id,) = probe.args
    before: Any = session.history.previous.get(msg_id)
    written = session.history.written.get(msg_id, {})
    is_stale = before is not None and _has_earlier_value(before, expected, actual)
    for found in record_differences(expected, actual, ANSWER, written):
        result.add_finding(["DUR-2" if is_stale else "DUR-1"], *found.mismatch, probe=probe)
    result.add_evidence("DUR-1", "kept")


def _has_earlier_value(before: Any, expected: Any, actual: Any) -> bool:
    """Return whether a field has the value that it had before the last update."""
    return isinstance(actual, dict) and any(
        name in actual
        and strictly_equal(before.get(name), actual[name])
        and not strictly_equal(before.get(name), value)
        for name, value in expected.items()
    )
