"""Values of records as the independent store sees them: one way in, one key to compare by."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEEPEST = 100

STRINGS = [
    "msg_id",
    "client_uuid",
    "engine_uuid",
    "queue",
    "label",
    "execute_input",
    "stdout",
    "stderr",
    "resubmitted",
]
DATES = ["submitted", "started", "completed", "received", "arrived", "resubmitted"]
DOCUMENTS = [
    "header",
    "content",
    "metadata",
    "result_header",
    "result_content",
    "result_metadata",
    "execute_result",
    "display_data",
    "error",
]
BUFFERS = ["buffers", "result_buffers"]
FIELDS = list(dict.fromkeys([*STRINGS, *DATES, *DOCUMENTS, *BUFFERS]))


class Bad(Exception):
    """The value is none that a record may hold."""


def taken(value: Any, tuples: bool = False, level: int = 0) -> Any:
    """A copy of a value of the domain; `Bad` for any other. `tuples` are lists in a query."""
    kind = type(value)
    if value is None or kind in (bool, float, bytes):
        return value
    if kind is int:
        if not -(2**63) <= value < 2**63:
            raise Bad(f"{value} does not fit into 64 bits")
        return value
    if kind is str:
        return text(value)
    if isinstance(value, datetime):
        return instant(value)
    if level >= DEEPEST:
        raise Bad("nested too deeply")
    if kind is list or (tuples and kind is tuple):
        return [taken(item, tuples, level + 1) for item in value]
    if kind is dict:
        return {text(key): taken(item, tuples, level + 1) for key, item in value.items()}
    raise Bad(f"a {kind.__name__} has no place in a record")


def text(value: Any) -> str:
    if type(value) is not str:
        raise Bad(f"{value!r} is no str")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Bad(f"{value!a} has a lone surrogate") from None
    return value


def instant(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise Bad(f"{value!r} has no time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise Bad(f"{value!r} is beyond the years of UTC") from None


def root_taken(name: str, value: Any) -> Any:
    """A copy of the value of a root field; `Bad` for a value of another class than the field's."""
    if value is None:
        if name == "msg_id":
            raise Bad("msg_id: None")
        return None
    if name in BUFFERS:
        if type(value) is not list:
            raise Bad(f"{name}: no list")
        return [buffer(name, item) for item in value]
    allowed: list[type] = []
    allowed += [str] * (name in STRINGS)
    allowed += [datetime] * (name in DATES)
    allowed += [dict] * (name in DOCUMENTS)
    if not isinstance(value, tuple(allowed)):
        raise Bad(f"{name}: a {type(value).__name__}")
    return taken(value)


def buffer(name: str, item: Any) -> bytes:
    if not isinstance(item, bytes | bytearray | memoryview):
        raise Bad(f"{name}: a {type(item).__name__} among the buffers")
    return bytes(item)


CLASSES = {int: 1, float: 1, str: 2, dict: 3, list: 4, tuple: 4, bytes: 5, bool: 6}


def kind_of(value: Any) -> int:
    """null < number < str < dict < list < bytes < bool < datetime."""
    if value is None:
        return 0
    return CLASSES.get(type(value), 7)


def key(value: Any) -> tuple[Any, ...]:
    """Values are equal if their keys are, and ordered as their keys are."""
    kind = kind_of(value)
    if kind == 0:
        return (0,)
    if kind == 1:
        return (1, 0, 0) if math.isnan(value) else (1, 1, value)
    if kind == 3:
        return (3, tuple((kind_of(item), name, key(item)) for name, item in value.items()))
    if kind == 4:
        return (4, tuple(map(key, value)))
    if kind == 5:
        return (5, len(value), value)
    if kind == 7:
        return (7, (value - EPOCH) // timedelta(microseconds=1))
    return (kind, value)
