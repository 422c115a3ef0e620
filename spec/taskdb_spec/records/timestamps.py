"""Timestamps in other resolutions: integer microseconds since 1970, and whole milliseconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from taskdb_spec.records.ordering import EPOCH
from taskdb_spec.records.traversal import map_values

_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(timestamp: datetime) -> int:
    """Return the number of microseconds since 1970; it is negative before.

    The result is exact for all years from 1 to 9999.

    >>> from datetime import UTC
    >>> to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    -1
    """
    return (timestamp - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the timestamp in UTC for a number of microseconds since 1970.

    >>> from_microseconds(1).isoformat()
    '1970-01-01T00:00:00.000001+00:00'
    """
    return EPOCH + timedelta(microseconds=count)


def truncate_to_milliseconds(timestamp: datetime) -> datetime:
    """Return the timestamp without the part that is smaller than a millisecond.

    >>> truncate_to_milliseconds(from_microseconds(1999)).isoformat()
    '1970-01-01T00:00:00.001000+00:00'
    """
    return timestamp.replace(microsecond=timestamp.microsecond // 1000 * 1000)


def truncate_all_to_milliseconds(value: Any) -> Any:
    """Return a copy of a record or value with every timestamp truncated to whole milliseconds.

    >>> from datetime import UTC
    >>> truncate_all_to_milliseconds({"dates": [datetime(2024, 1, 1, 0, 0, 0, 1999, UTC)]})
    {'dates': [datetime.datetime(2024, 1, 1, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)]}
    """
    return map_values(value, _truncate_if_timestamp)


def _truncate_if_timestamp(value: Any) -> Any:
    return truncate_to_milliseconds(value) if isinstance(value, datetime) else value
