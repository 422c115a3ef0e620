"""Timestamps of a program, which may be outside of the domain on purpose."""

from __future__ import annotations

from datetime import UTC, datetime


def to_utc(value: datetime) -> datetime:
    """Return the same instant in UTC, or the value itself if UTC has no such year (L-5).

    >>> to_utc(datetime.fromisoformat("2024-02-29T14:00+02:00"))
    datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)
    >>> to_utc(datetime.fromisoformat("0001-01-01T00:00+05:00")).isoformat()
    '0001-01-01T00:00:00+05:00'
    """
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return value
