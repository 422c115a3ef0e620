"""The target ``mongo`` of ``taskdb check``: the server is the one that TASKDB_MONGODB_URL names."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from taskdb_reference.mongo.codec import Document
from taskdb_reference.mongo.collection import documents
from taskdb_reference.mongo.config import Server, default_url
from taskdb_reference.mongo.connection import reaching
from taskdb_reference.mongo.store import MongoDB
from taskdb_reference.unavailable import StoreUnavailable
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability

TIMEOUT = 10.0  # seconds: a server that is not there is told of soon


def server_named() -> Server:
    """The server that the environment names."""
    return Server(default_url(), TIMEOUT)


def open_mongo(workdir: Path) -> MongoDB:
    """The store whose namespace is `workdir`. Raises `StoreUnavailable`."""
    return MongoDB(namespace=str(workdir), timeout=TIMEOUT)


def discard_mongo(workdir: Path) -> None:
    """Remove the stores of `workdir` and of the folders in it, where there is a server."""
    server = server_named()
    with suppress(StoreUnavailable, ValueError), reaching(server):
        documents(server).delete_many(within("store", workdir))


def within(member: str, workdir: Path) -> Document:
    """The filter for documents whose `member` is the path of `workdir` or of a folder in it."""
    start, end = f"{workdir}{os.sep}", f"{workdir}{chr(ord(os.sep) + 1)}"
    return {"$or": [{member: str(workdir)}, {member: {"$gte": start, "$lt": end}}]}


mongo_backend = Backend(
    name="mongo",
    open=open_mongo,
    capabilities=QUERY_CAPABILITIES | {Capability.durable},
    discard=discard_mongo,
)
