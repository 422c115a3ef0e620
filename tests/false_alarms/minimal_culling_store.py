"""A store that culls no more than it has to, and counts no more than it has to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from taskdb_spec import Backend, Capability, Limits
from tests.support.second_implementation.store import QUERYING, Store


def size(value: Any) -> int:
    """The bytes of buffers and the characters of texts; names are kept once, as of a table."""
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    if isinstance(value, list):
        return sum(map(size, value))
    return len(value) if isinstance(value, str | bytes) else 0


class Frugal(Store):
    """Culls until its limits are kept, and not a record more."""

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__()
        self.limits = limits or Limits()

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        super().add_record(msg_id, rec)
        self.cull(msg_id)

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        super().update_record(msg_id, rec)
        self.cull(msg_id)

    def cull(self, written: str) -> None:
        history = self.get_history()
        history.sort(key=lambda msg_id: self.kept[msg_id]["completed"] is None)
        for msg_id in history:
            if self.within():
                return
            if msg_id != written:
                del self.kept[msg_id]

    def within(self) -> bool:
        records, most = self.limits.record_limit, self.limits.size_limit
        return (records is None or len(self.kept) <= records) and (
            most is None or sum(map(size, self.kept.values())) <= most
        )


def open_limited(workdir: Path, limits: Limits) -> Frugal:
    return Frugal(limits)


frugal = Backend(
    "frugal",
    lambda workdir: Frugal(),
    QUERYING | {Capability.culling},
    open_limited=open_limited,
)
