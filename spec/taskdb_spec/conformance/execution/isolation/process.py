"""Run a task in a forked process that may hang, crash, or flood its output."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import multiprocessing.connection
import os
import pickle
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.conformance.execution.isolation.flight_recorder import (
    Phase,
    SharedFlightRecorder,
)
from taskdb_spec.conformance.execution.isolation.shutdown import raise_if_terminated

SendMessage = Callable[[Any], None]
Task = Callable[[SendMessage], None]
"""What a process does; it gets a function that sends messages to the process that started it."""


@dataclass(frozen=True)
class _Done:
    error: BaseException | None = None


EXIT_OUT_OF_MEMORY = 77
"""The exit status of a process that ran out of memory: one that no store uses by chance."""
OPEN_TIMEOUT_FACTOR = 3
"""How many times as long as another call the opening of a store may take: a server may start."""


class ForkedProcess:
    """A task in a forked process, with a time limit per call of the store and a memory limit.

    Iterate `messages` to receive what the task sends. `exit` is set if the process crashed or timed
    out.

    Args:
        work: the task.
        recorder: tells whether the process is alive, and which call is in flight.
        limit: seconds that a call may take.
        memory: bytes that the process may use beyond what this one uses now.
    """

    def __init__(
        self, work: Task, recorder: SharedFlightRecorder, limit: float, memory: int
    ) -> None:
        self.exit: ProcessExit | None = None
        self._recorder, self._limit = recorder, limit
        self._status: int | None = None
        self._beat, self._waited, self._looked = -1, 0.0, time.monotonic()
        recorder.reset()
        self._reader, writer = multiprocessing.connection.Pipe(duplex=False)
        self._pid = _fork()
        if self._pid == 0:
            _work(work, writer, memory)
        writer.close()

    def messages(self) -> Iterator[Any]:
        """Yield what the process sends, until it ends. What the task raises is raised here."""
        try:
            while self.exit is None:
                raise_if_terminated()
                dead = self._is_dead()
                if self._reader.poll(0 if dead else self._pause()):
                    message = self._receive()
                    if isinstance(message, _Done):
                        break
                    if self.exit is None:
                        yield message
                elif dead:
                    self.exit = _exit_of(self._status or 0)
                elif self._is_stalled():
                    self.exit = ProcessExit(
                        timed_out=True, text=f"did not return within {self._allowed():g} s"
                    )
        finally:
            self.close()
        if self.exit is None and message.error is not None:
            raise message.error

    def _receive(self) -> Any:
        try:
            return self._reader.recv()
        except (EOFError, OSError):
            self._wait()
            self.exit = _exit_of(self._status or 0)
            return None

    def _is_dead(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is not None

    def _wait(self) -> None:
        """Wait for the end of a process that has closed its pipe, but not for ever."""
        until = time.monotonic() + self._limit
        while not self._is_dead() and time.monotonic() < until:
            time.sleep(0.01)

    def _pause(self) -> float:
        """Return the seconds between two looks at the process."""
        return min(0.2, self._limit / 4)

    def _is_stalled(self) -> bool:
        beat, phase = self._recorder.pulse()
        now = time.monotonic()
        # Where far more time has passed, this process did not run either: the machine stood still.
        self._waited += min(now - self._looked, 2 * self._pause())
        self._looked = now
        if phase is Phase.idle or beat != self._beat:
            self._beat, self._waited = beat, 0.0
        return self._waited > self._allowed()

    def _allowed(self) -> float:
        """Return the seconds that the call in flight may take."""
        _, phase = self._recorder.pulse()
        return self._limit * (OPEN_TIMEOUT_FACTOR if phase is Phase.opening else 1)

    def close(self) -> None:
        """End the process and those that it has started."""
        if self._reader.closed:
            return
        self._reader.close()
        with contextlib.suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
        if self._status is None:
            _, self._status = os.waitpid(self._pid, 0)


def _fork() -> int:
    with warnings.catch_warnings():
        # Python warns where there are threads; the process makes no use of what they may hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    with contextlib.suppress(OSError):
        os.setpgid(pid, 0)  # on both sides, as either may come first
    return pid


def _exit_of(status: int) -> ProcessExit:
    code = os.waitstatus_to_exitcode(status)
    if code == EXIT_OUT_OF_MEMORY:
        return ProcessExit(timed_out=False, text="ran out of memory", out_of_memory=True)
    if code < 0:
        name = signal.Signals(-code).name
        out_of_memory = -code in (signal.SIGKILL, signal.SIGABRT)
        return ProcessExit(
            timed_out=False, text=f"ended the process by {name}", out_of_memory=out_of_memory
        )
    return ProcessExit(timed_out=False, text=f"ended the process with exit status {code}")


# In the process


def _work(work: Task, writer: Connection, memory: int) -> NoReturn:
    status = 1
    try:
        _settle(memory)
        work(writer.send)
        writer.send(_Done())
    except MemoryError:
        status = EXIT_OUT_OF_MEMORY
    except Exception as error:
        writer.send(_Done(_portable(error)))
    finally:
        os._exit(status)  # whatever it was; nothing of the first process's is to be run or flushed


def _settle(memory: int) -> None:
    gc.freeze()  # what is there stays, and its pages shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends this one
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    faulthandler.disable()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_DATA, _used() + memory)
    _end_with_parent()
    if os.environ.get("TASKDB_SHOW_OUTPUT") != "1":
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(nowhere, number)
        # Whoever has replaced these may write elsewhere.
        sys.stdout = sys.stderr = os.fdopen(nowhere, "w", encoding="utf-8")


def _limit(what: int, limit: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (limit if hard < 0 else min(limit, hard), hard))


def _used() -> int:
    """The bytes of memory in use, as the limit counts them, where the system tells."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[5]) * resource.getpagesize()
    except OSError:
        return 0


def _end_with_parent() -> None:
    """A process that hangs must not stay when the one that watches it is killed."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _portable(error: Exception) -> Exception:
    """The error as it can be sent, with its traceback as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
