"""`SQLiteDB`, a store in one SQLite file.

    from taskdb_reference.sqlite import SQLiteDB

    db = SQLiteDB(filename="tasks.db")
    db.add_record("a", {"client_uuid": "c"})
    db.close()

Several threads may share a store, and several processes may share a file. When a call returns, its
writes are on disk; they survive a kill and a loss of power. With ``record_limit`` or
``size_limit``, old records are culled. A file has a schema version and is migrated when it is
opened. A file of a newer version or of another application is refused and stays unchanged.

``ipyparallel_import.import_ipyparallel`` imports the files of ipyparallel's own SQLiteDB.
"""

from taskdb_reference.errors import StoreRefused
from taskdb_reference.sqlite.store import SQLiteDB

__all__ = ["SQLiteDB", "StoreRefused"]
