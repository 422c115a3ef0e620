"""The methods of a task store (SPEC.md, "The interface")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from taskdb_spec.records.fields import TaskRecord


class TaskDB(Protocol):
    """A store of TaskRecords.

    The store and the caller share no mutable object: the store copies what it gets and what it
    returns (ISO-*).
    """

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record. Absent fields get their default values.

        Raises:
            DuplicateRecord: The msg_id is already stored. The store is unchanged.
            RecordError: The record is not valid. The store is unchanged.
        """

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return the complete record.

        Raises:
            RecordNotFound: The store has no record with this msg_id.
        """
        ...

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the values of the root fields in `rec`; other fields stay unchanged.

        Raises:
            RecordNotFound: The store has no record with this msg_id.
            RecordError: The update is not valid. The store is unchanged.
        """

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record.

        Raises:
            RecordNotFound: The store has no record with this msg_id.
        """

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that ``find_records(check)`` returns.

        Raises:
            QueryError: The query is not valid. The store is unchanged.
        """

    def find_records(
        self, check: dict[str, Any], keys: list[str] | tuple[str, ...] | None = None
    ) -> dict[str, TaskRecord]:
        """Return the records that the query selects, by msg_id, in any order.

        Args:
            check: The query.
            keys: The root fields that the results contain, in addition to ``msg_id``. None or an
                empty list means all fields.

        Raises:
            QueryError: The query or `keys` is not valid.
        """
        ...

    def get_history(self) -> list[str]:
        """Return all msg_ids in ascending order of ``submitted``, with None first."""
        ...

    def close(self) -> None:
        """Release the resources of the store. Further calls of `close` do nothing."""
