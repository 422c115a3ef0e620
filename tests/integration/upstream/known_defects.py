"""What is known to be wrong in ipyparallel 9.2.0, line by line, with the clause that says so.

Lines about culling are left out: ipyparallel's backends do not claim `culling`, whose default this
specification does not allow (KEEP-1).
"""

from __future__ import annotations

from pathlib import Path

from taskdb_reference.backends import builtin as targets
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.reporting.text import escape_unprintable, get_summary
from tests.support.small_runs import small_report

DICT = (
    ("`$gt` behaves as `$lt`", "GT-1"),
    ("with several equality conditions, every field is compared with the last value", "QRY-2"),
    ("the Hub's purge by engine drops nothing", "HUB-1"),
    ("an order comparison with a field that is None raises TypeError", "CMP-1"),
    ("records go at 1,024, whoever still waits for them", "KEEP-1"),
    ("records without `submitted` are not in the history", "HIST-1"),
    ("add keeps the caller's objects", "ISO-1"),
    ("update keeps the caller's objects", "ISO-2"),
    ("the caller's naive dates are rewritten", "ISO-6"),
    ("naive dates are taken for local time", "REC-9"),
    ("a failing add is half applied", "REC-10"),
    ("the msg_id of the record and of the call are not compared", "REC-5"),
    ("`{content: {}}` matches everything", "CAP-6"),
    ("dotted paths match nothing, or everything", "CAP-5"),
    ("`$or`, `$and` and `$nor` return nothing", "CAP-4"),
    ("`$all` is inverted", "ALL-1"),
    ("`$mod` raises on None and text", "MOD-1"),
    ("`$in` with a str is a substring test", "IN-5"),
    ("True equals 1", "CAP-9"),
    ("`$glob` on a field that is no str raises TypeError", "GLB-5"),
    ("malformed operands raise only if a record reaches them", "QRY-9"),
    ("what is absent is not filled", "REC-1"),
)
SQLITE = (
    ("the history of a file does not survive a reopen", "DUR-1"),
    ("`find_records({})` is a syntax error", "QRY-1"),
    ("`drop_matching_records({})` is a syntax error", "PURGE-2"),
    ("`$in: []` is a syntax error", "IN-3"),
    ("`$in` with 1,001 ids is too large an expression", "IN-4"),
    ("`$ne` leaves out NULL rows", "NE-2"),
    ("`$nin` leaves out NULL rows", "NIN-2"),
    ("None inside `$in` raises", "IN-2"),
    ("`$lte` and `$gte` None match nothing", "CMP-3"),
    ("mixed offsets break equality", "EQ-5"),
    ("mixed offsets break ranges", "ORD-2"),
    ("mixed offsets break the order of the history", "HIST-4"),
    ("strings that look like dates come back as datetimes", "VAL-2"),
    ("bytes change their type", "VAL-7"),
    ("`error` and `execute_result` come back as JSON text", "VAL-10"),
    ("`[]` buffers come back as None, `b''` as text", "VAL-3"),
    ("bytearray buffers are refused", "BUF-2"),
    ("two of the 25 fields have no column", "REC-1"),
    ("unknown fields are ignored", "REC-4"),
    ("names of updated fields are pasted into the SQL", "ERR-3"),
    ("`update_record(id, {})` is a syntax error", "UPD-4"),
    ("an update of a missing id is ignored", "UPD-5"),
    ("a drop of a missing id is ignored", "DROP-2"),
    ("a duplicate add is an IntegrityError", "ERR-1"),
    ("the caller's list of keys is modified", "ISO-8"),
    ("a tuple of keys raises AttributeError", "KEYS-3"),
    ("`[!ab]` is no negation in `$glob`", "GLB-3"),
    ("a second close raises", "CLOSE-1"),
)

BACKENDS = {
    "ipyparallel-dict": (targets.ipyparallel_dict_backend, DICT),
    "ipyparallel-sqlite": (targets.ipyparallel_sqlite_backend, SQLITE),
}
TABLE = Path(__file__).with_name("known_defects.md")
"""The table that ``python -m tests.integration.upstream.known_defects`` writes."""


def table() -> str:
    """Every line with its clause, and how the clause failed in one run, as Markdown."""
    parts = ["# What is known to be wrong in ipyparallel's backends, as one run found it\n"]
    for name, (backend, defects) in BACKENDS.items():
        parts += [f"\n## {name}\n\n", "| line | clause | counterexample |\n|---|---|---|\n"]
        parts += [_row(small_report(backend), *defect) for defect in defects]
    return "".join(parts)


def _row(report: Report, line: str, clause: str) -> str:
    told = escape_unprintable(get_summary(report[clause])).replace("\n", " ").replace("|", "\\|")
    return f"| {line} | {clause} | {told} |\n"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
