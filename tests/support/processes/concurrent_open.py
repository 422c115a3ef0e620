"""A process that opens a file which others open at the same moment, and adds one record.

python opener.py FILENAME MSG_ID
"""

from __future__ import annotations

import sys

from taskdb_reference.sqlite import SQLiteDB


def main(filename: str, msg_id: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    db = SQLiteDB(filename=filename)
    db.add_record(msg_id, {})
    db.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
