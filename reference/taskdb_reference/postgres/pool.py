"""The pool of connections of a store. It connects when a call needs a connection."""

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

from taskdb_reference.errors import StoreClosed, StoreUnavailable
from taskdb_reference.postgres.schema import migrate
from taskdb_spec import RecordError

_MIN_CONNECT_TIMEOUT_SECONDS = 2
"""libpq treats a smaller timeout as this one."""

# The errors of the calls contain what the pool logs. Without a handler, Python prints its warnings.
logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())


class PostgresPool:
    """A pool of connections to a database, which has the tables of the current version.

    Args:
        url: The url of the database.
        size: The maximum number of connections.
        timeout: The limit in seconds for connecting, and for each statement.

    Raises:
        StoreUnavailable: The server does not answer.
        StoreRefused: The tables are of a newer version.
    """

    def __init__(self, url: str, size: int, timeout: float) -> None:
        self._url = url
        self._server = _describe_server(url)
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
            check=_check_connection,
            kwargs=_make_settings(url, timeout),
        )
        try:
            with self.connection() as connection:
                migrate(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection that no other thread uses.

        Raises:
            StoreUnavailable: The server does not answer or reports an error.
            StoreClosed: The pool is closed.
            RecordError: A record is too large for PostgreSQL.
        """
        if os.getpid() != self._process:  # two processes cannot share a connection
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
            raise StoreUnavailable(self._explain(error)) from error

    def close(self) -> None:
        """Close all connections."""
        if os.getpid() == self._process:
            self._pool.close()

    def _explain(self, error: psycopg.Error) -> str:
        if isinstance(error, PoolTimeout):
            return (
                f"PostgreSQL at {self._server} gave no connection within {self._timeout:g} s"
                f"{self._explain_pool_timeout()}"
            )
        if isinstance(error, psycopg.errors.QueryCanceled):
            return (
                f"PostgreSQL at {self._server} took longer than {self._timeout:g} s; "
                "nothing was changed. Try again, or raise the store's timeout."
            )
        return f"PostgreSQL at {self._server}: {str(error).strip()}"

    def _explain_pool_timeout(self) -> str:
        """Find out why there was no connection. The pool does not report it, so connect once."""
        settings = {
            **_make_settings(self._url, self._timeout),
            "connect_timeout": _MIN_CONNECT_TIMEOUT_SECONDS,
        }
        try:
            psycopg.connect(self._url, **settings).close()
        except psycopg.Error as error:
            reason = " ".join(str(error).split())
            return f" ({reason}): check that it runs and accepts this client, at this url"
        size = self._pool.max_size
        return f", and would now: try again, or raise the store's pool_size if its {size} were busy"


def _check_connection(connection: psycopg.Connection[Any]) -> None:
    """Raise an error of psycopg if the server was away since the last use of a connection.

    A server that stops closes its end of the connection, which is then readable. Otherwise no
    statement is sent, because it would take as long as a call of the store.
    """
    with DefaultSelector() as selector:
        selector.register(connection, EVENT_READ)
        if selector.select(timeout=0):
            ConnectionPool.check_connection(connection)


def _make_settings(url: str, timeout: float) -> dict[str, Any]:
    """Return the settings of a connection, in addition to those in the url."""
    milliseconds = max(1, round(timeout * 1000))  # 0 would mean no limit
    options = conninfo_to_dict(url).get("options") or ""
    return {
        "autocommit": True,
        "connect_timeout": max(_MIN_CONNECT_TIMEOUT_SECONDS, round(timeout)),
        "options": f"{options} -c statement_timeout={milliseconds}".lstrip(),
        # A server that vanishes from the network sends neither an answer nor an error.
        "tcp_user_timeout": milliseconds,
        "keepalives_idle": max(1, round(timeout)),
    }


def _describe_server(url: str) -> str:
    """Return the host, the port and the database of a url, without the password."""
    parts = conninfo_to_dict(url)
    host = parts.get("host") or parts.get("hostaddr") or "the local socket"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{host}{port}/{parts.get('dbname', '')}"
