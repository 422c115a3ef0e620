"""The tables in a database, and the steps by which those of older versions become those of today.

The version is kept in a table of its own, ``taskdb_schema``.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from taskdb_reference.sql.errors import StoreRefused

_VERSION_1 = (
    "CREATE TABLE taskdb_schema (version integer NOT NULL)",
    "INSERT INTO taskdb_schema VALUES (0)",
    """
    CREATE TABLE taskdb_records (
        store text COLLATE "C" NOT NULL,
        msg_id text COLLATE "C" NOT NULL,
        client_uuid text COLLATE "C",
        engine_uuid text COLLATE "C",
        header text COLLATE "C",
        content text COLLATE "C",
        buffers bytea,
        submitted bigint,
        started bigint,
        completed bigint,
        resubmitted text COLLATE "C",
        resubmitted_at bigint,
        result_header text COLLATE "C",
        result_content text COLLATE "C",
        result_buffers bytea,
        metadata text COLLATE "C",
        result_metadata text COLLATE "C",
        received bigint,
        arrived bigint,
        queue text COLLATE "C",
        label text COLLATE "C",
        execute_input text COLLATE "C",
        execute_result text COLLATE "C",
        display_data text COLLATE "C",
        error text COLLATE "C",
        stdout text COLLATE "C",
        stderr text COLLATE "C",
        PRIMARY KEY (store, msg_id)
    )
    """,
    """
    CREATE INDEX taskdb_records_by_submitted
        ON taskdb_records (store, submitted NULLS FIRST, msg_id)
    """,
    "CREATE INDEX taskdb_records_by_completed ON taskdb_records (store, completed)",
    "CREATE INDEX taskdb_records_by_client ON taskdb_records (store, client_uuid, completed)",
    "CREATE INDEX taskdb_records_by_engine ON taskdb_records (store, engine_uuid, completed)",
)

STEPS: tuple[tuple[str, ...], ...] = (_VERSION_1,)
"""The statements that take the tables from version n to n + 1, at place n; 0 is without tables.

A step that was released is never changed: tables were made by it.
"""

_MIGRATING = 0x7461736B
"""The advisory lock that is held while tables are changed."""


def prepare(connection: Connection[Any]) -> None:
    """Bring the tables to the version of today, in one transaction.

    Raises `StoreRefused` for those of a newer version.
    """
    if _version(connection) == len(STEPS):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATING,))
        # Asked again: another process may have been faster.
        for step in STEPS[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute("UPDATE taskdb_schema SET version = %s", (len(STEPS),))


_TABLES_ARE_THERE = """
    SELECT 1 FROM pg_class WHERE relname = 'taskdb_schema' AND pg_table_is_visible(oid)
"""
"""In a transaction that waited for the lock, `to_regclass` does not see what was made meanwhile."""


def _version(connection: Connection[Any]) -> int:
    if not connection.execute(_TABLES_ARE_THERE).fetchone():
        return 0
    row = connection.execute("SELECT version FROM taskdb_schema").fetchone()
    version = int(row[0]) if row else 0
    if version > len(STEPS):
        raise StoreRefused(
            f"the tables were made by a newer version of taskdb-spec (their schema is {version}, "
            f"this version knows up to {len(STEPS)}): install that version, or use another database"
        )
    return version
