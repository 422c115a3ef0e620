"""Instants as whole microseconds since 1970, for the years 1 to 9999, and in less precision."""

from __future__ import annotations

from datetime import datetime, timedelta

from taskdb_spec.records.ordering import EPOCH

_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(instant: datetime) -> int:
    """The instant as an int.

    >>> from datetime import UTC
    >>> to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC))
    -1
    """
    return (instant - EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The instant in UTC that `to_microseconds` was given.

    >>> from_microseconds(1).isoformat()
    '1970-01-01T00:00:00.000001+00:00'
    """
    return EPOCH + timedelta(microseconds=count)


def whole_milliseconds(instant: datetime) -> datetime:
    """The instant without what is less than a millisecond.

    >>> whole_milliseconds(from_microseconds(1999)).isoformat()
    '1970-01-01T00:00:00.001000+00:00'
    """
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
