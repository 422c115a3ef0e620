"""The connections of a store to its server: a pool, filled when it is asked for one."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from taskdb_reference.postgres.schema import prepare
from taskdb_reference.sql.errors import StoreClosed
from taskdb_reference.unavailable import StoreUnavailable
from taskdb_spec import RecordError

_PATIENCE = 2  # seconds, the fewest that libpq has

# What the pool warns of is in the error that a call raises. Without a handler, it would be printed.
logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())


class Connections:
    """Up to `size` connections to the server at `url`, with the tables of today.

    Each waits no longer than `timeout` seconds to be made, and for a statement. Raises
    `StoreUnavailable`, and `StoreRefused` where the tables are of a newer version.
    """

    def __init__(self, url: str, size: int, timeout: float) -> None:
        self._url = url
        self._server = _shown(url)
        self._timeout = timeout
        self._process = os.getpid()
        self._pool = ConnectionPool(
            url,
            min_size=0,
            max_size=size,
            timeout=timeout,
            reconnect_timeout=timeout,
            open=True,
            num_workers=1,
            check=_check,
            kwargs=_settings(url, timeout),
        )
        try:
            with self.connection() as connection:
                prepare(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that nobody else uses. Errors of the server become `StoreUnavailable`."""
        if os.getpid() != self._process:  # two processes cannot speak on one connection
            raise StoreUnavailable(
                f"the store at {self._server} was opened by another process, before a fork; "
                "open it in this one"
            )
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolClosed:
            raise StoreClosed(
                f"the store at {self._server} was closed; make a new one to open it"
            ) from None
        except psycopg.errors.ProgramLimitExceeded as error:
            raise RecordError(f"the record is too large for PostgreSQL: {error}") from error
        except psycopg.Error as error:
            raise StoreUnavailable(self._explained(error)) from error

    def close(self) -> None:
        """Close all connections."""
        if os.getpid() == self._process:
            self._pool.close()

    def _explained(self, error: psycopg.Error) -> str:
        if isinstance(error, PoolTimeout):
            return (
                f"PostgreSQL at {self._server} gave no connection within {self._timeout:g} s"
                f"{self._why_none()}"
            )
        if isinstance(error, psycopg.errors.QueryCanceled):
            return (
                f"PostgreSQL at {self._server} took longer than {self._timeout:g} s; "
                "nothing was changed. Try again, or raise the store's timeout."
            )
        return f"PostgreSQL at {self._server}: {str(error).strip()}"

    def _why_none(self) -> str:
        """Why the pool gave none: it does not say what it met with, so the server is asked."""
        settings = {**_settings(self._url, self._timeout), "connect_timeout": _PATIENCE}
        try:
            psycopg.connect(self._url, **settings).close()
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            return f" ({reason}): check that it runs and accepts this client, at this url"
        size = self._pool.max_size
        return f", and would now: try again, or raise the store's pool_size if its {size} were busy"


def _check(connection: psycopg.Connection[Any]) -> None:
    """Raise an error of psycopg if the server has been away since the connection was last used.

    A server that goes away says so, if only by closing its end. While there is nothing to read, it
    need not be asked, which would take as long as a statement.
    """
    with DefaultSelector() as selector:
        selector.register(connection, EVENT_READ)
        if selector.select(timeout=0):
            ConnectionPool.check_connection(connection)


def _settings(url: str, timeout: float) -> dict[str, Any]:
    """The settings of a connection, beside those in the url."""
    milliseconds = max(1, round(timeout * 1000))  # for 0 is no limit
    options = conninfo_to_dict(url).get("options") or ""
    return {
        "autocommit": True,
        "connect_timeout": max(_PATIENCE, round(timeout)),
        "options": f"{options} -c statement_timeout={milliseconds}".lstrip(),
        # A server that vanished from the network sends no answer, and no error either.
        "tcp_user_timeout": milliseconds,
        "keepalives_idle": max(1, round(timeout)),
    }


def _shown(url: str) -> str:
    """Where the server is, without the password."""
    parts = conninfo_to_dict(url)
    where = parts.get("host") or parts.get("hostaddr") or "the local socket"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{where}{port}/{parts.get('dbname', '')}"
