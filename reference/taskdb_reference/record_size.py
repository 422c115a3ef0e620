"""The size of a record in bytes, as ``size_limit`` counts it."""

from __future__ import annotations

from typing import Any

VALUE_BYTES = 8
"""The size of any value without its content, so that a million Nones or '' are not free."""


def measure_size(value: Any) -> int:
    r"""Return the size in bytes of a value of the domain. A record is the dict of its fields.

    Each value counts 8 bytes. A str or a key adds its length in UTF-8, and bytes add their length.
    A list or a dict adds the sizes of its items. This measures the stored content, not the memory
    of Python objects, so it is the same on every platform and in every run.

    >>> measure_size(3), measure_size(None), measure_size("\u00e9"), measure_size([])
    (8, 8, 10, 8)
    >>> measure_size({"key": [1, 2]})
    35
    """
    kind = type(value)  # the domain has no subclasses
    if kind is str:
        return VALUE_BYTES + _utf8_length(value)
    if kind is bytes:
        return VALUE_BYTES + len(value)
    if kind is list:
        return VALUE_BYTES + sum(map(measure_size, value))
    if kind is dict:
        return VALUE_BYTES + sum(
            _utf8_length(key) + measure_size(item) for key, item in value.items()
        )
    return VALUE_BYTES


def _utf8_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
