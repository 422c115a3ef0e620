"""The flight recorder: what a process was doing, readable by another one after a crash."""

from __future__ import annotations

import copyreg
import io
import mmap
import pickle
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from taskdb_spec.backend import Limits
from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.program import Operation, call_named


class FlightRecorder:
    """A recorder that counts calls and keeps no log, for runs in the caller's own process.

    Nobody needs a log there: if the process crashes, nobody is left to read it.
    """

    is_own_process = False
    """Whether the process is the run's own, so that whatever is raised comes from the store."""

    def __init__(self) -> None:
        self._calls = StoreCalls()

    def take_calls(self) -> StoreCalls:
        """Return the calls since this was last asked."""
        calls, self._calls = self._calls, StoreCalls()
        return calls

    def call_returned(self, kind: str, seconds: float) -> None:
        """A call of the store has returned, or raised, after these seconds."""
        self._calls.note(kind, seconds)

    def program_started(self, program: str) -> None:
        """A program is made; `program` is its name."""

    def store_opening(self, limits: Limits | None) -> None:
        """A store is about to be opened."""

    def step_started(self, operation: Operation) -> None:
        """A step of the program is about to be taken."""

    def call_started(self, operation: Operation) -> None:
        """A call is about to be made, maybe to look at what a step did."""

    def heartbeat(self) -> None:
        """Something of the store's is about to be called: the run is alive."""

    def store_closing(self) -> None:
        """The store is about to be closed."""

    def store_closed(self) -> None:
        """The store is closed; what follows is the suite's own work."""


class Phase(IntEnum):
    """What a run is doing with a store."""

    idle = 0
    opening = 1
    running = 2
    closing = 3


@dataclass(frozen=True)
class FlightLog:
    """What is known of a run that has died: the program it was in, up to the call in flight."""

    program: str
    phase: Phase
    limits: Limits | None
    operations: tuple[Operation, ...]


_COUNT, _PHASE, _END, _CALL = range(4)  # numbers at the head of the block
_NAME, _LOG, _SIZE = 64, 256, 1 << 23
"""Where the program's name and its operations begin, and the size of the block."""


class SharedFlightRecorder(FlightRecorder):
    """Keeps the log in memory that processes share; a note takes a few microseconds.

    The number at `_END` says where the steps end; those at `_CALL`, how long the note of the call
    is that comes after them, if the call in flight is not that of the step itself.
    """

    is_own_process = True

    def __init__(self) -> None:
        super().__init__()
        self._block = mmap.mmap(-1, _SIZE)
        self._numbers = memoryview(self._block)[:_NAME].cast("Q")
        self._step: Operation | None = None

    def reset(self) -> None:
        """Forget what was noted, before a process is made that goes on with it."""
        self.program_started("")
        self._numbers[_PHASE] = Phase.idle
        self._numbers[_END], self._numbers[_CALL] = _LOG, 0

    def pulse(self) -> tuple[int, Phase]:
        """A number that grows while the run goes on, and what it is doing."""
        return self._numbers[_COUNT], Phase(self._numbers[_PHASE])

    def read_log(self) -> FlightLog:
        """What was noted of the latest program."""
        end, more = self._numbers[_END], self._numbers[_CALL]
        log = io.BytesIO(self._block[_LOG : end + more])
        limits, operations = None, []
        while log.tell() < end + more - _LOG:
            note = pickle.load(log)
            if isinstance(note, Limits):
                limits = note
            else:
                call, args = note
                operations.append(Operation(call_named(call), args))
        name = bytes(self._block[_NAME:_LOG]).rstrip(b"\0").decode()
        return FlightLog(name, self.pulse()[1], limits, tuple(operations))

    def program_started(self, program: str) -> None:
        """Note the name of the program."""
        self._block[_NAME:_LOG] = program.encode().ljust(_LOG - _NAME, b"\0")

    def store_opening(self, limits: Limits | None) -> None:
        """Start a new log, for a store with these limits."""
        self._step = None
        self._numbers[_END], self._numbers[_CALL] = _LOG, 0
        if limits is not None:
            self._numbers[_END] += self._write(_pickled(limits))
        self._numbers[_PHASE] = Phase.opening
        self.heartbeat()

    def step_started(self, operation: Operation) -> None:
        """Note a step of the program."""
        self._step = operation
        self._numbers[_CALL] = 0
        self._numbers[_END] += self._write_call(operation)
        self._numbers[_PHASE] = Phase.running
        self.heartbeat()

    def call_started(self, operation: Operation) -> None:
        """Note a call between the steps."""
        self._numbers[_CALL] = 0
        if operation is not self._step:
            self._numbers[_CALL] = self._write_call(operation)
            self._numbers[_PHASE] = Phase.running

    def heartbeat(self) -> None:
        """Count that the run is alive."""
        self._numbers[_COUNT] += 1

    def store_closing(self) -> None:
        """Note that the store is being closed."""
        self._numbers[_CALL] = 0
        self._numbers[_PHASE] = Phase.closing

    def store_closed(self) -> None:
        """Note that the suite works alone."""
        self._numbers[_PHASE] = Phase.idle

    def _write_call(self, operation: Operation) -> int:
        args = operation.args
        if len(args) == 1 and type(args[0]) is str:
            return self._write(_call_of_id(operation.call._value_, args[0]))
        return self._write(_pickled((operation.call._value_, args)))

    def _write(self, data: bytes) -> int:
        """Write a note after the steps. What has no room is left out."""
        end = self._numbers[_END]
        if end + len(data) > _SIZE:
            return 0
        self._block[end : end + len(data)] = data
        return len(data)


@lru_cache
def _call_of_id(call: str, msg_id: str) -> bytes:
    """The note of a call that asks for a record: most calls are, and ids are few."""
    return _pickled((call, (msg_id,)))


def _pickled(note: object) -> bytes:
    try:
        return pickle.dumps(note, pickle.HIGHEST_PROTOCOL)
    except Exception:
        return _pickled_anyhow(note)


def _pickled_anyhow(note: object) -> bytes:
    """With the values that programs have and pickle refuses."""
    buffer = io.BytesIO()
    pickler: Any = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = copyreg.dispatch_table | {memoryview: _memoryview}
    pickler.dump(note)
    return buffer.getvalue()


def _memoryview(view: memoryview) -> tuple[type[memoryview], tuple[bytes]]:
    return memoryview, (view.tobytes(),)
