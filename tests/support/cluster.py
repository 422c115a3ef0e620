"""A cluster of ipyparallel's on the loopback: a controller and engines, in a profile of its own.

Every process leads a process group, and `Cluster.close` kills the groups whatever has happened.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import ipyparallel

from tests.integration.hub.wait_until import TIMEOUT_SECONDS, wait_until


class Cluster:
    """The processes of a cluster whose controller gets `options`; all is kept under `folder`."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder = folder
        self._options = options
        self._running: list[subprocess.Popen[bytes]] = []
        self._security.mkdir(parents=True)

    def start_controller(self) -> None:
        """Start the controller, and return when clients and engines can find it."""
        self._controller = self._start("controller", "--ip=127.0.0.1", *self._options)
        wait_until(self._can_be_found, "the controller to say where it is")

    def restart_controller(self, stop: signal.Signals) -> None:
        """Send the controller the signal that ends it, and when it has ended, start another."""
        self._controller.send_signal(stop)
        self._controller.wait(TIMEOUT_SECONDS)
        self._kill(self._controller)
        for file in self._files:
            file.unlink(missing_ok=True)
        self.start_controller()

    def start_engines(self, count: int) -> None:
        """Start engines; they register by themselves."""
        for _ in range(count):
            # A nanny would lead a process group of its own, out of reach.
            self._start("engine", "--IPEngine.enable_nanny=False")

    def connect(self) -> ipyparallel.Client:
        """A new client of the controller."""
        return ipyparallel.Client(
            str(self._files[0]), profile_dir=str(self._profile), timeout=TIMEOUT_SECONDS
        )

    def close(self) -> None:
        """Kill all that runs, with whatever it has started."""
        while self._running:
            self._kill(self._running[-1])

    @property
    def _profile(self) -> Path:
        return self.folder / "profile"

    @property
    def _security(self) -> Path:
        return self._profile / "security"

    @property
    def _files(self) -> list[Path]:
        return [self._security / f"ipcontroller-{who}.json" for who in ("client", "engine")]

    def _can_be_found(self) -> bool:
        log = self.folder / "controller.log"
        assert self._controller.poll() is None, f"the controller ended: {log.read_text()[-2000:]}"
        # They are written in place: a file that is there need not be whole.
        return all(file.exists() and file.read_text().endswith("}") for file in self._files)

    def _start(self, part: str, *options: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{part}.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", f"ipyparallel.{part}"),
                    *(f"--profile-dir={self._profile}", *options),
                ],
                env={**os.environ, "IPYTHONDIR": str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._running.remove(process)
