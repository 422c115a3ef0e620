"""The calls that a task store answers (SPEC.md, "The interface")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from taskdb_spec.records.fields import TaskRecord


class TaskDB(Protocol):
    """A store of TaskRecords. No mutable object is shared with the caller, in either direction."""

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record; absent fields are filled.

        Raises `DuplicateRecord`, `RecordError`; the store is then unchanged.
        """

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """The whole record. Raises `RecordNotFound`."""
        ...

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the named root fields, each whole.

        Raises `RecordNotFound`, `RecordError`; the store is then unchanged.
        """

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record. Raises `RecordNotFound`."""

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove what ``find_records(check)`` finds. Raises `QueryError` before anything goes."""

    def find_records(
        self, check: dict[str, Any], keys: list[str] | tuple[str, ...] | None = None
    ) -> dict[str, TaskRecord]:
        """The records that the query selects, by msg_id, in any order.

        With `keys`, each has those root fields and ``msg_id`` only. Raises `QueryError`.
        """
        ...

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first."""
        ...

    def close(self) -> None:
        """Release what the store holds. Calling it again does nothing."""
