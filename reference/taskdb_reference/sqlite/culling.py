"""Which records go when a store is above its limits, chosen by SQL, and what is said of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor

from taskdb_reference.sql.store import Run
from taskdb_reference.sql.text import escaped, unescaped
from taskdb_spec import Limits

CULL_ORDER = "completed IS NULL, submitted, msg_id"
"""Completed records before pending ones, each oldest first. An index has this order."""

_IDS_LOGGED = 10


@dataclass(slots=True)
class Culled:
    """The ids that went, first to last, and why they had to."""

    reason: str
    msg_ids: list[str] = field(default_factory=list)
    any_pending: bool = False

    def log(self, log: logging.Logger) -> None:
        """Say what went."""
        # The result of a pending task has nowhere to go any more, and somebody may wait for it.
        say = log.warning if self.any_pending else log.info
        listed = ", ".join(self.msg_ids[:_IDS_LOGGED])
        more = len(self.msg_ids) - _IDS_LOGGED
        say(
            "%s; culled %d: %s%s",
            *(self.reason, len(self.msg_ids), listed),
            f" and {more} more" if more > 0 else "",
        )


def cull(run: Run, limits: Limits, written: str) -> list[Culled]:
    """Remove records until the limits are kept; return what went, for each one exceeded.

    Above ``record_limit``, records go until ``record_limit * (1 - cull_fraction)``, rounded down,
    are left; above ``size_limit``, until the bytes are no more than
    ``size_limit * (1 - cull_fraction)``. The record `written` stays, even if that is too much.
    """
    parts = []
    kept = 1 - limits.cull_fraction
    (count, _), most = totals(run), limits.record_limit
    if most is not None and count > most:
        fewer = floor(most * kept)
        reason = f"{count} records exceed record_limit, {most}"
        parts.append(_remove_while(lambda count, size: count > fewer, run, written, reason))
    (_, size), most = totals(run), limits.size_limit
    if most is not None and size > most:
        smaller = most * kept
        reason = f"{size} bytes exceed size_limit, {most}"
        parts.append(_remove_while(lambda count, size: size > smaller, run, written, reason))
    return [part for part in parts if part.msg_ids]


def totals(run: Run) -> tuple[int, int]:
    """How many records there are, and how many bytes they hold."""
    count, size = run("SELECT records, bytes FROM totals", ()).fetchone()
    return count, size


def _remove_while(above: Callable[[int, int], bool], run: Run, written: str, reason: str) -> Culled:
    count, size = totals(run)
    culled = Culled(reason)
    rows = run(
        "SELECT msg_id, completed IS NULL, size FROM records WHERE msg_id <> ? "
        f"ORDER BY {CULL_ORDER}",
        (escaped(written),),
    )
    for msg_id, pending, bytes_held in rows:
        if not above(count, size):
            break
        culled.msg_ids.append(unescaped(msg_id))
        culled.any_pending = culled.any_pending or bool(pending)
        count, size = count - 1, size - bytes_held
    _remove(run, culled.msg_ids)
    return culled


def _remove(run: Run, msg_ids: list[str]) -> None:
    listed = json.dumps(list(map(escaped, msg_ids)))
    run("DELETE FROM records WHERE msg_id IN (SELECT value FROM json_each(?))", (listed,))
    run("INSERT OR IGNORE INTO culled SELECT value FROM json_each(?)", (listed,))
