"""A process that works on a store which others work on too; it prints what it achieved, as JSON.

    python sharer.py KIND PLACE NUMBER THREADS

The place is a filename for the kind ``sqlite``, a url for ``postgres``. All wait at a gate until
the test opens it, and then do the same work on the same records.
"""

from __future__ import annotations

import json
import sys
from threading import Thread

from taskdb_reference.postgres import PostgresDB
from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import DuplicateRecord, RecordNotFound, TaskDB

SHARED, OWN = 20, 10
"""How many records all of them add and drop, and how many each adds for itself."""
FIELDS = ("queue", "label", "execute_input", "stdout", "stderr", "client_uuid")
"""Each worker updates a field of its own, of one record."""


def work(db: TaskDB, worker: int, achieved: dict[str, list[str]]) -> None:
    for n in range(SHARED):
        try:
            db.add_record(f"shared{n}", {"engine_uuid": str(worker)})
        except DuplicateRecord:
            pass
        else:
            achieved["added"].append(f"shared{n}")
        db.update_record("counter", {FIELDS[worker]: str(n)})
    for n in range(OWN):
        db.add_record(f"own{worker}-{n}", {"engine_uuid": "purged" if n % 2 else "kept"})
        db.drop_matching_records({"engine_uuid": "purged", "header": None})
    for n in range(SHARED):
        try:
            db.drop_record(f"shared{n}")
        except RecordNotFound:
            pass
        else:
            achieved["dropped"].append(f"shared{n}")


def opened(kind: str, place: str) -> TaskDB:
    if kind == "sqlite":
        return SQLiteDB(filename=place)
    return PostgresDB(url=place, namespace="shared")


def main(kind: str, place: str, number: str, threads: str) -> None:
    achieved: dict[str, list[str]] = {"added": [], "dropped": []}
    first = int(number) * int(threads)
    print("ready", flush=True)
    sys.stdin.readline()
    db = opened(kind, place)  # as the first thing, to meet the others making the file
    workers = [
        Thread(target=work, args=(db, first + offset, achieved)) for offset in range(int(threads))
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    db.close()
    print(json.dumps(achieved))


if __name__ == "__main__":
    main(*sys.argv[1:])
