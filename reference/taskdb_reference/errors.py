"""The errors of the reference stores.

The three functions build the errors of calls about one record, so that all stores use the same
words. The three classes are raised if the store, and not the caller's record or query, is at fault.
"""

from __future__ import annotations

from taskdb_spec import DuplicateRecord, RecordCulled, RecordNotFound
from taskdb_spec.records.domain import safe_repr


class StoreUnavailable(ConnectionError):
    """The server does not answer, or the file is locked. The text says which, and what to do.

    The call may be repeated. A write may have succeeded before the answer was lost.
    """


class StoreClosed(StoreUnavailable):
    """The store was closed before the call."""


class StoreRefused(ValueError):
    """The database has contents that this version must not write to. They are unchanged."""


def build_duplicate_error(msg_id: str) -> DuplicateRecord:
    """Build the error of adding an id that exists.

    >>> print(build_duplicate_error("a"))
    there is already a record of msg_id 'a'
    """
    return DuplicateRecord(f"there is already a record of msg_id {msg_id!r}")


def build_not_found_error(msg_id: object) -> RecordNotFound:
    """Build the error of an id, or of any other object passed as one, that no record has.

    >>> print(build_not_found_error("a"))
    there is no record of msg_id 'a'
    """
    return RecordNotFound(f"there is no record of msg_id {safe_repr(msg_id)}")


def build_culled_error(msg_id: str) -> RecordCulled:
    """Build the error of an id whose record was culled.

    >>> print(build_culled_error("a"))
    the record of msg_id 'a' was culled to free space
    """
    return RecordCulled(f"the record of msg_id {msg_id!r} was culled to free space")
