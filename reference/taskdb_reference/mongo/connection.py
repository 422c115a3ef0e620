"""The connection to a server: one client per process and server, shared by all stores.

A process that forks gets clients of its own, because it must not share sockets with its parent.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pymongo import MongoClient, timeout
from pymongo.errors import ConfigurationError, ConnectionFailure, PyMongoError

from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo.codec import Document
from taskdb_reference.mongo.config import URL_VARIABLE, Server

_CLOSE_TIMEOUT_SECONDS = 1.0
"""A client that closes reports it to the server, which may be gone."""


class _ClientCache:
    """The clients of all processes up to this one; each process uses only its own."""

    def __init__(self) -> None:
        self._clients: dict[tuple[int, Server], MongoClient[Document]] = {}
        self._lock = Lock()

    def get(self, server: Server) -> MongoClient[Document]:
        key = (os.getpid(), server)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = _create_client(server)
            return self._clients[key]

    def replace_lock(self) -> None:
        """Replace the lock in a new child: another thread of the parent may have held it."""
        self._lock = Lock()

    def close(self) -> None:
        for (pid, _), client in self._clients.items():
            if pid == os.getpid():
                with timeout(_CLOSE_TIMEOUT_SECONDS):
                    client.close()


_cache = _ClientCache()
atexit.register(_cache.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_cache.replace_lock)


def get_client(server: Server) -> MongoClient[Document]:
    """Return this process's client of a server. It connects, and reconnects, when it is used.

    Raises:
        StoreUnavailable: No url is given.
        ValueError: The url is invalid.
    """
    return _cache.get(server)


@contextmanager
def translate_connection_errors(server: Server) -> Iterator[None]:
    """Raise `StoreUnavailable` for the errors of a server that does not answer in time."""
    try:
        yield
    except PyMongoError as error:
        if not isinstance(error, ConnectionFailure) and not error.timeout:
            raise
        reason = str(error).partition(" (configured timeouts")[0]
        raise StoreUnavailable(
            f"the MongoDB server at {server} did not answer within {server.timeout:g} seconds, or "
            f"closed the connection ({reason}); see that it runs, and that the url is right"
        ) from error


def _create_client(server: Server) -> MongoClient[Document]:
    if not server.url:
        raise StoreUnavailable(
            f"no MongoDB server is named: set {URL_VARIABLE}, or MongoDB(url=...), "
            "to a url like mongodb://127.0.0.1:27017/"
        )
    milliseconds = round(server.timeout * 1000)
    try:
        return MongoClient(
            server.url,
            timeoutMS=milliseconds,
            serverSelectionTimeoutMS=milliseconds,
            connectTimeoutMS=milliseconds,
            appname="taskdb",
        )
    except ConfigurationError as error:
        raise ValueError(f"url: {error}; a url is like mongodb://127.0.0.1:27017/") from error
