"""Memoryviews of unusual shapes: a part of a buffer, every other byte, signed bytes (BUF-2).

Generators use them as the content of buffers. Input: bytes. Output: a memoryview with this content,
and the Python source that creates such a view.
"""

from __future__ import annotations


def view_of_part(content: bytes) -> memoryview:
    """Return a view of `content` in the middle of a larger buffer, like a part of a message.

    >>> bytes(view_of_part(b"ab")), view_of_part(b"ab").obj
    (b'ab', b'<ab>')
    """
    return memoryview(b"<" + content + b">")[1:-1]


def strided_view(content: bytes) -> memoryview:
    """Return a view of `content` that consists of every other byte of its buffer.

    >>> bytes(strided_view(b"ab")), strided_view(b"ab").obj
    (b'ab', b'a_b_')
    """
    return memoryview(b"".join(bytes([byte]) + b"_" for byte in content))[::2]


def signed_view(content: bytes) -> memoryview:
    r"""Return a view of `content` as signed bytes, so that elements can be negative.

    >>> bytes(signed_view(b"\xff")), signed_view(b"\xff").tolist()
    (b'\xff', [-1])
    """
    return memoryview(content).cast("b")


def view_to_source(view: memoryview) -> str:
    """Return an expression that creates an equal view of the same shape.

    >>> view_to_source(memoryview(b"ab"))
    "memoryview(b'ab')"
    >>> view_to_source(view_of_part(b"ab")), view_to_source(strided_view(b"ab"))
    ("memoryview(b'<ab>')[1:-1]", "memoryview(b'a_b_')[::2]")
    """
    try:
        content = view.obj
    except ValueError:  # The view was released.
        return "<a released memoryview>"
    assert isinstance(content, bytes | bytearray)
    whole = f"memoryview({content!r})"
    if view.format == "b":
        return f'{whole}.cast("b")'
    if not view.contiguous:
        return f"{whole}[::2]"
    return whole if len(view) == len(content) else f"{whole}[1:-1]"
