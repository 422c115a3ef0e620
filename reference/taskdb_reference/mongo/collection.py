"""The collection of all stores of a database, and its indexes."""

from __future__ import annotations

import os

import pymongo
from pymongo import ASCENDING, IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from taskdb_reference.mongo.codec import MICROSECONDS, OPTIONS, Document
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import client, reaching

DATABASE, COLLECTION = "taskdb", "task_records"
STORE = ("store", ASCENDING)
HISTORY = tuple((name, ASCENDING) for name in ("submitted", f"{MICROSECONDS}.submitted", "msg_id"))
INDEXES = [
    IndexModel([STORE, ("msg_id", ASCENDING)], unique=True),
    IndexModel([STORE, *HISTORY]),
    *(
        IndexModel([STORE, (name, ASCENDING)])
        for name in ("completed", "client_uuid", "engine_uuid")
    ),
]
"""For each query of the Hub; the first keeps a msg_id from being there twice in a store."""

_opened: dict[tuple[int, Server, str], Collection[Document]] = {}


def documents(server: Server, database: str = DATABASE) -> Collection[Document]:
    """The collection of all stores of a database; its indexes are made where they are not there.

    Raises `StoreUnavailable`, and ValueError for a url that is none.
    """
    here = (os.getpid(), server, database)
    if here not in _opened:
        collection = _collection(client(server), database)
        # The server may take long to index what is there already.
        with reaching(server), pymongo.timeout(None):
            collection.create_indexes(INDEXES)
        _opened[here] = collection
    return _opened[here]


def _collection(connected: MongoClient[Document], database: str) -> Collection[Document]:
    """Written to most of the servers and to their journals, unless the url says otherwise."""
    asked = connected.write_concern.document
    return connected[database].get_collection(
        COLLECTION,
        codec_options=OPTIONS,
        write_concern=WriteConcern(**{"w": "majority", "j": True, **asked}),
        read_concern=ReadConcern(connected.read_concern.level or "majority"),
    )
