"""Backend declaration ``mongo``, on the server in TASKDB_MONGODB_URL."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo.codec import Document
from taskdb_reference.mongo.collection import get_collection
from taskdb_reference.mongo.config import Server, read_default_url
from taskdb_reference.mongo.connection import translate_connection_errors
from taskdb_reference.mongo.store import MongoDB
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability

TIMEOUT_SECONDS = 10.0
"""Less than the default of the store, so that a check soon reports a server that is down."""


def read_server() -> Server:
    """Return the server in the environment; its url is empty if there is none."""
    return Server(read_default_url(), TIMEOUT_SECONDS)


def open_mongo(workdir: Path) -> MongoDB:
    """Open the store whose namespace is the path of a folder.

    Raises:
        StoreUnavailable: The server does not answer, or the environment has no url.
    """
    return MongoDB(namespace=str(workdir), timeout=TIMEOUT_SECONDS)


def discard_mongo(workdir: Path) -> None:
    """Remove the stores of a folder and its subfolders, if there is a server."""
    server = read_server()
    with suppress(StoreUnavailable, ValueError), translate_connection_errors(server):
        get_collection(server).delete_many(filter_by_folder("store", workdir))


def filter_by_folder(member: str, workdir: Path) -> Document:
    """Return the filter for documents whose `member` is the path of a folder or a subfolder."""
    # Paths below the folder are those from "folder/" up to the same text with the next character.
    start, end = f"{workdir}{os.sep}", f"{workdir}{chr(ord(os.sep) + 1)}"
    return {"$or": [{member: str(workdir)}, {member: {"$gte": start, "$lt": end}}]}


mongo_backend = Backend(
    name="mongo",
    open=open_mongo,
    capabilities=QUERY_CAPABILITIES | {Capability.durable},
    discard=discard_mongo,
)
