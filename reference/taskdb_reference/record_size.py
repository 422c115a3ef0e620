"""How many bytes a record counts for against ``size_limit``."""

from __future__ import annotations

from typing import Any

VALUE_BYTES = 8
"""What every value counts for, whatever it is, so that a million Nones or '' are not free."""


def size_of(value: Any) -> int:
    """The size in bytes of a value of the domain; a record is the dict of its fields.

    Each value counts 8 bytes. To them a str or a key adds its length in UTF-8, bytes their length,
    a list and a dict the sizes of what they hold. This is what was stored, not what Python needs
    for it: it is the same on every platform and in every run.

    >>> size_of(3), size_of(None), size_of("\\u00e9"), size_of(b"123"), size_of([])
    (8, 8, 10, 11, 8)
    >>> size_of({"key": [1, 2]})
    35
    """
    kind = type(value)  # values of the domain are of no subclass
    if kind is str:
        return VALUE_BYTES + _utf8_length(value)
    if kind is bytes:
        return VALUE_BYTES + len(value)
    if kind is list:
        return VALUE_BYTES + sum(map(size_of, value))
    if kind is dict:
        return VALUE_BYTES + sum(_utf8_length(key) + size_of(item) for key, item in value.items())
    return VALUE_BYTES


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
