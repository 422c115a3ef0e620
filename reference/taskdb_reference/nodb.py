"""`NoDB`, the store that stores nothing, and `NoData`, the error of its read calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taskdb_reference.base import BaseDB
from taskdb_spec import TaskRecord


class NoData(KeyError):
    """A caller tried to read records of a `NoDB`.

    >>> str(NoData())  # doctest: +ELLIPSIS
    'NoDB stores nothing, so there are no records to read. To keep records, start ...'
    """

    def __str__(self) -> str:
        return (
            "NoDB stores nothing, so there are no records to read. "
            "To keep records, start the controller with a store that holds them, such as DictDB."
        )


class NoDB(BaseDB):
    """Accepts every record and keeps none, so its memory does not grow.

    The four write calls return None and ignore their arguments. The read calls raise `NoData`.

    >>> db = NoDB()
    >>> db.add_record("a", {"client_uuid": "c"})
    >>> db.get_record("a")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    taskdb_reference.nodb.NoData: NoDB stores nothing, so there are no records to read. ...
    """

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Do nothing."""

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Do nothing."""

    def drop_record(self, msg_id: str) -> None:
        """Do nothing."""

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Do nothing."""

    def get_record(self, msg_id: str) -> TaskRecord:  # noqa: ARG002  # the interface has them
        """Raise `NoData`."""
        raise NoData

    def find_records(
        self,
        check: dict[str, Any],  # noqa: ARG002
        keys: Iterable[str] | None = None,  # noqa: ARG002
    ) -> dict[str, TaskRecord]:
        """Raise `NoData`."""
        raise NoData

    def get_history(self) -> list[str]:
        """Raise `NoData`."""
        raise NoData
