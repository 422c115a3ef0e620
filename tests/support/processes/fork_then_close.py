"""A process that forks while it has a store open, and closes it; the child lives on.

python heir.py FILENAME END

The child says "ready", and waits for a line before each of its steps. By END it closes the store
that it inherited, or exits, or opens one of its own and says what is in it.
"""

from __future__ import annotations

import gc
import os
import sys

from taskdb_reference.sqlite import SQLiteDB


def main(filename: str, end: str) -> None:
    db = SQLiteDB(filename=filename)
    db.add_record("a", {})
    (opened, tell_opened), (closed, tell_closed) = os.pipe(), os.pipe()
    child = os.fork()
    if child:
        os.read(opened, 1)
        db.close()
        os.write(tell_closed, b"x")
        os.waitpid(child, 0)
        return
    own = SQLiteDB(filename=filename) if end == "own" else None
    if own is not None:
        own.add_record("b", {})
    os.write(tell_opened, b"x")
    os.read(closed, 1)
    print("ready", flush=True)
    sys.stdin.readline()
    if own is not None:
        own.add_record("c", {})
        print(own.get_history(), flush=True)
        sys.stdin.readline()
    if end == "exit":
        sys.exit()
    (own or db).close()
    gc.collect()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
