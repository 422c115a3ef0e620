"""The connection to a file, shared by the threads of a process, one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from time import monotonic, sleep

from taskdb_reference.errors import StoreClosed, StoreRefused, StoreUnavailable
from taskdb_reference.sql.base_store import Execute
from taskdb_reference.sqlite.fork_safety import close_during_forks
from taskdb_reference.sqlite.schema import migrate
from taskdb_reference.sqlite.transactions import begin_transaction
from taskdb_spec import RecordError

_RETRY_INTERVAL_SECONDS = 0.01
_IN_MEMORY = ":memory:"

# Parts of SQLite's messages, where Python has no class for the error.
_BUSY, _NOT_A_DATABASE = "locked", "file is not a database"


class SharedConnection:
    """An open file of the current schema version.

    Args:
        filename: The path of the file, or ``:memory:``.
        timeout: How many seconds to wait for the write of another process.
        synchronous: The value of SQLite's pragma.

    Raises:
        StoreRefused: The file is of another application or of a newer version.
        StoreUnavailable: The file cannot be opened.
    """

    def __init__(self, filename: str, timeout: float, synchronous: str) -> None:
        self.filename = filename
        self.timeout = timeout
        self.synchronous = synchronous
        # Absolute, because the file is reopened after a fork, maybe in another working directory.
        self._path = filename if filename == _IN_MEMORY else os.path.abspath(filename)
        # Reentrant, because a signal handler that forks may run during a call.
        self._lock = RLock()
        self._process = os.getpid()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        if filename != _IN_MEMORY:
            close_during_forks(self)
        with self._lock, self._translate_errors():
            self._ensure_open()

    @contextmanager
    def transaction(self, kind: str) -> Iterator[Execute]:
        """Begin a transaction, and commit it unless the block raises.

        Args:
            kind: ``DEFERRED`` to read, or ``IMMEDIATE`` to write.
        """
        with self._lock, self._translate_errors():
            connection = self._ensure_open()
            with begin_transaction(connection, kind):
                yield connection.execute

    def close(self) -> None:
        """Close the file, if it is open."""
        with self._lock:
            self._closed = True
            self._close_file()

    @contextmanager
    def keep_closed(self) -> Iterator[None]:
        """Keep the file closed during the block. The next call reopens it."""
        with self._lock:
            if self._connection is None or not self._connection.in_transaction:
                self._close_file()
            yield

    def _close_file(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _ensure_open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreClosed(f"the store in {self.filename} was closed; make a new one to open it")
        if os.getpid() != self._process:  # a child does not inherit SQLite's locks
            raise StoreUnavailable(
                f"the store in {self.filename} was opened by another process, before a fork; "
                "open it in this one"
            )
        if self._connection is None:
            self._connection = self._open_with_retries()
        return self._connection

    def _open_with_retries(self) -> sqlite3.Connection:
        """Open the file, and retry while another process creates it.

        While a file changes to WAL mode, SQLite fails at once and ignores its own timeout.
        """
        deadline = monotonic() + self.timeout
        while True:
            try:
                return self._open_file()
            except sqlite3.OperationalError as error:
                if _BUSY not in str(error) or monotonic() > deadline:
                    raise
                sleep(_RETRY_INTERVAL_SECONDS)

    def _open_file(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self.timeout, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA synchronous = {self.synchronous}")
            # Before the change of the journal mode, which would modify a file of another
            # application.
            migrate(connection, self.filename)
            connection.execute("PRAGMA journal_mode = WAL")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Replace SQLite's errors by those of the stores, with the file in the text."""
        try:
            yield
        except (sqlite3.DataError, OverflowError) as error:
            raise RecordError(f"the record is too large for SQLite: {error}") from error
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(self._explain(error)) from error
        except sqlite3.DatabaseError as error:
            if _NOT_A_DATABASE in str(error):
                raise StoreRefused(
                    f"{self.filename} is no SQLite file: choose another filename"
                ) from error
            raise StoreUnavailable(f"{self.filename}: {error}; nothing was changed") from error

    def _explain(self, error: sqlite3.OperationalError) -> str:
        if _BUSY in str(error):
            return (
                f"{self.filename} is being written to by another process, which did not end within "
                f"{self.timeout:g} s; nothing was changed. Try again, or raise the store's timeout."
            )
        return f"{self.filename}: {error}; nothing was changed"
