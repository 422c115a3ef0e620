"""`PostgresDB`, the store in a PostgreSQL database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, ClassVar

import psycopg
from traitlets import Int, default

from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.postgres.config import Namespace, Url
from taskdb_reference.postgres.pool import PostgresPool
from taskdb_reference.sql.base_store import Execute, SqlDB
from taskdb_reference.sql.config import Seconds
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import escape_nul

URL_VARIABLE = "TASKDB_POSTGRES_URL"


class PostgresDB(SqlDB):
    """Keeps TaskRecords in a PostgreSQL database, for threads, processes and machines at once.

    The records of one `namespace` are one store. When a call returns, its writes are as durable as
    the server's settings make them. If the server does not answer, a call raises
    `StoreUnavailable`, a ConnectionError, and may be repeated.
    """

    dialect: ClassVar[Dialect] = Dialect(
        table="taskdb_records",
        placeholder="%s",
        text_in="{column} = ANY(%s::text[])",
        time_in="{column} = ANY(%s::bigint[])",
        to_array=list,
        contains="strpos({column}, %s) > 0",
        history_order="submitted NULLS FIRST, msg_id",
    )

    url = Url(
        help=f"""Where the database is: postgresql://user@host:5432/database, or keywords.

        Without one, it is what the environment has as {URL_VARIABLE}.""",
    ).tag(config=True)
    namespace = Namespace(
        "default",
        help="""The name of the store. It does not see the records of other namespaces.""",
    ).tag(config=True)
    pool_size = Int(
        4,
        min=1,
        help="""The maximum number of connections, and of threads that work at the same time.""",
    ).tag(config=True)
    timeout = Seconds(
        30.0,
        help="""How many seconds a call waits for a connection, and for each statement.""",
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Connect, and create the tables if they do not exist.

        Raises:
            TraitError: A trait is invalid.
            StoreUnavailable: The server does not answer, or no url is given.
            StoreRefused: The tables are of a newer version.
        """
        super().__init__(**traits)
        if not self.url:
            raise StoreUnavailable(
                f"set {URL_VARIABLE} to the url of a PostgreSQL database, "
                "as in postgresql://user@host:5432/database"
            )
        self._pool = PostgresPool(self.url, self.pool_size, self.timeout)
        # Advisory locks are numbers. Two namespaces with the same number only wait for each other.
        digest = sha256(self.namespace.encode()).digest()
        self._lock_id = int.from_bytes(digest[:8], signed=True)

    @default("url")
    def _default_url(self) -> str:
        return os.environ.get(URL_VARIABLE, "")

    def close(self) -> None:
        """Close the connections. A second call does nothing; other calls raise `StoreClosed`."""
        self._pool.close()

    @contextmanager
    def _begin_read(self) -> Iterator[Execute]:
        # A single statement sees one state, so a read needs no explicit transaction.
        with self._pool.connection() as connection:
            yield _make_execute(connection)

    @contextmanager
    def _begin_write(self) -> Iterator[Execute]:
        with self._begin_locked("pg_advisory_xact_lock_shared") as execute:
            yield execute

    @contextmanager
    def _begin_drop(self) -> Iterator[Execute]:
        # Exclusive: no write may happen between the search and the removal.
        with self._begin_locked("pg_advisory_xact_lock") as execute:
            yield execute

    @contextmanager
    def _begin_locked(self, lock_function: str) -> Iterator[Execute]:
        with self._pool.connection() as connection, connection.transaction():
            execute = _make_execute(connection)
            execute(f"SELECT {lock_function}(%s)", (self._lock_id,))
            yield execute

    def _store_cells(self) -> dict[str, Any]:
        return {"store": escape_nul(self.namespace)}


def _make_execute(connection: psycopg.Connection[Any]) -> Execute:
    return lambda sql, params: connection.execute(sql, params, binary=True)
