"""One program on one store, beside the model: every call is made on both and the two compared."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.conformance.core.program import Call, Method, Operation, instantiate
from taskdb_spec.conformance.execution.isolation.flight_recorder import recorder
from taskdb_spec.interface import TaskDB
from taskdb_spec.model import Model
from taskdb_spec.records.domain import OutOfDomain, deep_copy, normalize, strictly_equal
from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.fields import TaskRecord


@dataclass(frozen=True)
class CallResult:
    """What a call came to: a value, or the error that it raised."""

    value: Any = None
    error: BaseException | None = None

    @property
    def value_or_error(self) -> Any:
        return self.value if self.error is None else self.error


def capture(call: Callable[..., Any], *args: Any, **named: Any) -> CallResult:
    """Make a call; whatever it raises, but an interruption by the user, is its outcome."""
    recorder().beat()
    try:
        return CallResult(call(*args, **named))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not recorder().alone:
            raise
        return CallResult(error=error)


def call_store(store: TaskDB, call: Call, *args: Any, **named: Any) -> CallResult:
    """Make a call of the interface, which the store may lack."""
    return capture(getattr(store, call.value, _no_such_call), *args, **named)


def _no_such_call(*args: Any, **named: Any) -> None:
    raise RecordError("the store has no such call")


class StoreNotOpened(Exception):
    """A backend's `open` failed, or gave no store or one that is not empty: no run can be made."""


EVERYTHING = Operation(Method.find, ({},))


class CallSkipped(Exception):
    """Stands for the answer of a call that is known to stall or end the process."""


class Session:
    """A store under check, its model, and what has to be remembered of the program so far."""

    def __init__(self, backend: Backend, workdir: Path, limits: Limits | None = None) -> None:
        self.backend = backend
        self.workdir = workdir
        self.folders: dict[Path, None] = {}  # all that stores were opened in
        self.limits = limits
        self.model = Model(backend.query_capabilities)
        self.known_ids: dict[str, None] = {}  # every id that a call named, in order
        self.written: dict[str, dict[str, Any]] = {}  # what the caller last wrote, by id and field
        self.dropped: dict[str, TaskRecord] = {}  # the last record of ids that were dropped
        self.previous: dict[str, TaskRecord] = {}  # the record before the last update
        self.culled: set[str] = set()
        self.readded: set[str] = set()  # culled, and added again
        self.last_purged: list[str] = []  # what the last purge took
        self.model_resynchronized = False  # has the model ever followed the store?
        self.any_match_so_far = False  # has any query found a record?
        self.last_history: list[str] | None = None  # since the last write
        self.made: list[Call] = []  # the steps so far
        self.calls: list[Operation] = []  # all calls so far, those between the steps included
        self.shuns: Callable[[Session, Operation], bool] | None = None
        recorder().begin(limits)
        self.store: TaskDB = self.open(workdir)

    def open(self, workdir: Path) -> TaskDB:
        workdir.mkdir(parents=True, exist_ok=True)
        self.folders[workdir] = None
        if self.limits is not None and self.backend.open_limited is not None:
            outcome = capture(self.backend.open_limited, workdir, self.limits)
        else:
            outcome = capture(self.backend.open, workdir)
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
        """Close a store that holds records already, and raise `StoreNotOpened`.

        Both calls that list them are made, for one may fail, and even because they are there.
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
        recorder().closing()
        if not self.is_quarantined(Operation(Method.close)):
            call_store(self.store, Method.close)
        recorder().end()

    def is_quarantined(self, operation: Operation) -> bool:
        """Whether a call must not be made, because it is known not to come back."""
        return self.shuns is not None and self.shuns(self, operation)

    def call(self, operation: Operation, args: tuple[Any, ...] | None = None) -> CallResult:
        """Make a call of the interface on the store, with fresh arguments if none are given."""
        if self.is_quarantined(operation):
            return CallResult(
                error=CallSkipped(f"{operation.call.value} is known not to come back")
            )
        recorder().calling(operation)
        self.calls.append(operation)
        if args is None:
            args = tuple(map(instantiate, operation.args))
        if operation.keys_by_keyword:
            return call_store(self.store, operation.call, args[0], keys=args[1])
        return call_store(self.store, operation.call, *args)

    def call_model(self, operation: Operation) -> Any:
        """Make the call on the model, which is known not to refuse it."""
        return getattr(self.model, operation.call.value)(*map(instantiate, operation.args))

    def record_ids(self, operation: Operation) -> None:
        if operation.call in (Method.add, Method.get, Method.update, Method.drop):
            msg_id = operation.args[0]
            if isinstance(msg_id, str):
                self.known_ids[msg_id] = None

    def record_write(self, operation: Operation) -> None:
        """Remember what the model is about to lose, and what the caller wrote."""
        self.last_history = None
        if operation.call is Method.add:
            msg_id, fields = operation.args
            self.written[msg_id] = {"msg_id": msg_id, **fields}
            self.previous.pop(msg_id, None)
        elif operation.call is Method.update:
            msg_id, fields = operation.args
            self.written.setdefault(msg_id, {}).update(fields)
            self.previous[msg_id] = self.model.records[msg_id]
        elif operation.call is Method.drop:
            self.dropped[operation.args[0]] = self.model.records[operation.args[0]]
        elif operation.call is Method.purge:
            self.last_purged = list(self.model.find_records(instantiate(operation.args[0])))
            for msg_id in self.last_purged:
                self.dropped[msg_id] = self.model.records[msg_id]

    def resynchronize(self) -> bool:
        """Let the model follow the store, so that what failed once is not held against it again.

        Where a search finds all as it should be, only the reading is wrong, and there is nothing to
        follow. False where the store's own answers do not make sense, and the program has to end.
        """
        if self._finds_all():
            return True
        records: dict[str, Any] = {}
        for msg_id in self.known_ids:
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
        self.model.records, self.last_history, self.model_resynchronized = records, None, True
        return True

    def _finds_all(self) -> bool:
        found, expected = self.call(EVERYTHING).value, self.model.records
        if not isinstance(found, dict) or found.keys() != expected.keys():
            return False
        return all(_same_fields(found[msg_id], record) for msg_id, record in expected.items())


def _same_fields(found: Any, record: Any) -> bool:
    """Whether two records have the same fields, in any order."""
    return (
        isinstance(found, dict)
        and found.keys() == record.keys()
        and all(strictly_equal(found[name], value) for name, value in record.items())
    )


def _copy_of_answer(value: Any) -> Any:
    return deep_copy(normalize(value))
