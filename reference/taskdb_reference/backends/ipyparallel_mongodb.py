"""Backend declaration ``ipyparallel-mongodb``, on the server in TASKDB_MONGODB_URL.

ipyparallel's MongoDB always uses the same collection name, so each workdir has its own database.
Another database, the registry, lists the database of each workdir.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from taskdb_reference.adapters.ipyparallel import IPyParallelStore, import_controller_module
from taskdb_reference.backends.mongo import filter_by_folder, read_server
from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo.connection import get_client, translate_connection_errors
from taskdb_spec import Backend, Capability

REGISTRY_DATABASE = "taskdb-ipyparallel"


class IPyParallelMongoDB(IPyParallelStore):
    """ipyparallel's MongoDB, which reads the id from the record and ignores the argument.

    The Hub always passes the id twice. The adapter adds it to a record that lacks it, because a
    store that cannot find any of its records would show no other behaviour.
    """

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Call the store with the id in the record."""
        if isinstance(rec, Mapping) and "msg_id" not in rec:
            rec = {**rec, "msg_id": msg_id}
        super().add_record(msg_id, rec)


def open_ipyparallel_mongodb(workdir: Path) -> IPyParallelStore:
    """Open the ipyparallel MongoDB of a workdir.

    Raises:
        StoreUnavailable: The server does not answer, or the environment has no url.
    """
    store_class = import_controller_module("mongodb").MongoDB
    database = f"{REGISTRY_DATABASE}-{sha256(os.fsencode(workdir)).hexdigest()[:24]}"
    server = read_server()
    with translate_connection_errors(server):
        client = get_client(server)
        entry = {"workdir": str(workdir)}
        client[REGISTRY_DATABASE].workdirs.replace_one({"_id": database}, entry, upsert=True)
        # Without `_connection`, each store would create a client and never close it, so that the
        # threads of the clients would accumulate.
        return IPyParallelMongoDB(store_class(_connection=client, database=database))


def discard_ipyparallel_mongodb(workdir: Path) -> None:
    """Drop the databases of a folder and its subfolders, if there is a server."""
    server = read_server()
    with suppress(StoreUnavailable, ValueError), translate_connection_errors(server):
        client = get_client(server)
        registry = client[REGISTRY_DATABASE].workdirs
        for entry in registry.find(filter_by_folder("workdir", workdir)):
            client.drop_database(entry["_id"])
            registry.delete_one(entry)


ipyparallel_mongodb_backend = Backend(
    name="ipyparallel-mongodb",
    open=open_ipyparallel_mongodb,
    capabilities={
        Capability.presence,
        Capability.arith,
        Capability.arrays,
        Capability.glob,
        Capability.durable,
    },
    resolution="millisecond",
    discard=discard_ipyparallel_mongodb,
)
