"""`MongoDB`, the store on a MongoDB server of version 5.0 or newer.

It needs pymongo, which ``pip install 'taskdb-spec[mongo]'`` installs.

`codec` converts records to documents, and `key_escaping` their keys. `pushdown` and
`pattern_pushdown` translate queries to filters. `connection` and `collection` provide the server's
collection for a store, and `config` has the url and the timeout.
"""

try:
    import pymongo as _needed  # noqa: F401
except ImportError as error:
    raise ImportError(
        "this store needs pymongo: pip install 'taskdb-spec[mongo]'", name="pymongo"
    ) from error

from taskdb_reference.mongo.store import MongoDB

__all__ = ["MongoDB"]
