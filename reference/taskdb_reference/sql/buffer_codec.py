"""A list of bytes as one: before each item its length, in eight bytes."""

from __future__ import annotations

_LENGTH = 8


def joined(buffers: list[bytes]) -> bytes:
    """The list as one bytes.

    >>> joined([b"ab"])
    b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02ab'
    """
    return b"".join(part for item in buffers for part in (len(item).to_bytes(_LENGTH), item))


def split(data: bytes) -> list[bytes]:
    """The list that `joined` was given.

    >>> split(joined([b"ab", b"", b"c"]))
    [b'ab', b'', b'c']
    """
    buffers, at = [], 0
    while at < len(data):
        start = at + _LENGTH
        at = start + int.from_bytes(data[at:start])
        buffers.append(data[start:at])
    return buffers
