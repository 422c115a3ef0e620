"""Python source for values and calls.

Input: a value, or an `Operation`. Output: an expression for a counterexample script, and the names
in it that the script must import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from taskdb_spec.conformance.core.buffers import view_to_source
from taskdb_spec.conformance.core.program import GeneratedList, Operation

MAX_REPETITION_LENGTH = 48
"""A text that repeats one character is written out up to this length, and else as a product."""


class SourceWriter:
    """Write values and calls as Python expressions, and collect the names to import.

    Attributes:
        names: The names in the source written so far that are not builtins.

    >>> writer = SourceWriter()
    >>> writer.value(timedelta(hours=1)), writer.names
    ('timedelta(seconds=3600.0)', {'timedelta'})
    """

    def __init__(self) -> None:
        self.names: set[str] = set()

    def name(self, name: str) -> str:
        """Return a name that the script must import."""
        self.names.add(name)
        return name

    def value(self, value: Any) -> str:
        """Return an expression that creates `value`."""
        for kind, write in _WRITERS.items():
            if isinstance(value, kind):
                return write(self, value)
        raise AssertionError("every value is an object")

    def items(self, values: Iterable[Any]) -> str:
        """Return the expressions for several values, separated by commas."""
        return ", ".join(map(self.value, values))

    def call(
        self, operation: Operation, arguments: tuple[str, ...] = (), store: str | None = "db"
    ) -> str:
        """Return a call as an expression.

        Args:
            operation: The call; it is a method of the interface.
            arguments: Expressions for the first arguments, in place of their values.
            store: The name of the store, or None for the bare call.
        """
        args = [*arguments, *map(self.value, operation.args[len(arguments) :])]
        if operation.keys_by_keyword:
            args[1] = f"keys={args[1]}"
        call = f"{operation.call.value}({', '.join(args)})"
        return call if store is None else f"{store}.{call}"


def to_source(value: Any) -> str:
    """Return an expression that creates `value`, if the names in it are imported.

    >>> to_source({"a": [b"x", float("inf")]})
    "{'a': [b'x', float('inf')]}"
    """
    return SourceWriter().value(value)


def _dict(writer: SourceWriter, value: dict[Any, Any]) -> str:
    members = ", ".join(f"{writer.value(k)}: {writer.value(v)}" for k, v in value.items())
    return f"{{{members}}}"


def _generated_list(writer: SourceWriter, value: GeneratedList) -> str:
    return f"[*(f'none-{{i}}' for i in range({value.generated})), {writer.items(value.tail)}]"


def _tuple(writer: SourceWriter, value: tuple[Any, ...]) -> str:
    return f"({writer.items(value)},)" if len(value) == 1 else f"({writer.items(value)})"


def _set(writer: SourceWriter, value: set[Any]) -> str:
    return f"{{{writer.items(value)}}}" if value else "set()"


def _float(_writer: SourceWriter, value: float) -> str:
    # The difference is NaN for infinities and NaN, which have no literal.
    return repr(value) if value - value == 0 else f"float({str(value)!r})"


def _text(_writer: SourceWriter, value: str | bytes) -> str:
    if len(value) > MAX_REPETITION_LENGTH and value == value[:1] * len(value):
        return f"{value[:1]!r} * {len(value)}"
    # `ascii`, because a script must show control characters and combining accents.
    return ascii(value) if isinstance(value, str) else repr(value)


def _datetime(writer: SourceWriter, value: datetime) -> str:
    parts = [value.year, value.month, value.day, value.hour, value.minute]
    parts += [value.second, value.microsecond] if value.second or value.microsecond else []
    numbers = ", ".join(map(str, parts))
    if value.tzinfo is None:
        return f"{writer.name('datetime')}({numbers})"
    return f"{writer.name('datetime')}({numbers}, tzinfo={_timezone(writer, value)})"


def _timezone(writer: SourceWriter, value: datetime) -> str:
    if value.tzinfo is UTC:
        return f"{writer.name('timezone')}.utc"
    minutes = (value.utcoffset() or timedelta()) // timedelta(minutes=1)
    return f"{writer.name('timezone')}({writer.name('timedelta')}(minutes={minutes}))"


def _date(writer: SourceWriter, value: date) -> str:
    return f"{writer.name('date')}({value.year}, {value.month}, {value.day})"


def _timedelta(writer: SourceWriter, value: timedelta) -> str:
    return f"{writer.name('timedelta')}(seconds={value.total_seconds()})"


def _namespace(writer: SourceWriter, value: SimpleNamespace) -> str:
    members = ", ".join(f"{name}={writer.value(item)}" for name, item in vars(value).items())
    return f"{writer.name('SimpleNamespace')}({members})"


def _pattern(writer: SourceWriter, value: re.Pattern[str]) -> str:
    return f"{writer.name('re')}.compile({value.pattern!r})"


def _object(writer: SourceWriter, value: object) -> str:
    if type(value) is object:
        return "object()"
    if type(value).__module__ != "builtins":
        writer.name(type(value).__name__)  # the repr of a Decimal or UUID begins with it
    return repr(value)


# The first class that fits writes the value, so subclasses come before their bases.
_WRITERS: dict[type, Callable[[SourceWriter, Any], str]] = {
    bool: lambda _writer, value: repr(value),
    dict: _dict,
    GeneratedList: _generated_list,
    list: lambda writer, value: f"[{writer.items(value)}]",
    tuple: _tuple,
    set: _set,
    float: _float,
    str: _text,
    bytes: _text,
    bytearray: lambda writer, value: f"bytearray({_text(writer, bytes(value))})",
    memoryview: lambda _writer, value: view_to_source(value),
    datetime: _datetime,
    date: _date,
    timedelta: _timedelta,
    SimpleNamespace: _namespace,
    re.Pattern: _pattern,
    object: _object,
}
