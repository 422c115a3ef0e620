"""A server process: started, waited for, stopped, and ended with the process that started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

LIFELINE = Path(__file__).with_name("exit_with_parent.py")
DEFAULT_BUDGET = 60.0  # seconds, of a machine that may be busy


class ServerError(Exception):
    """The server cannot be started; the text says why, and how it is installed."""


class Server(ABC):
    """A server on a temporary folder. As a context manager it is started, and its folder removed.

    `start` raises `ServerError`.
    """

    name: ClassVar[str]
    install: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    user = ""  # who it runs as, where that is somebody else

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="taskdb-server-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients find it."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command that runs it."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it answers a client."""

    @property
    def pid(self) -> int | None:
        """The id of the running process; None while it is stopped."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it on the data that its folder holds, and wait until it answers."""
        lifeline = [sys.executable, "-I", "-S", str(LIFELINE), str(os.getpid()), self.user]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*lifeline, *self.command()],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait(self._process)

    def stop(self) -> None:
        """Shut it down as its operator would. Nothing happens where it does not run."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(DEFAULT_BUDGET)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        """Stop it and remove all that it kept."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + DEFAULT_BUDGET
        while not self.answers():
            if process.poll() is not None:
                self._process = None
                raise self.failed(f"it ended with status {process.returncode}")
            if time.monotonic() > deadline:
                self.stop()
                raise self.failed(f"it did not answer within {DEFAULT_BUDGET:.0f} seconds")
            time.sleep(0.02)

    def failed(self, reason: str) -> ServerError:
        """The error to raise: with the end of the log, and the command to install the server."""
        log = self._log.read_text(errors="replace") if self._log.exists() else ""
        said = "".join(f"\n    {line}" for line in log.splitlines()[-10:])
        return ServerError(f"{self.name} could not be started: {reason}{said}\n{self.install}")
