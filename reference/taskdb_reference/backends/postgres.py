"""Backend declaration ``postgres``, on the server in TASKDB_POSTGRES_URL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.postgres.store import URL_VARIABLE, PostgresDB
from taskdb_reference.sql.nul_escaping import escape_nul, get_prefix_end
from taskdb_spec import Backend, Capability
from taskdb_spec.capabilities import QUERY_CAPABILITIES

_CONNECT_TIMEOUT_SECONDS = 30
_SERVER_FULL_MESSAGES = (
    "too many connections",
    "too many clients",
    "connection slots are reserved",
)
"""The texts of a server at its limit of connections. psycopg reports them without an error code."""


def _open(workdir: Path) -> PostgresDB:
    return PostgresDB(namespace=str(workdir))


def _discard(workdir: Path) -> None:
    """Delete the records of the stores that were opened in a folder or its subfolders."""
    url = os.environ.get(URL_VARIABLE)
    if not url:  # without a url, libpq would connect to a local server
        return
    folder, below = escape_nul(str(workdir)), escape_nul(f"{workdir}{os.sep}")
    connection = _connect(url, workdir)
    if connection is None:
        return
    try:
        # Without a table, no store was ever opened.
        with connection, suppress(psycopg.errors.UndefinedTable):
            connection.execute(
                "DELETE FROM taskdb_records WHERE store = %s OR store >= %s AND store < %s",
                (folder, below, get_prefix_end(below)),
            )
    except psycopg.Error as error:
        raise _build_leftover_error(workdir, error) from error


def _connect(url: str, workdir: Path) -> psycopg.Connection[Any] | None:
    """Connect to the server, or return None if it is down.

    In that case opening a store has failed as well, and there is nothing to delete.
    """
    try:
        return psycopg.connect(url, connect_timeout=_CONNECT_TIMEOUT_SECONDS)
    except psycopg.Error as error:
        if any(message in str(error) for message in _SERVER_FULL_MESSAGES):
            raise _build_leftover_error(workdir, error) from error
        return None


def _build_leftover_error(workdir: Path, error: psycopg.Error) -> StoreUnavailable:
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
