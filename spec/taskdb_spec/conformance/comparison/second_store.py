"""Stores that must not share anything: a second store beside the first, or after it (ISO-9).

A check is a list of calls on the two stores, each with the answer that is expected. It ends at the
first wrong answer. Input: the session, whose store has some records. Output: a finding or evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskdb_spec.conformance.core.findings import KEY_ERROR, ErrorClasses, Finding, StepResult
from taskdb_spec.conformance.core.observations import Accessor, StoreCall, StoreName, View
from taskdb_spec.conformance.core.program import WRITES, Method, Operation, instantiate
from taskdb_spec.conformance.execution.session import CallResult, Session
from taskdb_spec.interface import TaskDB
from taskdb_spec.records.fields import new_record

_SECOND = "second"
"""The id and the label of records in the second store."""
_CONTROL_ID = "only in the second store"
"""An id that the first store never had."""


def check_second_store(session: Session, _operation: Operation, result: StepResult) -> None:
    """Open a second store. It must be empty, and neither store may show the other's records."""
    clause = "CULL-8" if session.history.culled else "ISO-9"
    stores: dict[StoreName, TaskDB] = {"db": session.store}
    for expectation in _own_records(session):
        if not expectation.is_met_by(_observe(session, stores, expectation.accessor)):
            return  # The first store is wrong by itself, so the check would show nothing.
    _check_isolation(session, clause, _expectations_beside(session), result)


def check_next_store(session: Session, _operation: Operation, result: StepResult) -> None:
    """Close the store and open another one, which must be empty. The program ends here."""
    if session.is_quarantined(Operation(Method.close)):
        return
    session.call_store(session.store, Method.close)
    _check_isolation(session, "ISO-9", _expectations_after(session), result)


@dataclass(frozen=True)
class _Expectation:
    """A call on one of the stores, and what must be observed.

    Attributes:
        accessor: What is looked at; it begins with a `StoreCall`.
        expected: The value.
        accepted_errors: The error classes, if the call must raise.
    """

    accessor: Accessor
    expected: Any = None
    accepted_errors: ErrorClasses = ()

    def is_met_by(self, outcome: CallResult) -> bool:
        if self.accepted_errors:
            return isinstance(outcome.error, self.accepted_errors)
        return outcome.error is None and bool(outcome.value == self.expected)


def _call(store: StoreName, method: Method, *args: Any) -> Accessor:
    """Return the answer of a call."""
    return Accessor(StoreCall(store, Operation(method, args)))


def _is_absent(store: StoreName, msg_id: str) -> _Expectation:
    return _Expectation(_call(store, Method.get, msg_id), KEY_ERROR, KEY_ERROR)


def _observe(
    session: Session, stores: Mapping[StoreName, TaskDB], accessor: Accessor
) -> CallResult:
    """Make the call of an accessor, and look at the answer."""
    call = accessor.root
    assert isinstance(call, StoreCall)
    operation = call.operation
    arguments = map(instantiate, operation.args)
    result = session.call_store(stores[call.store], operation.call, *arguments)
    return result if result.error else session.capture(accessor.read, result.value)


def _check_isolation(
    session: Session, clause: str, expectations: Iterable[_Expectation], result: StepResult
) -> None:
    """Open the other store, and check the expectations in turn."""
    other = session.open(session.workdir.with_name(f"{session.workdir.name}-second"))
    stores: dict[StoreName, TaskDB] = {"db": session.store, "other": other}
    writes: list[StoreCall] = []
    try:
        for expectation in expectations:
            outcome = _observe(session, stores, expectation.accessor)
            call = expectation.accessor.root
            assert isinstance(call, StoreCall)
            if not expectation.is_met_by(outcome):
                if not _is_wrong_alone(session, other):
                    finding = Finding(
                        (clause,),
                        expectation.accessor,
                        expectation.expected,
                        outcome.value_or_error,
                        accepted_errors=expectation.accepted_errors,
                        interposed=tuple(writes),
                    )
                    result.findings.append(finding)
                return
            # A script does not need the reads to reproduce the failure.
            if call.operation.call in WRITES:
                writes.append(call)
        result.add_evidence(clause, "compared")
    finally:
        session.call_store(other, Method.close)


