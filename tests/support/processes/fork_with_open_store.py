"""A process that forks while it has a store open.

python forker.py FILENAME
"""

from __future__ import annotations

import os
import sys

from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.sqlite import SQLiteDB


def main(filename: str) -> None:
    db = SQLiteDB(filename=filename)
    db.add_record("a", {})
    child = os.fork()
    if child == 0:
        try:
            db.get_history()
        except StoreUnavailable as error:
            if "open it in this one" in str(error):
                print("the child was refused", flush=True)
        db.close()
        os._exit(0)
    os.waitpid(child, 0)
    print(db.get_history())
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
