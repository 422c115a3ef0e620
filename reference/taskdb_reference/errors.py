"""The errors of calls about one record, in the same words for every store."""

from __future__ import annotations

from taskdb_spec import DuplicateRecord, RecordCulled, RecordNotFound
from taskdb_spec.records.domain import safe_repr


def duplicate(msg_id: str) -> DuplicateRecord:
    """For an `add_record` of an id that is there.

    >>> print(duplicate("a"))
    there is already a record of msg_id 'a'
    """
    return DuplicateRecord(f"there is already a record of msg_id {msg_id!r}")


def not_found(msg_id: object) -> RecordNotFound:
    """For an id, or anything in the place of one, that no record has.

    >>> print(not_found("a"))
    there is no record of msg_id 'a'
    """
    return RecordNotFound(f"there is no record of msg_id {safe_repr(msg_id)}")


def culled(msg_id: str) -> RecordCulled:
    """For an id whose record a limit has cost.

    >>> print(culled("a"))
    the record of msg_id 'a' was culled to free space
    """
    return RecordCulled(f"the record of msg_id {msg_id!r} was culled to free space")
