"""The tables of a file, and the migrations from older schema versions.

SQLite's ``user_version`` has the schema version of a file, and ``application_id`` identifies the
files of this store.
"""

from __future__ import annotations

import sqlite3

from taskdb_reference.errors import StoreRefused
from taskdb_reference.sqlite.transactions import begin_transaction

APPLICATION_ID = 0x7461736B
"""The word ``task`` in ASCII."""

_VERSION_1 = (
    """
    CREATE TABLE records (
        msg_id TEXT NOT NULL PRIMARY KEY,
        client_uuid TEXT,
        engine_uuid TEXT,
        header TEXT,
        content TEXT,
        buffers BLOB,
        submitted INTEGER,
        started INTEGER,
        completed INTEGER,
        resubmitted TEXT,
        resubmitted_at INTEGER,
        result_header TEXT,
        result_content TEXT,
        result_buffers BLOB,
        metadata TEXT,
        result_metadata TEXT,
        received INTEGER,
        arrived INTEGER,
        queue TEXT,
        label TEXT,
        execute_input TEXT,
        execute_result TEXT,
        display_data TEXT,
        error TEXT,
        stdout TEXT,
        stderr TEXT,
        size INTEGER NOT NULL
    )
    """,
    "CREATE INDEX records_by_submitted ON records (submitted, msg_id)",
    "CREATE INDEX records_by_completed ON records (completed)",
    "CREATE INDEX records_by_client ON records (client_uuid, completed)",
    "CREATE INDEX records_by_engine ON records (engine_uuid, completed)",
    "CREATE INDEX records_to_cull ON records ((completed IS NULL), submitted, msg_id)",
    "CREATE TABLE culled (msg_id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
    # Triggers maintain the totals, so that no write can forget them and no limit has to count.
    "CREATE TABLE totals (records INTEGER NOT NULL, bytes INTEGER NOT NULL)",
    "INSERT INTO totals VALUES (0, 0)",
    """
    CREATE TRIGGER records_added AFTER INSERT ON records BEGIN
        UPDATE totals SET records = records + 1, bytes = bytes + NEW.size;
    END
    """,
    """
    CREATE TRIGGER records_dropped AFTER DELETE ON records BEGIN
        UPDATE totals SET records = records - 1, bytes = bytes - OLD.size;
    END
    """,
    """
    CREATE TRIGGER records_resized AFTER UPDATE OF size ON records BEGIN
        UPDATE totals SET bytes = bytes + NEW.size - OLD.size;
    END
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_VERSION_1,)
"""Item n has the statements that migrate a file from version n to n + 1. 0 is an empty file.

Never change a released item, because there are files that it has created.
"""


def migrate(connection: sqlite3.Connection, filename: str) -> None:
    """Migrate the file to the current version, in one transaction.

    Args:
        connection: A connection to the file.
        filename: The name of the file, for messages.

    Raises:
        StoreRefused: The file is of a newer version or of another application.
    """
    with begin_transaction(connection, "DEFERRED"):
        if _read_version(connection, filename) == len(MIGRATIONS):
            return
    with begin_transaction(connection, "IMMEDIATE"):
        # Read the version again, because another process may have migrated the file meanwhile.
        for statements in MIGRATIONS[_read_version(connection, filename) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _read_version(connection: sqlite3.Connection, filename: str) -> int:
    application, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in (
            "PRAGMA application_id",
            "PRAGMA user_version",
            "SELECT count(*) FROM sqlite_master",
        )
    )
    if application == 0 and version == 0 and tables == 0:
        return 0
    if application != APPLICATION_ID:
        raise StoreRefused(
            f"{filename} is a SQLite file, but not one of this store: choose another filename. "
            "If ipyparallel wrote it, this reads it in: "
            f"taskdb copy ipyparallel-sqlite:{filename} sqlite:NEW"
        )
    if version > len(MIGRATIONS):
        raise StoreRefused(
            f"{filename} was written by a newer version of taskdb-spec (its schema is {version}, "
            f"this version knows up to {len(MIGRATIONS)}): install that version, or choose another "
            "file."
        )
    return int(version)
