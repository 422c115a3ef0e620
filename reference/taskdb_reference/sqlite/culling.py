"""Which records go when a store is above its limits, chosen by SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from taskdb_reference.culling import Culled, Excess, Unit, excesses
from taskdb_reference.sql.base_store import Run
from taskdb_reference.sql.nul_escaping import escaped, unescaped
from taskdb_spec import Limits

CULL_ORDER = "completed IS NULL, submitted, msg_id"
"""Completed records before pending ones, each oldest first. An index has this order."""


def cull(run: Run, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the limits are kept; return what went, for each one exceeded.

    The record `written` stays, even if that is too much.
    """
    measures: Mapping[Unit, Callable[[], int]] = {
        "records": lambda: totals(run)[0],
        "bytes": lambda: totals(run)[1],
    }
    parts = [_remove(run, excess, written) for excess in excesses(limits, measures)]
    return [part for part in parts if part.msg_ids]


def totals(run: Run) -> tuple[int, int]:
    """How many records there are, and how many bytes they hold."""
    count, size = run("SELECT records, bytes FROM totals", ()).fetchone()
    return count, size


def _remove(run: Run, excess: Excess, written: str) -> Culled:
    """Remove the first in line until no more are left than may be."""
    left = dict(zip(("records", "bytes"), totals(run), strict=True))
    rows = run(
        "SELECT msg_id, completed IS NULL, size FROM records WHERE msg_id <> ? "
        f"ORDER BY {CULL_ORDER}",
        (escaped(written),),
    )
    msg_ids, any_pending = [], False
    for msg_id, pending, bytes_held in rows:
        if left[excess.unit] <= excess.left:
            break
        msg_ids.append(msg_id)
        any_pending = any_pending or bool(pending)
        left = {"records": left["records"] - 1, "bytes": left["bytes"] - bytes_held}
    listed = json.dumps(msg_ids)
    run("DELETE FROM records WHERE msg_id IN (SELECT value FROM json_each(?))", (listed,))
    run("INSERT OR IGNORE INTO culled SELECT value FROM json_each(?)", (listed,))
    return Culled(excess.reason, list(map(unescaped, msg_ids)), any_pending)
