"""Calls that hang or end the process: what they are, so that no later program makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from taskdb_spec.conformance.comparison.suspects import call_suspects
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    WHOLE_STORE_CALLS,
    Call,
    Method,
    Operation,
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
        if operation.call in CALLS_OF_OTHER_METHODS and self.matches_any_arguments:
            return True
        if operation.call is not self.call or not self.operators <= _operators(operation):
            return False
        if any(session.history.steps.count(call) < count for call, count in self.before):
            return False
        return not self.clause or self.clause in call_suspects(session, operation)


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


CALLS_OF_OTHER_METHODS = WHOLE_STORE_CALLS - {Method.close}
"""The operations whose check calls other methods, any of which may hang. The check of `close` calls
only `close` itself."""
