"""One connection to a file, shared by the threads of a process: one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from time import monotonic, sleep

from taskdb_reference.sql.base_store import Run
from taskdb_reference.sql.errors import StoreClosed, StoreRefused
from taskdb_reference.sqlite.fork_safety import watch
from taskdb_reference.sqlite.schema import prepare
from taskdb_reference.sqlite.transactions import transaction
from taskdb_reference.unavailable import StoreUnavailable
from taskdb_spec import RecordError

_PAUSE = 0.01  # seconds
_BUSY, _NOT_A_DATABASE = "locked", "file is not a database"
_IN_MEMORY = ":memory:"


class Connection:
    """An open file. Raises `StoreRefused`, or `StoreUnavailable` where it cannot be opened."""

    def __init__(self, filename: str, timeout: float, synchronous: str) -> None:
        self.filename = filename
        self.timeout = timeout
        self.synchronous = synchronous
        # It is opened again after a fork, and the process may have gone to another folder.
        self._path = filename if filename == _IN_MEMORY else os.path.abspath(filename)
        self._lock = RLock()  # a handler of signals that forks may come in the midst of a call
        self._process = os.getpid()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        if filename != _IN_MEMORY:
            watch(self)
        with self._lock, self._told():
            self._open()

    @contextmanager
    def transaction(self, kind: str) -> Iterator[Run]:
        """A transaction, DEFERRED or IMMEDIATE, committed unless the block raises."""
        with self._lock, self._told():
            connection = self._open()
            with transaction(connection, kind):
                yield connection.execute

    def close(self) -> None:
        """Close the file, if it is open."""
        with self._lock:
            self._closed = True
            self._close()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Keep the file closed during the block; the next call opens it again."""
        with self._lock:
            if self._connection is None or not self._connection.in_transaction:
                self._close()
            yield

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _opened(self) -> sqlite3.Connection:
        """A new connection; tried again while another process makes the file.

        For the change to WAL, and in the midst of it, SQLite fails at once instead of waiting.
        """
        deadline = monotonic() + self.timeout
        while True:
            try:
                return self._prepared()
            except sqlite3.OperationalError as error:
                if _BUSY not in str(error) or monotonic() > deadline:
                    raise
                sleep(_PAUSE)

    def _prepared(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self.timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA synchronous = {self.synchronous}")
            prepare(connection, self.filename)
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreClosed(f"the store in {self.filename} was closed; make a new one to open it")
        if os.getpid() != self._process:  # SQLite's locks do not follow a fork
            raise StoreUnavailable(
                f"the store in {self.filename} was opened by another process, before a fork; "
                "open it in this one"
            )
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say of an error of SQLite's what it is about."""
        try:
            yield
        except (sqlite3.DataError, OverflowError) as error:
            raise RecordError(f"the record is too large for SQLite: {error}") from error
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(self._explained(error)) from error
        except sqlite3.DatabaseError as error:
            if _NOT_A_DATABASE in str(error):
                raise StoreRefused(
                    f"{self.filename} is no SQLite file: choose another filename"
                ) from error
            raise StoreUnavailable(f"{self.filename}: {error}; nothing was changed") from error

    def _explained(self, error: sqlite3.OperationalError) -> str:
        if _BUSY in str(error):
            return (
                f"{self.filename} is being written to by another process, which did not end within "
                f"{self.timeout:g} s; nothing was changed. Try again, or raise the store's timeout."
            )
        return f"{self.filename}: {error}; nothing was changed"
