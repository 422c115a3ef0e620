"""Buffers given as views: of a part, of every other byte, or of another format (clause BUF-2)."""

from __future__ import annotations


def view_of_part(content: bytes) -> memoryview:
    """A view of `content` inside a larger buffer, as of a part of a message.

    >>> bytes(view_of_part(b"ab")), view_of_part(b"ab").obj
    (b'ab', b'<ab>')
    """
    return memoryview(b"<" + content + b">")[1:-1]


def strided_view(content: bytes) -> memoryview:
    """A view of `content` that is every other byte of its buffer.

    >>> bytes(strided_view(b"ab")), strided_view(b"ab").obj
    (b'ab', b'a_b_')
    """
    return memoryview(b"".join(bytes([byte]) + b"_" for byte in content))[::2]


def signed_view(content: bytes) -> memoryview:
    """A view of `content` by signed bytes, so that its elements may be negative.

    >>> bytes(signed_view(b"\\xff")), signed_view(b"\\xff").tolist()
    (b'\\xff', [-1])
    """
    return memoryview(content).cast("b")


def view_to_source(view: memoryview) -> str:
    """An expression that makes such a view.

    >>> view_to_source(view_of_part(b"ab")), view_to_source(strided_view(b"ab")), view_to_source(memoryview(b"ab"))
    ("memoryview(b'<ab>')[1:-1]", "memoryview(b'a_b_')[::2]", "memoryview(b'ab')")
    """
    try:
        content = view.obj
    except ValueError:  # it was released
        return "<a released memoryview>"
    assert isinstance(content, bytes | bytearray)
    whole = f"memoryview({content!r})"
    if view.format == "b":
        return f'{whole}.cast("b")'
    if not view.contiguous:
        return f"{whole}[::2]"
    return whole if len(view) == len(content) else f"{whole}[1:-1]"