def _is_wrong_alone(session: Session, other: TaskDB) -> bool:
    """Return whether the second store fails with an id that the first never had.

    Then it is broken by itself, and the failure does not show that the stores share anything.
    """
    listed = _call("other", Method.history).viewed(View.CONTAINS, _CONTROL_ID)
    expectations = [
        _is_absent("other", _CONTROL_ID),
        *_write_and_read(_CONTROL_ID),
        _Expectation(listed, expected=True),
        _Expectation(_call("other", Method.purge, {"msg_id": _CONTROL_ID})),
        _is_absent("other", _CONTROL_ID),
    ]
    stores: dict[StoreName, TaskDB] = {"other": other}
    return not all(
        expectation.is_met_by(_observe(session, stores, expectation.accessor))
        for expectation in expectations
    )


def _write_and_read(msg_id: str) -> Iterator[_Expectation]:
    """Yield calls that add a record to the second store, read it and update it."""
    record = dict(new_record(msg_id, label=_SECOND))
    found = _call("other", Method.find, {"msg_id": msg_id}).viewed(View.KEYS)
    yield _Expectation(_call("other", Method.add, msg_id, record))
    yield _Expectation(_call("other", Method.get, msg_id).at("label"), _SECOND)
    yield _Expectation(found, [msg_id])
    yield _Expectation(_call("other", Method.update, msg_id, {"label": "changed"}))


def _expectations_beside(session: Session) -> Iterator[_Expectation]:
    """Yield what must hold for a second store while the first one is open."""
    stored, history = _few(session.model.records), session.history
    for msg_id in stored:
        yield _is_absent("other", msg_id)
    for msg_id in [*_few(sorted(history.culled)), *stored, *_few(history.dropped), _SECOND]:
        added, got, *rest = _write_and_read(msg_id)
        yield from (added, got, _own_record(session, msg_id), *rest)
        if msg_id not in session.model.records:
            yield _is_absent("db", msg_id)
        yield _Expectation(_call("other", Method.drop, msg_id))
    record = {"msg_id": _SECOND, "stdout": "", "stderr": ""}
    yield _Expectation(_call("other", Method.add, _SECOND, record))
    yield _Expectation(_call("other", Method.history), [_SECOND])
    yield from _own_records(session)
    yield _Expectation(_call("other", Method.purge, {}))
    yield from _own_records(session)


def _expectations_after(session: Session) -> Iterator[_Expectation]:
    """Yield what must hold for a store that is opened after the first one was closed."""
    yield _Expectation(_call("other", Method.history), [])
    for msg_id in _few(session.model.records):
        yield _is_absent("other", msg_id)
        yield from _write_and_read(msg_id)
        yield _Expectation(_call("other", Method.drop, msg_id))


def _own_records(session: Session) -> Iterator[_Expectation]:
    """Yield what must hold for the first store: it has its own records and no others."""
    for msg_id in _few(session.model.records):
        yield _own_record(session, msg_id)
    ids = sorted(session.model.records)
    yield _Expectation(_call("db", Method.history).viewed(View.SORTED), ids)
    yield _Expectation(_call("db", Method.find, {}).viewed(View.SORTED), ids)


def _few(ids: Iterable[str]) -> list[str]:
    """Return at most three of the ids: the first, the last, and one between them.

    What two stores share shows with any id. More ids would only make more calls.
    """
    listed = list(ids)
    return list(dict.fromkeys([*listed[:1], *listed[len(listed) // 2 :][:1], *listed[-1:]]))


def _own_record(session: Session, msg_id: str) -> _Expectation:
    if msg_id not in session.model.records:
        return _is_absent("db", msg_id)
    label = session.model.records[msg_id].get("label")
    return _Expectation(_call("db", Method.get, msg_id).at("label"), label)
