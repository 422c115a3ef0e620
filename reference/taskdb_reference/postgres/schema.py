"""The tables in a database, and the migrations from older schema versions.

The table ``taskdb_schema`` has the schema version.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from taskdb_reference.errors import StoreRefused

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

MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1,)
"""Item n has the statements that migrate the tables from version n to n + 1. 0 means no tables.

Never change a released item, because there are tables that it has created.
"""

_MIGRATION_LOCK_ID = 0x7461736B
"""The advisory lock that a process holds while it migrates. The number is ``task`` in ASCII."""

_TABLE_EXISTS = """
    SELECT 1 FROM pg_class WHERE relname = 'taskdb_schema' AND pg_table_is_visible(oid)
"""
"""Not `to_regclass`, which misses a table created while this transaction waited for the lock."""


def migrate(connection: Connection[Any]) -> None:
    """Migrate the tables to the current version, in one transaction.

    Raises:
        StoreRefused: The tables are of a newer version.
    """
    if _read_version(connection) == len(MIGRATIONS):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK_ID,))
        # Read the version again, because another process may have migrated the tables meanwhile.
        for statements in MIGRATIONS[_read_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute("UPDATE taskdb_schema SET version = %s", (len(MIGRATIONS),))


def _read_version(connection: Connection[Any]) -> int:
    if not connection.execute(_TABLE_EXISTS).fetchone():
        return 0
    row = connection.execute("SELECT version FROM taskdb_schema").fetchone()
    version = int(row[0]) if row else 0
    if version > len(MIGRATIONS):
        raise StoreRefused(
            f"the tables were made by a newer version of taskdb-spec (their schema is {version}, "
            f"this version knows up to {len(MIGRATIONS)}): install that version, or use another "
            "database"
        )
    return version
