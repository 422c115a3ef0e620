"""Encode a list of bytes as one bytes object: each item after its length, in eight bytes."""

from __future__ import annotations

_LENGTH_BYTES = 8


def encode_buffers(buffers: list[bytes]) -> bytes:
    r"""Encode a list of bytes.

    >>> encode_buffers([b"ab"])
    b'\x00\x00\x00\x00\x00\x00\x00\x02ab'
    """
    return b"".join(part for item in buffers for part in (len(item).to_bytes(_LENGTH_BYTES), item))


def decode_buffers(data: bytes) -> list[bytes]:
    """Decode the result of `encode_buffers`.

    >>> decode_buffers(encode_buffers([b"ab", b"", b"c"]))
    [b'ab', b'', b'c']
    """
    buffers, end = [], 0
    while end < len(data):
        start = end + _LENGTH_BYTES
        end = start + int.from_bytes(data[end:start])
        buffers.append(data[start:end])
    return buffers
