"""Read lists of bytes from pickles without unpickling, so that no code in them is executed.

The reader accepts only the opcodes that ``pickle.dumps`` writes for a list of bytes.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any


class UnexpectedPickleError(ValueError):
    """The data is not the pickle of a list of bytes."""


def read_buffers(data: bytes) -> list[bytes]:
    """Return the list of bytes in a pickle.

    Raises:
        UnexpectedPickleError: The data is anything else.

    >>> import pickle
    >>> read_buffers(pickle.dumps([b"ab", b""]))
    [b'ab', b'']
    >>> read_buffers(pickle.dumps(print))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    taskdb_reference.sqlite.pickle_reader.UnexpectedPickleError: the pickle holds more than a ...
    """
    machine = _PickleMachine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name not in _OPCODES:
                raise UnexpectedPickleError(
                    f"the pickle holds more than a list of bytes: {opcode.name}"
                )
            _OPCODES[opcode.name](machine, argument)
    except (ValueError, LookupError, AttributeError) as error:
        if isinstance(error, UnexpectedPickleError):
            raise
        raise UnexpectedPickleError(f"no pickle, or a damaged one: {error}") from error
    match machine.stack:
        case [list(result)] if all(type(item) is bytes for item in result):
            return list(result)
        case _:
            raise UnexpectedPickleError("the pickle is not of a list of bytes")


class _PickleMachine:
    """The state of the pickle machine, with a method for each accepted kind of opcode."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}

    def ignore(self, _argument: Any) -> None:
        pass

    def push(self, argument: bytes) -> None:
        self.stack.append(argument)

    def push_list(self, _argument: Any) -> None:
        self.stack.append([])

    def mark(self, _argument: Any) -> None:
        self.marked.append(self.stack)
        self.stack = []

    def append(self, _argument: Any) -> None:
        item = self.stack.pop()
        self.stack[-1].append(item)

    def extend(self, _argument: Any) -> None:
        items, self.stack = self.stack, self.marked.pop()
        self.stack[-1].extend(items)

    def put(self, argument: int) -> None:
        self.memo[argument] = self.stack[-1]

    def memoize(self, _argument: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def get(self, argument: int) -> None:
        self.stack.append(self.memo[argument])


_OPCODES: dict[str, Callable[[_PickleMachine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME", "STOP"), _PickleMachine.ignore),
    **dict.fromkeys(("SHORT_BINBYTES", "BINBYTES", "BINBYTES8"), _PickleMachine.push),
    "EMPTY_LIST": _PickleMachine.push_list,
    "MARK": _PickleMachine.mark,
    "APPEND": _PickleMachine.append,
    "APPENDS": _PickleMachine.extend,
    **dict.fromkeys(("BINPUT", "LONG_BINPUT"), _PickleMachine.put),
    "MEMOIZE": _PickleMachine.memoize,
    **dict.fromkeys(("BINGET", "LONG_BINGET"), _PickleMachine.get),
}
