"""The target ``ipyparallel-mongodb``: the server is the one that TASKDB_MONGODB_URL names.

ipyparallel names its collection itself, so each workdir has a database of its own. Which database
is whose is written down in another one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from taskdb_reference.adapters.ipyparallel import IPyParallelStore, imported
from taskdb_reference.backends.mongo import server_named, within
from taskdb_reference.mongo.connection import client, reaching
from taskdb_reference.unavailable import StoreUnavailable
from taskdb_spec import Backend, Capability

REGISTER = "taskdb-ipyparallel"


class IPyParallelMongoDB(IPyParallelStore):
    """ipyparallel's MongoDB, which knows a record by what is in it, and not by the argument.

    The Hub always says it twice. So does the adapter, where the record lacks it: a store that can
    find nothing again has nothing else that could be looked at.
    """

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """As the store does it, with the id in the record."""
        if isinstance(rec, Mapping) and "msg_id" not in rec:
            rec = {**rec, "msg_id": msg_id}
        super().add_record(msg_id, rec)


def open_mongodb(workdir: Path) -> IPyParallelStore:
    """The MongoDB of ipyparallel's that is kept for `workdir`. Raises `StoreUnavailable`."""
    make = imported("mongodb").MongoDB
    database = f"{REGISTER}-{sha256(os.fsencode(workdir)).hexdigest()[:24]}"
    server = server_named()
    with reaching(server):
        entry = {"workdir": str(workdir)}
        client(server)[REGISTER].workdirs.replace_one({"_id": database}, entry, upsert=True)
        # It would make a client for each store, and never close one: its threads would pile up.
        return IPyParallelMongoDB(make(_connection=client(server), database=database))


def discard_mongodb(workdir: Path) -> None:
    """Drop the databases of `workdir` and of the folders in it, where there is a server."""
    server = server_named()
    with suppress(StoreUnavailable, ValueError), reaching(server):
        register = client(server)[REGISTER].workdirs
        for entry in register.find(within("workdir", workdir)):
            client(server).drop_database(entry["_id"])
            register.delete_one(entry)


ipyparallel_mongodb_backend = Backend(
    name="ipyparallel-mongodb",
    open=open_mongodb,
    capabilities={
        Capability.presence,
        Capability.arith,
        Capability.arrays,
        Capability.glob,
        Capability.durable,
    },
    resolution="millisecond",
    discard=discard_mongodb,
)
