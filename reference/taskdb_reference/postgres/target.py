"""The built-in target ``postgres`` of ``taskdb check``, on the server of TASKDB_POSTGRES_URL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psycopg

from taskdb_reference.postgres.store import URL_VARIABLE, PostgresDB
from taskdb_reference.sql.text import after_prefix, escaped
from taskdb_spec import Backend, Capability
from taskdb_spec.capabilities import QUERY_CAPABILITIES

_PATIENCE = 30  # seconds


def _open(workdir: Path) -> PostgresDB:
    return PostgresDB(namespace=str(workdir))


def _discard(workdir: Path) -> None:
    """Delete the records of the stores that were opened under the folder."""
    url = os.environ.get(URL_VARIABLE)
    if not url:  # libpq would look for a server of its own
        return
    here, below = escaped(str(workdir)), escaped(f"{workdir}{os.sep}")
    # Where there is no server, or no table, no store was opened, and that has been told.
    with suppress(psycopg.Error), psycopg.connect(url, connect_timeout=_PATIENCE) as connection:
        connection.execute(
            "DELETE FROM taskdb_records WHERE store = %s OR store >= %s AND store < %s",
            (here, below, after_prefix(below)),
        )


postgres_backend = Backend(
    name="postgres",
    open=_open,
    capabilities=QUERY_CAPABILITIES | {Capability.durable},
    discard=_discard,
)
