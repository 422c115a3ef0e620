"""`PostgresDB`, a store in a PostgreSQL database.

    from taskdb_reference.postgres import PostgresDB

    db = PostgresDB(url="postgresql://user@host/database", namespace="cluster-1")
    db.add_record("a", {"client_uuid": "c"})
    db.close()

Without a url, the store uses TASKDB_POSTGRES_URL in the environment. It creates missing tables. All
stores of a database share one table, and the namespace identifies the records of a store. Several
threads may share a store, and several processes and machines may share a namespace. A store
reconnects to a server that was away. The texts in ``msg_id``, ``client_uuid`` and ``engine_uuid``
are indexed. A text that is too long for an index of PostgreSQL, a few thousand bytes, is refused.

It needs psycopg: pip install 'taskdb-spec[postgres]'.
"""

try:
    import psycopg as _needed  # noqa: F401
    import psycopg_pool as _needed_too  # noqa: F401
except ImportError as error:
    raise ImportError(
        "this store needs psycopg: pip install 'taskdb-spec[postgres]'", name="psycopg"
    ) from error

from taskdb_reference.errors import StoreRefused
from taskdb_reference.postgres.store import PostgresDB

__all__ = ["PostgresDB", "StoreRefused"]
