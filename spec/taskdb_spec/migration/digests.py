"""Digests of records: equal for records that are the same, whatever store they come from."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord
from taskdb_spec.records.timestamps import to_microseconds


def encoded(record: TaskRecord) -> bytes:
    """All of a whole record, types included, as bytes: the same for what `same` says is the same.

    >>> from taskdb_spec import new_record
    >>> encoded(new_record("a", header={"x": 1})) == encoded(new_record("a", header={"x": 1.0}))
    False
    """
    fields: Any = record
    return b"".join(_encoded(fields[name]) for name in TASK_FIELDS)


def digest(encoding: bytes) -> bytes:
    """The digest of one record's encoding."""
    return sha256(encoding).digest()


def checksum(digests: Iterable[bytes]) -> str:
    """One number, in hexadecimal, for the digests of some records, in whatever order they come.

    >>> checksum([b"a", b"b"]) == checksum([b"b", b"a"]), checksum([b"a"]) == checksum([b"b"])
    (True, False)
    """
    total = sum(int.from_bytes(one, "big") for one in digests)
    return f"{total % 2**256:064x}"


def _encoded(value: Any) -> bytes:
    """A letter for the class, the length, and the content: no two values share an encoding."""
    letter, content = _ENCODERS[type(value)](value)
    return b"%c%d:%b" % (letter, len(content), content)


def _float(value: float) -> bytes:
    if value != value:
        return b"nan"  # there are many, all the same
    return struct.pack(">d", value + 0.0)  # which makes -0.0 the same as 0.0


def _dict(value: dict[str, Any]) -> bytes:
    return b"".join(_encoded(key) + _encoded(item) for key, item in value.items())


_ENCODERS: dict[type, Callable[[Any], tuple[bytes, bytes]]] = {
    type(None): lambda value: (b"n", b""),
    bool: lambda value: (b"t" if value else b"f", b""),
    int: lambda value: (b"i", b"%d" % value),
    float: lambda value: (b"d", _float(value)),
    str: lambda value: (b"s", value.encode()),
    bytes: lambda value: (b"b", value),
    datetime: lambda value: (b"z", b"%d" % to_microseconds(value)),
    list: lambda value: (b"l", b"".join(map(_encoded, value))),
    dict: lambda value: (b"o", _dict(value)),
}
