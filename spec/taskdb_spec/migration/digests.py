"""Digests of records: equal records have equal digests, in any store."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord
from taskdb_spec.records.timestamps import to_microseconds


def encode_record(record: TaskRecord) -> bytes:
    """Return a complete record as bytes; two records are equal if and only if their bytes are.

    Records are equal if `strictly_equal` says so for each field.

    >>> from taskdb_spec.records.fields import new_record
    >>> one, other = new_record("a", header={"x": 1}), new_record("a", header={"x": 1.0})
    >>> encode_record(one) == encode_record(other)
    False
    """
    fields: Any = record
    return b"".join(_encode(fields[name]) for name in TASK_FIELDS)


def compute_digest(encoding: bytes) -> bytes:
    """Return the SHA-256 digest of the encoding of one record."""
    return sha256(encoding).digest()


def compute_checksum(digests: Iterable[bytes]) -> str:
    """Return one hexadecimal number for the digests of several records, in any order.

    >>> compute_checksum([b"a", b"b"]) == compute_checksum([b"b", b"a"])
    True
    """
    # A sum does not depend on the order of the records, which differs between stores.
    total = sum(int.from_bytes(digest, "big") for digest in digests)
    return f"{total % 2**256:064x}"


def _encode(value: Any) -> bytes:
    # The letter of the class and the length make the encoding unambiguous.
    letter, content = _ENCODERS[type(value)](value)
    return b"%c%d:%b" % (letter, len(content), content)


def _encode_float(value: float) -> bytes:
    if value != value:
        return b"nan"  # every bit pattern of NaN is the same value
    return struct.pack(">d", value + 0.0)  # the sum turns -0.0 into 0.0, which is equal


def _encode_dict(value: dict[str, Any]) -> bytes:
    return b"".join(_encode(key) + _encode(item) for key, item in value.items())


_ENCODERS: dict[type, Callable[[Any], tuple[bytes, bytes]]] = {
    type(None): lambda _value: (b"n", b""),
    bool: lambda value: (b"t" if value else b"f", b""),
    int: lambda value: (b"i", b"%d" % value),
    float: lambda value: (b"d", _encode_float(value)),
    str: lambda value: (b"s", value.encode()),
    bytes: lambda value: (b"b", value),
    datetime: lambda value: (b"z", b"%d" % to_microseconds(value)),
    list: lambda value: (b"l", b"".join(map(_encode, value))),
    dict: lambda value: (b"o", _encode_dict(value)),
}
