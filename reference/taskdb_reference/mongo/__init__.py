"""`MongoDB`, the store that keeps TaskRecords on a MongoDB server, 5.0 or newer.

It needs pymongo, which ``pip install 'taskdb-spec[mongo]'`` brings.
"""

try:
    import pymongo as _needed  # noqa: F401
except ImportError as error:
    raise ImportError(
        "this store needs pymongo: pip install 'taskdb-spec[mongo]'", name="pymongo"
    ) from error

from taskdb_reference.mongo.store import MongoDB

__all__ = ["MongoDB"]
