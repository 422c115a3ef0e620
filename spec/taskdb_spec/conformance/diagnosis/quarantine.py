"""Calls that have stalled or ended the process, and are not made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taskdb_spec.conformance.comparison.answers import keys_suspects, query_suspects, write_suspects
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.comparison.step import STORE_ACTION_CHECKS
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    WRITES,
    Call,
    Method,
    Operation,
    StoreAction,
)
from taskdb_spec.conformance.execution.session import Session


@dataclass(frozen=True)
class QuarantinedCall:
    """A call that does not come back once so many of each call came `before`.

    Only calls are meant that the `clause` applies to, if there is one, and that have all of the
    `operators`; where there are neither, whatever their arguments are.
    """

    call: Call
    before: tuple[tuple[Call, int], ...]
    clause: str = ""
    operators: frozenset[str] = frozenset()

    @property
    def any(self) -> bool:
        """Whether the arguments do not matter."""
        return not self.clause and not self.operators

    def generalized(self, operation: Operation) -> QuarantinedCall:
        """The danger of all calls with the operators that this one has."""
        return replace(self, clause="", operators=_operators(operation))

    def matches(self, session: Session, operation: Operation) -> bool:
        """Whether the call must not be made now."""
        if operation.call in OF_SEVERAL_CALLS and self.any:
            return True
        if operation.call is not self.call or not self.operators <= _operators(operation):
            return False
        if any(session.made.count(call) < count for call, count in self.before):
            return False
        return not self.clause or self.clause in suspects(session, operation)


def _operators(operation: Operation) -> frozenset[str]:
    """The operators of a query."""
    return frozenset(_names(operation.args[0])) if operation.call in QUERY_CALLS else frozenset()


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (key for key in value if isinstance(key, str) and key.startswith("$"))
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)


OF_SEVERAL_CALLS = STORE_ACTION_CHECKS.keys() - {Method.close}
"""The acts that make calls of the interface, of which any may not come back."""


def is_quarantined(
    dangers: Sequence[QuarantinedCall], session: Session, operation: Operation
) -> bool:
    """Whether a call is better not made."""
    return any(quarantined.matches(session, operation) for quarantined in dangers)


BASE: dict[Call, str] = {
    Method.add: "ADD-1",
    Method.get: "GET-1",
    Method.update: "UPD-1",
    Method.drop: "DROP-1",
    Method.purge: "PURGE-1",
    Method.find: "FIND-1",
    Method.history: "HIST-1",
    Method.close: "CLOSE-1",
    StoreAction.reopen: "DUR-1",
    **dict.fromkeys((StoreAction.second_store, StoreAction.next_store), "ISO-9"),
    StoreAction.capacity: "KEEP-1",
    StoreAction.memory_growth: "NODB-4",
}
"""The clause by which each call has to come back at all."""


def base(stores_nothing: bool, call: Call) -> str:
    """The clause by which a call of a backend has to come back at all."""
    if not stores_nothing or call is StoreAction.memory_growth:
        return BASE[call]
    if call is Method.close:
        return "NODB-5"
    return "NODB-1" if call in WRITES else "NODB-2"


def suspects(session: Session, operation: Operation) -> list[str]:
    """The clauses that a call is under, from the general to the special."""
    general = base(session.backend.stores_nothing, operation.call)
    if session.backend.stores_nothing:
        return [general]
    due = refusals(session.model, operation)
    if due:
        return [refusal.clause for refusal in due]
    if operation.call is Method.find:
        found = query_suspects(session, operation, session.model.records)
        return found + keys_suspects(operation)
    if operation.call in WRITES:
        return list(write_suspects(session, operation))
    return [general]
