"""Dates in whole milliseconds, for stores that keep no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from taskdb_spec.records.timestamps import whole_milliseconds


def in_milliseconds(value: Any) -> Any:
    """A copy of a record or value in which every date is cut to whole milliseconds.

    >>> from datetime import UTC
    >>> in_milliseconds({"dates": [datetime(2024, 1, 1, 0, 0, 0, 1999, UTC)]})
    {'dates': [datetime.datetime(2024, 1, 1, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc)]}
    """
    if isinstance(value, dict):
        return {key: in_milliseconds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_milliseconds(item) for item in value]
    if isinstance(value, datetime):
        return whole_milliseconds(value)
    return value
