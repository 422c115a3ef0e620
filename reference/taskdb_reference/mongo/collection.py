"""The collection that all stores of a database share, and its indexes."""

from __future__ import annotations

import os

import pymongo
from pymongo import ASCENDING, IndexModel, MongoClient
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from taskdb_reference.mongo.codec import CODEC_OPTIONS, MICROSECONDS, Document
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import get_client, translate_connection_errors

DATABASE, COLLECTION = "taskdb", "task_records"
STORE_KEY = ("store", ASCENDING)
HISTORY_ORDER = tuple(
    (name, ASCENDING) for name in ("submitted", f"{MICROSECONDS}.submitted", "msg_id")
)
INDEXES = [
    IndexModel([STORE_KEY, ("msg_id", ASCENDING)], unique=True),
    IndexModel([STORE_KEY, *HISTORY_ORDER]),
    *(
        IndexModel([STORE_KEY, (name, ASCENDING)])
        for name in ("completed", "client_uuid", "engine_uuid")
    ),
]
"""One index for each query of the Hub. The first one also keeps msg_ids unique within a store."""

_opened: dict[tuple[int, Server, str], Collection[Document]] = {}


def get_collection(server: Server, database: str = DATABASE) -> Collection[Document]:
    """Return the collection of a database, and create its missing indexes once per process.

    Args:
        server: The server.
        database: The name of the database.

    Raises:
        StoreUnavailable: The server does not answer, or no url is given.
        ValueError: The url is invalid.
    """
    key = (os.getpid(), server, database)
    if key not in _opened:
        collection = _configure_collection(get_client(server), database)
        # Without a timeout, because indexing existing documents may take long.
        with translate_connection_errors(server), pymongo.timeout(None):
            collection.create_indexes(INDEXES)
        _opened[key] = collection
    return _opened[key]


def _configure_collection(client: MongoClient[Document], database: str) -> Collection[Document]:
    """Return the collection with journalled majority writes, unless the url says otherwise."""
    concern_of_url = client.write_concern.document
    return client[database].get_collection(
        COLLECTION,
        codec_options=CODEC_OPTIONS,
        write_concern=WriteConcern(**{"w": "majority", "j": True, **concern_of_url}),
        read_concern=ReadConcern(client.read_concern.level or "majority"),
    )
