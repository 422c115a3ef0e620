"""Python source for values and operations: how a counterexample is written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from taskdb_spec.conformance.core.buffers import view_to_source
from taskdb_spec.conformance.core.program import GeneratedList, Operation

REPEATED_TEXT_LENGTH = 48


def to_source(value: Any) -> str:
    """An expression that makes `value`, with datetime, timedelta and timezone at hand.

    >>> to_source({"a": [b"x", float("inf")]})
    "{'a': [b'x', float('inf')]}"
    """
    for kind, write in _WRITERS.items():
        if isinstance(value, kind):
            return write(value)
    return repr(value)


def _dict(value: dict[Any, Any]) -> str:
    members = ", ".join(f"{to_source(k)}: {to_source(v)}" for k, v in value.items())
    return f"{{{members}}}"


def _many(value: GeneratedList) -> str:
    return f"[*(f'none-{{i}}' for i in range({value.generated})), {_items(value.tail)}]"


def _items(values: Any) -> str:
    return ", ".join(map(to_source, values))


def _tuple(value: tuple[Any, ...]) -> str:
    return f"({_items(value)},)" if len(value) == 1 else f"({_items(value)})"


def _float(value: float) -> str:
    return repr(value) if value - value == 0 else f"float({str(value)!r})"


def _text(value: str | bytes) -> str:
    """Repetitions are written as such; control characters and the like are always escaped."""
    if len(value) > REPEATED_TEXT_LENGTH and value == value[:1] * len(value):
        return f"{value[:1]!r} * {len(value)}"
    return ascii(value) if isinstance(value, str) else repr(value)


def _set(value: set[Any]) -> str:
    return f"{{{_items(value)}}}" if value else "set()"


def _datetime(value: datetime) -> str:
    parts = [value.year, value.month, value.day, value.hour, value.minute]
    parts += [value.second, value.microsecond] if value.second or value.microsecond else []
    numbers = ", ".join(map(str, parts))
    if value.tzinfo is None:
        return f"datetime({numbers})"
    zone = "timezone.utc" if value.tzinfo is UTC else _zone(value)
    return f"datetime({numbers}, tzinfo={zone})"


def _zone(value: datetime) -> str:
    offset = value.utcoffset() or timedelta()
    return f"timezone(timedelta(minutes={offset // timedelta(minutes=1)}))"


def _pattern(value: re.Pattern[str]) -> str:
    return f"re.compile({value.pattern!r})"


_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: repr,
    dict: _dict,
    GeneratedList: _many,
    list: lambda value: f"[{_items(value)}]",
    tuple: _tuple,
    set: _set,
    float: _float,
    str: _text,
    bytes: _text,
    bytearray: lambda value: f"bytearray({_text(bytes(value))})",
    memoryview: view_to_source,
    datetime: _datetime,
    date: lambda value: f"date({value.year}, {value.month}, {value.day})",
    timedelta: lambda value: f"timedelta(seconds={value.total_seconds()})",
    SimpleNamespace: lambda value: repr(value).replace("namespace", "SimpleNamespace", 1),
    re.Pattern: _pattern,
    object: lambda value: "object()" if type(value) is object else repr(value),
}


def call_to_source(operation: Operation, names: tuple[str, ...] = ()) -> str:
    """The call as an expression on ``db``; `names` stand in for its first arguments."""
    args = [*names, *map(to_source, operation.args[len(names) :])]
    if operation.keys_by_keyword:
        args[1] = f"keys={args[1]}"
    return f"db.{operation.call.value}({', '.join(args)})"
