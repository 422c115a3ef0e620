"""Effects: read all records back, and compare them with the model.

Input: the operation that was executed before. Output: findings about its own record and about all
others, with the clauses that the operation violates if it had this effect; or evidence.

Calls of the store are what a run costs. So the usual comparison is one `find_records({})`. Only if
it disagrees, and in every fourth comparison, each record is read with `get_record`. Where the
search is known to be wrong, most comparisons read two records, the second one in turn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from taskdb_spec.conformance.comparison.suspects import write_suspects
from taskdb_spec.conformance.comparison.values import (
    Difference,
    is_informative,
    record_differences,
    value_clauses,
)
from taskdb_spec.conformance.core.findings import KEY_ERROR, StepResult
from taskdb_spec.conformance.core.observations import ANSWER
from taskdb_spec.conformance.core.program import Call, Method, Operation
from taskdb_spec.conformance.core.vocabulary import UNUSED_ID
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import TASK_FIELDS

_READ_CLAUSES: dict[Call, str] = {
    Method.get: "GET-1",
    Method.find: "FIND-2",
    Method.history: "HIST-1",
}
"""For each read, the clause that it violates if it changes a record."""

_STRUCTURE_CLAUSES = ("VAL-3", "VAL-9", "VAL-10", "BUF-1", "BUF-2")
"""Clauses about the content of dicts and lists."""


COMPARISONS_PER_FULL_ONE = 4
"""How often `compare_records` reads each record. A store may answer `get_record` from elsewhere."""


def note_evidence(session: Session, operation: Operation) -> None:
    """Remember what a write is evidence for, until a comparison has seen its effect."""
    effect = _Effect(session, operation, is_refused=False)
    if effect.target_id is not None:
        session.history.unseen_evidence[effect.target_id] = list(effect.evidence())


def check_written_record(session: Session, operation: Operation, result: StepResult) -> None:
    """Compare the record that an add or update has written, in one call."""
    effect = _Effect(session, operation, is_refused=False)
    count = len(result.findings)
    if effect.target_id is not None:
        _check_record(effect, effect.target_id, result)
    if len(result.findings) == count:
        note_evidence(session, operation)


def compare_records(
    session: Session, operation: Operation, result: StepResult, *, refused: bool
) -> None:
    """Compare all records with the model, mostly in one call. See `audit` for the arguments."""
    history = session.history
    history.comparisons += 1
    if history.is_search_wrong and operation.call in (Method.add, Method.update, Method.drop):
        audit_in_turn(session, operation, result, refused=refused)
        return
    is_full = history.is_search_wrong or history.comparisons % COMPARISONS_PER_FULL_ONE == 0
    if not is_full and session.finds_all():
        _count_evidence(_Effect(session, operation, refused), result)
        return
    count = len(result.findings)
    audit(session, operation, result, refused=refused)
    if not is_full and len(result.findings) == count:
        history.is_search_wrong = True


def audit_in_turn(
    session: Session, operation: Operation, result: StepResult, *, refused: bool
) -> None:
    """Read back the record of the operation and one other. See `audit` for the arguments.

    To read more than one would make a store with a wrong search cost several times as many calls as
    a sound one.
    """
    history, count = session.history, len(result.findings)
    effect = _Effect(session, operation, refused)
    known = [*history.known_ids]
    chosen = [known[history.comparisons % len(known)]] if known else []
    if effect.target_id is not None:
        chosen.append(effect.target_id)
    for msg_id in dict.fromkeys(chosen):
        _check_record(effect, msg_id, result)
    if len(result.findings) == count:
        _count_evidence(effect, result, set(chosen))


def audit(session: Session, operation: Operation, result: StepResult, *, refused: bool) -> None:
    """Read back every record that the program has named, and compare it with the model.

    Args:
        session: The session after the operation.
        operation: The operation; it is suspected of every difference.
        result: Receives the findings and the evidence.
        refused: Whether the operation had to be refused, and so must have no effect.
    """
    count = len(result.findings)
    effect = _Effect(session, operation, refused)
    for msg_id in session.history.known_ids:
        _check_record(effect, msg_id, result)
    if len(result.findings) == count:
        _count_evidence(effect, result)


def _check_record(effect: _Effect, msg_id: str, result: StepResult) -> None:
    """Read a record with `get_record`, and compare it with the model."""
    probe = Operation(Method.get, (msg_id,))
    outcome = effect.session.call(probe)
    expected = effect.session.model.records.get(msg_id)
    if expected is None:
        if outcome.error is None:
            _check_unexpected_record(effect, outcome.value, probe, result)
    elif outcome.error is not None:
        suspects = effect.suspects_of_missing_record(msg_id)
        accessor = ANSWER.at("msg_id")
        result.add_finding(suspects, accessor, msg_id, outcome.error, probe=probe)
    else:
        written = effect.session.history.written.get(msg_id, {})
        for found in record_differences(expected, outcome.value, ANSWER, written):
            suspects = effect.suspects_of_difference(msg_id, found, outcome.value)
            result.add_finding(suspects, *found.mismatch, probe=probe)


def _count_evidence(
    effect: _Effect, result: StepResult, seen: Collection[str] | None = None
) -> None:
    """Count what the operation is evidence for, and the earlier writes whose effect is seen now.

    Args:
        effect: The operation.
        result: Receives the evidence.
        seen: The ids of the records that were read; None for all.
    """
    unseen = effect.session.history.unseen_evidence
    unseen.pop(effect.target_id or "", None)
    for msg_id in [each for each in unseen if seen is None or each in seen]:
        evidence = unseen.pop(msg_id)
        if msg_id in effect.session.model.records:
            for clause, kind in evidence:
                result.add_evidence(clause, kind)
    for clause, kind in effect.evidence():
        result.add_evidence(clause, kind)


def _check_unexpected_record(
    effect: _Effect, answer: Any, probe: Operation, result: StepResult
) -> None:
    """Add a finding for a record that must not exist."""
    unused = effect.session.call(Operation(Method.get, (UNUSED_ID,)))
    if unused.error is not None:
        suspects = effect.suspects_of_unexpected_record(probe.args[0])
    elif unused.value == answer:
        # The store returns the same answer for an id that was never used. So it does signal
        # absence, although with a wrong value. GET-2 reports that.
        return
    else:
        suspects = ["GET-2"]
    result.add_missing_refusal(suspects, KEY_ERROR, answer, probe=probe)


@dataclass(frozen=True)
class _Effect:
    """What an operation did to the records, and the clauses that it violates if that is wrong."""

    session: Session
    operation: Operation
    is_refused: bool

    @property
    def target_id(self) -> str | None:
        """The id of the record that the operation writes, if it writes one."""
        if self.operation.call not in (Method.add, Method.update, Method.drop):
            return None
        msg_id = self.operation.args[0]
        return msg_id if isinstance(msg_id, str) else None

    def suspects_of_unexpected_record(self, msg_id: str) -> list[str]:
        """Return the suspects if the store has a record that the model does not have."""
        call = self.operation.call
        if self.is_refused:
            return ["UPD-5"] if call is Method.update else ["REC-10"]
        if call is Method.purge:
            return list(write_suspects(self.session, self.operation, [msg_id]))
        return [_READ_CLAUSES.get(call, "DROP-1")]

    def suspects_of_missing_record(self, msg_id: str) -> list[str]:
        """Return the suspects if the store lacks a record that the model has."""
        call, is_target = self.operation.call, msg_id == self.target_id
        if self.is_refused:
            return self._refusal_suspects(is_target=is_target)
        if call is Method.add:
            if not is_target:
                return ["KEEP-1"]
            was_dropped = msg_id in self.session.history.dropped
            return ["ADD-1", "ADD-4"] if was_dropped else ["ADD-1"]
        if call is Method.update:
            return ["UPD-1"] if is_target else ["UPD-2"]
        if call is Method.purge:
            return list(write_suspects(self.session, self.operation, [msg_id]))
        return [_READ_CLAUSES.get(call, "DROP-1")]

    def suspects_of_difference(self, msg_id: str, found: Difference, actual: Any) -> list[str]:
        """Return the suspects if a field of a record differs.

        Args:
            msg_id: The id of the record.
            found: The difference.
            actual: The record of the backend.
        """
        call, is_target = self.operation.call, msg_id == self.target_id
        if self.is_refused:
            return found.add_suspects(self._refusal_suspects(is_target=is_target))
        if found.clause in ("GET-1", "REC-1"):
            return [found.clause]
        if call is Method.add and is_target:
            before = self.session.history.dropped.get(msg_id)
            name = found.mismatch.accessor.field
            is_residue = before is not None and _has_old_value(before, name, actual)
            return ["ADD-4"] if is_residue else found.suspects
        if call is Method.update:
            return self._suspects_of_updated_field(msg_id, found, actual)
        if call is Method.history:
            return [*found.suspects, "HIST-1"]
        return [_READ_CLAUSES.get(call, "KEEP-1" if call is Method.add else "DROP-1")]

    def _refusal_suspects(self, *, is_target: bool) -> list[str]:
        if self.operation.call is Method.add and is_target:
            return ["ADD-3"]
        return ["PURGE-3"] if self.operation.call is Method.purge else ["REC-10"]

    def _suspects_of_updated_field(self, msg_id: str, found: Difference, actual: Any) -> list[str]:
        fields, name = self.operation.args[1], found.mismatch.accessor.field
        if self.operation.target_clause == "HUB-3":
            return ["HUB-3"]
        if not fields:
            return ["UPD-4"]
        if msg_id != self.target_id or name not in fields:
            return ["UPD-2"]
        before: Any = self.session.history.previous[msg_id]
        had_content = isinstance(before.get(name), dict | list) and before.get(name)
        if had_content and not fields[name]:
            return ["UPD-3"]
        if _has_old_value(before, name, actual):
            return ["UPD-1"]
        # The old and the new content may have been merged.
        return ["UPD-3"] if had_content and found.clause in _STRUCTURE_CLAUSES else found.suspects

    def evidence(self) -> Iterator[tuple[str, str]]:
        """Yield clauses and kinds of evidence, if every record is as the model has it."""
        if self.is_refused:
            # Blank records could not have lost anything.
            if any(map(is_informative, self.session.model.records.values())):
                is_target = self.target_id in self.session.model.records
                yield self._refusal_suspects(is_target=is_target)[0], "kept"
                yield "REC-10", "unchanged"
        elif self.operation.call is Method.add:
            yield from _add_evidence(self.session, self.operation)
        elif self.operation.call is Method.update:
            yield from _update_evidence(self.session, self.operation)
        elif self.operation.call is Method.drop:
            yield "DROP-1", "dropped"
            if self.session.model.records:
                yield "DROP-1", "kept"
        elif self.operation.call is Method.purge:
            yield from _purge_evidence(self.session, self.operation)


def _has_old_value(before: Any, name: str | None, actual: Any) -> bool:
    """Return whether a field of the record of the backend still has its earlier value."""
    return (
        name is not None
        and isinstance(actual, dict)
        and name in actual
        and strictly_equal(actual[name], before.get(name))
    )


def _add_evidence(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
    msg_id, fields = operation.args
    if is_informative(fields):
        yield "ADD-1", "stored"
    if msg_id in session.history.dropped:
        yield "ADD-4", "stored"
    if len(fields) < len(TASK_FIELDS) - 1:
        yield "REC-2", "filled"
    yield "REC-2", "given" if any(v is not None for v in fields.values()) else "filled"
    yield from _value_evidence(fields)


def _value_evidence(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if name == "msg_id":
            continue  # Every record that is found has it.
        if value is None and not is_informative(fields):
            continue  # Every blank record has None here.
        for clause in value_clauses(name, value):
            yield clause, "kept"


def _update_evidence(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
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
    yield from _value_evidence(fields)
    if operation.target_clause == "HUB-3":
        yield "HUB-3", "stored"


def _purge_evidence(session: Session, operation: Operation) -> Iterator[tuple[str, str]]:
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
