"""A server process: start it, wait until it answers, stop it, and remove its files."""

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

EXIT_WITH_PARENT = Path(__file__).with_name("exit_with_parent.py")
TIMEOUT_SECONDS = 60.0
"""How long a start or a stop may take. It is long because the machine may be busy."""
POLL_INTERVAL_SECONDS = 0.02
LOG_LINES_IN_ERROR = 10


class ServerError(Exception):
    """A server cannot be started. The text says why, and how to install the server."""


class Server(ABC):
    """A server with a temporary folder. As a context manager, it is started and then removed.

    Attributes:
        name: The name in error messages.
        install: How to install the server, for error messages.
        stop_signal: The signal on which the server shuts down.
        user: The user that the server runs as; empty for the current user.
        folder: The files of the server.
    """

    name: ClassVar[str]
    install: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    user = ""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="taskdb-server-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL for clients."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command line of the server."""

    @abstractmethod
    def answers(self) -> bool:
        """Return True if the server answers a client."""

    @property
    def pid(self) -> int | None:
        """The id of the running process; None if the server is stopped."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server on the data in its folder, and wait until it answers.

        Raises:
            ServerError: It cannot be started.
        """
        launcher = [sys.executable, "-I", "-S", str(EXIT_WITH_PARENT), str(os.getpid()), self.user]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*launcher, *self.command()],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Shut the server down in an orderly way. Do nothing if it is not running."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        """Stop the server and remove its folder."""
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

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not self.answers():
            if process.poll() is not None:
                self._process = None
                raise self.make_error(f"it ended with status {process.returncode}")
            if time.monotonic() > deadline:
                self.stop()
                raise self.make_error(f"it did not answer within {TIMEOUT_SECONDS:.0f} seconds")
            time.sleep(POLL_INTERVAL_SECONDS)

    def make_error(self, reason: str) -> ServerError:
        """Return an error with the reason, the end of the log, and how to install the server."""
        log = self._log.read_text(errors="replace") if self._log.exists() else ""
        log_end = "".join(f"\n    {line}" for line in log.splitlines()[-LOG_LINES_IN_ERROR:])
        return ServerError(f"{self.name} could not be started: {reason}{log_end}\n{self.install}")
