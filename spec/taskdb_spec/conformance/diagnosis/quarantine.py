"""Calls that hang or end the process: what they are, so that no later program makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from taskdb_spec.conformance.comparison.answers import keys_suspects, query_suspects, write_suspects
from taskdb_spec.conformance.comparison.refusals import refusals
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
    """A kind of call that hangs or crashes the backend, and the state that it needs.

    Args:
        call: the method.
        before: how often each method had been called before.
        clause: if set, only calls that exercise this clause match.
        operators: if set, only queries that use all of these operators match.

    Without `clause` and `operators`, every call of the method matches.
    """

    call: Call
    before: tuple[tuple[Call, int], ...]
    clause: str = ""
    operators: frozenset[str] = frozenset()

    @property
    def matches_any_arguments(self) -> bool:
        """Whether the arguments of the call do not matter."""
        return not self.clause and not self.operators

    def generalized(self, operation: Operation) -> QuarantinedCall:
        """Return a quarantine of all calls with the operators of this operation."""
        return replace(self, clause="", operators=_operators(operation))

    def matches(self, session: Session, operation: Operation) -> bool:
        """Return whether the call must not be made now."""
        if operation.call in OF_SEVERAL_CALLS and self.matches_any_arguments:
            return True
        if operation.call is not self.call or not self.operators <= _operators(operation):
            return False
        if any(session.history.steps.count(call) < count for call, count in self.before):
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


OF_SEVERAL_CALLS = frozenset(StoreAction)
"""The store actions make calls of the interface, and any of these may hang."""


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


def base(call: Call, *, stores_nothing: bool) -> str:
    """The clause by which a call of a backend has to come back at all."""
    if not stores_nothing or call is StoreAction.memory_growth:
        return BASE[call]
    if call is Method.close:
        return "NODB-5"
    return "NODB-1" if call in WRITES else "NODB-2"


def suspects(session: Session, operation: Operation) -> list[str]:
    """The clauses that a call is under, from the general to the special."""
    general = base(operation.call, stores_nothing=session.backend.stores_nothing)
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
