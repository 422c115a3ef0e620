"""A process that writes without end, and says after each call that it returned.

    python writer.py FILENAME NUMBER

Records of the number N have the ids N-0, N-1 ... Every third is updated, every fifth dropped.
"""

from __future__ import annotations

import sys
from itertools import count

from taskdb_reference.sqlite import SQLiteDB


def write(filename: str, number: str) -> None:
    db = SQLiteDB(filename=filename)
    for n in count():
        msg_id = f"{number}-{n}"
        db.add_record(msg_id, {"buffers": [bytes(n % 5000)], "header": {"n": n}})
        say("added", msg_id)
        if n % 3 == 0:
            db.update_record(msg_id, {"label": f"updated {n}", "result_buffers": [b"x" * 3000]})
            say("updated", msg_id)
        if n % 5 == 0:
            db.drop_record(msg_id)
            say("dropped", msg_id)


def say(what: str, msg_id: str) -> None:
    sys.stdout.write(f"{what} {msg_id}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    write(*sys.argv[1:])
