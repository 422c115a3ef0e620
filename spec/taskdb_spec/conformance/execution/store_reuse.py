"""Use one open store for many programs, and empty it between them.

Every program that is about openings, durability or limits still gets a new store, and so does every
experiment after a failure.
"""

from __future__ import annotations

from collections.abc import Callable

from taskdb_spec.conformance.core.calls import RESET
from taskdb_spec.conformance.core.program import Method, Operation, Program, StoreAction
from taskdb_spec.conformance.execution.session import Session

EMPTY_STORE = Operation(Method.purge, ({},))
"""Empties a store with a call of the interface."""


def needs_new_store(program: Program) -> bool:
    """Return whether a program has limits, or opens or closes a store itself."""
    return program.limits is not None or any(map(_changes_openings, program))


def _changes_openings(operation: Operation) -> bool:
    return isinstance(operation.call, StoreAction) or operation.call is Method.close


class StoreReuse:
    """Keeps a store open after a program, for the next one.

    `problem` says why no store is kept any more: what emptied the store did not work. It is empty
    as long as all is well.
    """

    def __init__(self) -> None:
        self._idle: Session | None = None
        self.problem = ""

    def take(
        self,
        open_session: Callable[[], Session],
        is_quarantined: Callable[[Session, Operation], bool],
    ) -> Session:
        """Return a session on the store that was kept, or else on a new one."""
        if self._idle is None:
            return open_session()
        session, self._idle = self._idle, None
        session.begin_next_program(is_quarantined)
        return session

    def give_back(self, session: Session, close_session: Callable[[Session], None]) -> None:
        """Empty the store after a program that has passed, and keep it; close it if it cannot."""
        is_closed = any(isinstance(call, StoreAction) for call in session.history.steps)
        if is_closed or Method.close in session.history.steps or not self._empty(session):
            close_session(session)
        else:
            self._idle = session

    def end(self, close_session: Callable[[Session], None]) -> None:
        """Close the store that is kept."""
        if self._idle is not None:
            close_session(self._idle)
            self._idle = None

    def _empty(self, session: Session) -> bool:
        reset = session.backend.reset
        if reset is not None:
            result = session.call_timed(RESET, reset, session.store)
        else:
            result = session.call(EMPTY_STORE)
        name = "`reset`" if reset is not None else "`drop_matching_records({})`"
        if result.error is not None:
            error = result.error
            self.problem = f"{name} raised {type(error).__name__} on a used store: {error}"
        elif session.call(Operation(Method.history)).value != []:
            self.problem = f"{name} did not empty a used store: `get_history()` is not []"
        return not self.problem
