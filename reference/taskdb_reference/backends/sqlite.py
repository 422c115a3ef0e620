"""Backend declaration ``sqlite``."""

from __future__ import annotations

from pathlib import Path

from taskdb_reference.sqlite.store import SQLiteDB
from taskdb_spec import Backend, Capability, Limits
from taskdb_spec.capabilities import QUERY_CAPABILITIES


def _open(workdir: Path) -> SQLiteDB:
    return _open_limited(workdir, Limits())


def _open_limited(workdir: Path, limits: Limits) -> SQLiteDB:
    return SQLiteDB(
        filename=workdir / "tasks.db",
        # A run creates about ten thousand files, and waiting for the disk would dominate it. The
        # suite cannot observe the difference, because a killed process loses nothing either way.
        synchronous="off",
        record_limit=limits.record_limit,
        size_limit=limits.size_limit,
        cull_fraction=limits.cull_fraction,
    )


sqlite_backend = Backend(
    name="sqlite",
    open=_open,
    open_limited=_open_limited,
    capabilities=QUERY_CAPABILITIES | {Capability.durable, Capability.culling},
)
