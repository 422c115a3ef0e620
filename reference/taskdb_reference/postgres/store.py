"""`PostgresDB`, the store in a PostgreSQL database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, ClassVar

import psycopg
from traitlets import Int, default

from taskdb_reference.postgres.config import Namespace, Url
from taskdb_reference.postgres.pool import Connections
from taskdb_reference.sql.base_store import Run, SqlDB
from taskdb_reference.sql.config import Seconds
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import escaped
from taskdb_reference.unavailable import StoreUnavailable

URL_VARIABLE = "TASKDB_POSTGRES_URL"


class PostgresDB(SqlDB):
    """Keeps TaskRecords in a PostgreSQL database, for threads, processes and machines at once.

    Records of one `namespace` are one store. What a call that returned has written is as durable as
    the server is told to make it. Where the server does not answer, calls raise `StoreUnavailable`,
    a ConnectionError, and may be made again.
    """

    dialect: ClassVar[Dialect] = Dialect(
        table="taskdb_records",
        mark="%s",
        text_among="{column} = ANY(%s::text[])",
        time_among="{column} = ANY(%s::bigint[])",
        array=list,
        contains="strpos({column}, %s) > 0",
        history="submitted NULLS FIRST, msg_id",
    )

    url = Url(
        help=f"""Where the database is: postgresql://user@host:5432/database, or keywords.

        Without one, it is what the environment has as {URL_VARIABLE}.""",
    ).tag(config=True)
    namespace = Namespace(
        "default",
        help="""The store in the database: records of another namespace are not seen.""",
    ).tag(config=True)
    pool_size = Int(
        4,
        min=1,
        help="""How many connections the store holds at most: so many threads work at once.""",
    ).tag(config=True)
    timeout = Seconds(
        30.0,
        help="""How many seconds a call waits for a connection, and for each statement.""",
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Connect, and make the tables if they are not there.

        Raises `TraitError` for a trait that is none, `StoreUnavailable` where the server does not
        answer or is not known, `StoreRefused` for tables of a newer version.
        """
        super().__init__(**traits)
        if not self.url:
            raise StoreUnavailable(
                f"set {URL_VARIABLE} to the url of a PostgreSQL database, "
                "as in postgresql://user@host:5432/database"
            )
        self._connections = Connections(self.url, self.pool_size, self.timeout)
        # Names of locks are numbers; two namespaces with the same only wait for each other.
        digest = sha256(self.namespace.encode()).digest()
        self._lock = int.from_bytes(digest[:8], signed=True)

    @default("url")
    def _default_url(self) -> str:
        return os.environ.get(URL_VARIABLE, "")

    def close(self) -> None:
        """Close the connections. Calling it again does nothing; other calls raise `StoreClosed`."""
        self._connections.close()

    @contextmanager
    def _reading(self) -> Iterator[Run]:
        with self._connections.connection() as connection:
            yield _runner(connection)

    @contextmanager
    def _changing(self) -> Iterator[Run]:
        with self._locked("pg_advisory_xact_lock_shared") as run:
            yield run

    @contextmanager
    def _purging(self) -> Iterator[Run]:
        # What it finds and what it removes is one step: no write may come between.
        with self._locked("pg_advisory_xact_lock") as run:
            yield run

    @contextmanager
    def _locked(self, lock: str) -> Iterator[Run]:
        with self._connections.connection() as connection, connection.transaction():
            run = _runner(connection)
            run(f"SELECT {lock}(%s)", (self._lock,))
            yield run

    def _keys(self) -> dict[str, Any]:
        return {"store": escaped(self.namespace)}


def _runner(connection: psycopg.Connection[Any]) -> Run:
    return lambda sql, params: connection.execute(sql, params, binary=True)
