"""`SQLiteDB`, a store in one SQLite file.

    from taskdb_reference.sqlite import SQLiteDB

    db = SQLiteDB(filename="tasks.db")
    db.add_record("a", {"client_uuid": "c"})
    db.close()

Several threads may share a store, and several processes a file. A call that returned is on disk,
and survives a kill and a loss of power. With ``record_limit`` or ``size_limit`` old records are
culled. A file knows the version of its schema and is brought up to date when it is opened; one of a
newer version, or of another application, is refused and left as it is.

``importing.import_ipyparallel`` reads the files of ipyparallel's own SQLiteDB.
"""

from taskdb_reference.sql.errors import StoreRefused
from taskdb_reference.sqlite.store import SQLiteDB

__all__ = ["SQLiteDB", "StoreRefused"]
