"""The connection to a server: one client in each process, whatever number of stores is open.

A client is never used across a fork, where its sockets would be shared.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from pymongo import MongoClient, timeout
from pymongo.errors import ConfigurationError, ConnectionFailure, PyMongoError

from taskdb_reference.mongo.codec import Document
from taskdb_reference.mongo.config import URL_VARIABLE, Server
from taskdb_reference.unavailable import StoreUnavailable

_FAREWELL = 1.0
"""How many seconds a server has to take note that a client closes."""

_clients: dict[tuple[int, Server], MongoClient[Document]] = {}
_lock = Lock()


def client(server: Server) -> MongoClient[Document]:
    """This process's client of a server; it connects, and connects again, when it is used.

    Raises `StoreUnavailable` where no url is given, and ValueError for one that is none.
    """
    here = (os.getpid(), server)
    with _lock:
        if here not in _clients:
            _clients[here] = _client(server)
        return _clients[here]


@contextmanager
def reaching(server: Server) -> Iterator[None]:
    """Raise `StoreUnavailable` where the server does not answer, or not in time."""
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


def _client(server: Server) -> MongoClient[Document]:
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


def _renew_lock() -> None:
    """A lock that another thread held at the fork would never be released."""
    global _lock
    _lock = Lock()


@atexit.register
def _close() -> None:
    for (pid, _), opened in _clients.items():
        if pid == os.getpid():
            # It tells the server that its sessions have ended, which may be gone by now.
            with timeout(_FAREWELL):
                opened.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
