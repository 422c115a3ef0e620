"""Lists of bytes out of pickles, without unpickling: nothing in the file is ever run.

Of the opcodes of a pickle only those are obeyed of which ``pickle.dumps`` makes a list of bytes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any


class NotBuffers(ValueError):
    """The bytes are not the pickle of a list of bytes."""


def read_buffers(data: bytes) -> list[bytes]:
    """The list of bytes that `data` is the pickle of. Raises `NotBuffers` for anything else.

    >>> import pickle
    >>> read_buffers(pickle.dumps([b"ab", b""]))
    [b'ab', b'']
    >>> read_buffers(pickle.dumps(print))
    Traceback (most recent call last):
    taskdb_reference.sqlite.pickle_reader.NotBuffers: the pickle holds more than a list of bytes: \
SHORT_BINUNICODE
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name not in _OPCODES:
                raise NotBuffers(f"the pickle holds more than a list of bytes: {opcode.name}")
            _OPCODES[opcode.name](machine, argument)
    except (ValueError, LookupError, AttributeError) as error:
        if isinstance(error, NotBuffers):
            raise
        raise NotBuffers(f"no pickle, or a damaged one: {error}") from error
    match machine.stack:
        case [list(result)] if all(type(item) is bytes for item in result):
            return list(result)
        case _:
            raise NotBuffers("the pickle is not of a list of bytes")


class _Machine:
    """The state of a pickle that is read."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def nothing(self, argument: Any) -> None:
        """PROTO, FRAME and STOP say nothing of the value."""

    def push(self, argument: bytes) -> None:
        self.stack.append(argument)

    def push_list(self, argument: Any) -> None:
        self.stack.append([])

    def mark(self, argument: Any) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def append(self, argument: Any) -> None:
        item = self.stack.pop()
        self.stack[-1].append(item)

    def appends(self, argument: Any) -> None:
        items, self.stack = self.stack, self.marked.pop()
        self.stack[-1].extend(items)

    def put(self, argument: int) -> None:
        self.memo[argument] = self.stack[-1]

    def memoize(self, argument: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get(self, argument: int) -> None:
        self.stack.append(self.memo[argument])


_OPCODES: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), _Machine.nothing),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"), _Machine.push),
    "EMPTY_LIST": _Machine.push_list,
    "MARK": _Machine.mark,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _Machine.put),
    "MEMOIZE": _Machine.memoize,
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _Machine.get),
}
