"""The built-in target ``postgres`` of ``taskdb check``, on the server of TASKDB_POSTGRES_URL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from taskdb_reference.postgres.store import URL_VARIABLE, PostgresDB
from taskdb_reference.sql.nul_escaping import after_prefix, escaped
from taskdb_reference.unavailable import StoreUnavailable
from taskdb_spec import Backend, Capability
from taskdb_spec.capabilities import QUERY_CAPABILITIES

_PATIENCE = 30  # seconds
_FULL = ("too many connections", "too many clients", "connection slots are reserved")
"""What a server says that takes no more connections: such an error comes without its code."""


def _open(workdir: Path) -> PostgresDB:
    return PostgresDB(namespace=str(workdir))


def _discard(workdir: Path) -> None:
    """Delete the records of the stores that were opened under the folder."""
    url = os.environ.get(URL_VARIABLE)
    if not url:  # libpq would look for a server of its own
        return
    here, below = escaped(str(workdir)), escaped(f"{workdir}{os.sep}")
    connection = _connected(url, workdir)
    if connection is None:
        return
    try:
        with connection, suppress(psycopg.errors.UndefinedTable):  # then no store was opened
            connection.execute(
                "DELETE FROM taskdb_records WHERE store = %s OR store >= %s AND store < %s",
                (here, below, after_prefix(below)),
            )
    except psycopg.Error as error:
        raise _left(workdir, error) from error


def _connected(url: str, workdir: Path) -> psycopg.Connection[Any] | None:
    """A connection, or None where no store can have been opened, and that has been told."""
    try:
        return psycopg.connect(url, connect_timeout=_PATIENCE)
    except psycopg.Error as error:
        if any(words in str(error) for words in _FULL):
            raise _left(workdir, error) from error
        return None


def _left(workdir: Path, error: psycopg.Error) -> StoreUnavailable:
    return StoreUnavailable(
        f"records of the stores under {workdir} may be left on the PostgreSQL server, which did "
        f"not delete them: {str(error).strip()}; delete them from taskdb_records by their store"
    )


postgres_backend = Backend(
    name="postgres",
    open=_open,
    capabilities=QUERY_CAPABILITIES | {Capability.durable},
    discard=_discard,
)
