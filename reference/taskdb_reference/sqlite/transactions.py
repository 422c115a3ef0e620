"""Transactions of sqlite3 connections in autocommit mode."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def begin_transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    """Begin a transaction, commit it after the block, or roll it back if the block raises.

    Args:
        connection: A connection in autocommit mode.
        kind: ``DEFERRED`` to read, or ``IMMEDIATE`` to write.
    """
    try:
        connection.execute(f"BEGIN {kind}")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
