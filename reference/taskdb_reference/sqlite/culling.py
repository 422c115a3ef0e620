"""Culling in SQLite: remove records while the store is above its limits."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from taskdb_reference.culling import CullResult, ExceededLimit, Unit, find_exceeded_limits
from taskdb_reference.sql.base_store import Execute
from taskdb_reference.sql.nul_escaping import escape_nul, unescape_nul
from taskdb_spec import Limits

CULL_ORDER = "completed IS NULL, submitted, msg_id"
"""Completed records before pending ones, each group oldest first. An index has this order."""


def cull(execute: Execute, limits: Limits, written: str) -> list[CullResult]:
    """Remove records until the store keeps its limits.

    Args:
        execute: Executes statements in the current transaction.
        limits: The limits to keep.
        written: The msg_id of the record just written. It stays, even if it alone is above a limit.

    Returns:
        One result for each exceeded limit for which records were removed.
    """
    measures: Mapping[Unit, Callable[[], int]] = {
        "records": lambda: read_totals(execute)[0],
        "bytes": lambda: read_totals(execute)[1],
    }
    results = [_remove(execute, limit, written) for limit in find_exceeded_limits(limits, measures)]
    return [result for result in results if result.msg_ids]


def read_totals(execute: Execute) -> tuple[int, int]:
    """Return the number of records and the bytes that they hold."""
    count, size = execute("SELECT records, bytes FROM totals", ()).fetchone()
    return count, size


def _remove(execute: Execute, limit: ExceededLimit, written: str) -> CullResult:
    """Remove the first records of the cull order, until `limit.target` is reached."""
    remaining = dict(zip(("records", "bytes"), read_totals(execute), strict=True))
    rows = execute(
        "SELECT msg_id, completed IS NULL, size FROM records WHERE msg_id <> ? "
        f"ORDER BY {CULL_ORDER}",
        (escape_nul(written),),
    )
    msg_ids, has_pending = [], False
    for msg_id, is_pending, size in rows:
        if remaining[limit.unit] <= limit.target:
            break
        msg_ids.append(msg_id)
        has_pending = has_pending or bool(is_pending)
        remaining = {"records": remaining["records"] - 1, "bytes": remaining["bytes"] - size}
    listed = json.dumps(msg_ids)
    execute("DELETE FROM records WHERE msg_id IN (SELECT value FROM json_each(?))", (listed,))
    execute("INSERT OR IGNORE INTO culled SELECT value FROM json_each(?)", (listed,))
    return CullResult(limit.reason, list(map(unescape_nul, msg_ids)), has_pending)
