"""One program on one store, beside the model: every call is made on both and the two compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.core.calls import OPEN
from taskdb_spec.conformance.core.program import Call, Method, Operation, instantiate
from taskdb_spec.conformance.execution.history import SessionHistory
from taskdb_spec.conformance.execution.isolation.flight_recorder import FlightRecorder
from taskdb_spec.interface import TaskDB
from taskdb_spec.model import Model
from taskdb_spec.records.domain import OutOfDomain, deep_copy, normalize, strictly_equal
from taskdb_spec.records.errors import RecordError


@dataclass(frozen=True)
class CallResult:
    """What a call returned, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def value_or_error(self) -> Any:
        """The value, or the error if there is one."""
        return self.value if self.error is None else self.error


def _lacks_call(*_: Any, **__: Any) -> None:
    raise RecordError("the store has no such call")


class StoreNotOpened(Exception):
    """No run can be made: `open` failed, or what it opened cannot be checked."""


EVERYTHING = Operation(Method.find, ({},))


class CallSkipped(Exception):
    """Stands for the answer of a call that is known to stall or end the process."""


class Session:
    """A store under check, its model, and the history of the program so far.

    Every call of the store goes through `capture`, which turns whatever the store raises into a
    `CallResult`, and tells the flight recorder that the run is alive.
    """

    def __init__(
        self,
        backend: Backend,
        workdir: Path,
        limits: Limits | None = None,
        *,
        recorder: FlightRecorder | None = None,
        is_quarantined: Callable[[Session, Operation], bool] = lambda session, operation: False,
    ) -> None:
        self.backend = backend
        self.workdir = workdir
        self.folders: dict[Path, None] = {}  # all that stores were opened in
        self.limits = limits
        self.recorder = recorder or FlightRecorder()
        self._begin(is_quarantined)
        self.is_used = False
        self.store: TaskDB = self.open(workdir)

    def _begin(self, is_quarantined: Callable[[Session, Operation], bool]) -> None:
        self.model = Model(self.backend.query_capabilities)
        self.model_resynchronized = False
        self.history = SessionHistory()
        self._is_quarantined = is_quarantined
        self.recorder.store_opening(self.limits)

    def begin_next_program(self, is_quarantined: Callable[[Session, Operation], bool]) -> None:
        """Begin another program on the same store, which must be empty."""
        self._begin(is_quarantined)
        self.is_used = True

    def capture(self, call: Callable[..., Any], *args: Any, **keywords: Any) -> CallResult:
        """Call something of the store, and return what it returns or raises.

        An interruption by the user is raised, unless the process is the run's own: there, only the
        store can have raised it.
        """
        self.recorder.heartbeat()
        try:
            return CallResult(call(*args, **keywords))
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not self.recorder.is_own_process:
                raise
            return CallResult(error=error)

    def call_store(self, store: TaskDB, call: Call, *args: Any, **keywords: Any) -> CallResult:
        """Call a method of the interface on a store, which may lack it."""
        return self.call_timed(
            call.value, getattr(store, call.value, _lacks_call), *args, **keywords
        )

    def call_timed(
        self, kind: str, call: Callable[..., Any], *args: Any, **keywords: Any
    ) -> CallResult:
        """Call something of the store, and count the call under a kind."""
        started = time.perf_counter()
        result = self.capture(call, *args, **keywords)
        self.recorder.call_returned(kind, time.perf_counter() - started)
        return result

    def open(self, workdir: Path) -> TaskDB:
        """Open the store under a folder; raise `StoreNotOpened` if that fails."""
        workdir.mkdir(parents=True, exist_ok=True)
        self.folders[workdir] = None
        if self.limits is not None and self.backend.open_limited is not None:
            outcome = self.call_timed(OPEN, self.backend.open_limited, workdir, self.limits)
        else:
            outcome = self.call_timed(OPEN, self.backend.open, workdir)
        if outcome.error is not None:
            raise StoreNotOpened(
                f"{self.backend.name} could not be opened: "
                f"{type(outcome.error).__name__}: {outcome.error}"
            ) from outcome.error
        if outcome.value is None:
            raise StoreNotOpened(f"{self.backend.name} was not opened: `open` returned no store")
        store: TaskDB = outcome.value
        return store

    def refuse_nonempty_store(self) -> None:
        """Raise `StoreNotOpened`, after closing the store, if it has records already.

        Both calls that list records are made: one of them may fail because there are records.
        """
        if self.backend.stores_nothing:
            return
        listed = [self.call(step).value for step in (Operation(Method.history), EVERYTHING)]
        held = max(len(answer) if isinstance(answer, Sized) else 0 for answer in listed)
        if held:
            self.close()
            raise StoreNotOpened(
                f"{self.backend.name} opened a store that is not empty: it has {held} records; "
                "`open` must open the store under the folder that it is given"
            )

    def close(self) -> None:
        """Close the store."""
        self.recorder.store_closing()
        if not self.is_quarantined(Operation(Method.close)):
            self.call_store(self.store, Method.close)
        self.recorder.store_closed()

    def is_quarantined(self, operation: Operation) -> bool:
        """Return whether a call must not be made, because it is known to hang or crash."""
        return self._is_quarantined(self, operation)

    def call(self, operation: Operation, args: tuple[Any, ...] | None = None) -> CallResult:
        """Call the store, with new copies of the arguments unless `args` are given."""
        if self.is_quarantined(operation):
            return CallResult(
                error=CallSkipped(f"{operation.call.value} is known not to come back")
            )
        self.recorder.call_started(operation)
        self.history.calls.append(operation)
        if args is None:
            args = tuple(map(instantiate, operation.args))
        if operation.keys_by_keyword:
            return self.call_store(self.store, operation.call, args[0], keys=args[1])
        return self.call_store(self.store, operation.call, *args)

    def call_model(self, operation: Operation) -> Any:
        """Call the model, which does not refuse this call."""
        return getattr(self.model, operation.call.value)(*map(instantiate, operation.args))

    def resynchronize(self) -> bool:
        """Copy the store's state into the model, so that a known failure causes no later findings.

        Do nothing if ``find_records({})`` agrees with the model: then only `get_record` is wrong.

        Returns:
            False if the store's answers are inconsistent; the program must end.
        """
        if self.finds_all():
            return True
        records: dict[str, Any] = {}
        for msg_id in self.history.known_ids:
            outcome = self.call(Operation(Method.get, (msg_id,)))
            if outcome.error is None:
                try:
                    records[msg_id] = {
                        name: _copy_of_answer(value) for name, value in outcome.value.items()
                    }
                except (OutOfDomain, AttributeError, TypeError):
                    return False
            elif not isinstance(outcome.error, KeyError):
                return False
        self.model.records, self.history.last_history = records, None
        self.history.unseen_evidence.clear()
        self.model_resynchronized = True
        return True

    def finds_all(self) -> bool:
        """Return whether ``find_records({})`` finds exactly the records of the model."""
        found, expected = self.call(EVERYTHING).value, self.model.records
        if not isinstance(found, dict) or found.keys() != expected.keys():
            return False
        return all(_same_fields(found[msg_id], record) for msg_id, record in expected.items())


def _same_fields(found: Any, record: Any) -> bool:
    """Return whether two records have the same fields, in any order."""
    return (
        isinstance(found, dict)
        and found.keys() == record.keys()
        and all(strictly_equal(found[name], value) for name, value in record.items())
    )


def _copy_of_answer(value: Any) -> Any:
    return deep_copy(normalize(value))
