"""`PostgresDB`, a store in a PostgreSQL database.

    from taskdb_reference.postgres import PostgresDB

    db = PostgresDB(url="postgresql://user@host/database", namespace="cluster-1")
    db.add_record("a", {"client_uuid": "c"})
    db.close()

The url may be in the environment, as TASKDB_POSTGRES_URL. The tables are made when they are not
there. All stores of a database share one table; the namespace says whose a record is. Several
threads may share a store, and several processes and machines a namespace. A store finds its way
back to a server that was away. The texts in ``msg_id``, ``client_uuid`` and ``engine_uuid`` are
indexed: one that PostgreSQL cannot index, of some thousand bytes, is refused.

It needs psycopg: pip install 'taskdb-spec[postgres]'.
"""

try:
    import psycopg as _needed  # noqa: F401
    import psycopg_pool as _needed_too  # noqa: F401
except ImportError as error:
    raise ImportError(
        "this store needs psycopg: pip install 'taskdb-spec[postgres]'", name="psycopg"
    ) from error

from taskdb_reference.postgres.store import PostgresDB
from taskdb_reference.sql.errors import StoreRefused

__all__ = ["PostgresDB", "StoreRefused"]
