"""Delta debugging on programs: fewer operations, then simpler arguments.

Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.core.program import GeneratedList, Method, Operation, Program
from taskdb_spec.conformance.generation.values import EPOCH

Fails = Callable[[Program], "Program | None"]
"""Runs a program; if it fails in the way that is looked for, gives the part up to the failure."""

MAX_SHRINK_ATTEMPTS = 600
"""How many programs are run at the most to shrink one failure."""


def shrink(program: Program, fails: Fails) -> Program:
    """The smallest program found that still fails in the same way."""
    shrinker = _Shrinker(program, fails)
    while shrinker.tries < MAX_SHRINK_ATTEMPTS:
        before = shrinker.program
        shrinker.drop_operations()
        shrinker.simplify_arguments()
        if shrinker.program is before:
            break
    return shrinker.program


class _Shrinker:
    def __init__(self, program: Program, fails: Fails) -> None:
        self.program, self.fails, self.tries = program, fails, 0

    def take(self, operations: list[Operation]) -> bool:
        """Whether a smaller program fails as well; it is then the one to go on with."""
        if self.tries >= MAX_SHRINK_ATTEMPTS:
            return False
        self.tries += 1
        smaller = self.fails(self.program.replace(*operations))
        if smaller is None or smaller == self.program:
            return False
        self.program = smaller
        return True

    def drop_operations(self) -> None:
        size = max(1, len(self.program) // 2)
        while size:
            start = 0
            while start < len(self.program):
                operations = list(self.program)
                if not self.take(operations[:start] + operations[start + size :]):
                    start += size
            size //= 2

    def simplify_arguments(self) -> None:
        for position in range(len(self.program)):
            while position < len(self.program) and self._simplify(position):
                pass

    def _simplify(self, position: int) -> bool:
        operations = list(self.program)
        operation = operations[position]
        for simpler in _simpler_operations(operation):
            operations[position] = simpler
            if self.take(operations):
                return True
        return False


def _simpler_operations(operation: Operation) -> Iterator[Operation]:
    if operation.mutate_afterwards:
        yield operation.replace(mutate_afterwards=False)
    if len(operation.args) == 2 and operation.call is Method.find:
        yield operation.replace(args=operation.args[:1], keys_by_keyword=False)
    if operation.keys_by_keyword:
        yield operation.replace(keys_by_keyword=False)
    for i, arg in enumerate(operation.args):
        if i == 0 and isinstance(arg, str):
            continue
        for simpler in simpler_values(arg):
            yield operation.replace(args=(*operation.args[:i], simpler, *operation.args[i + 1 :]))


def simpler_values(value: Any) -> Iterator[Any]:
    """Values that are simpler than this one, the simplest first."""
    if isinstance(value, GeneratedList):
        return
    if isinstance(value, dict):
        yield from _simpler_dicts(value)
    elif isinstance(value, list | tuple):
        kind = type(value)
        for i in range(len(value)):
            yield kind((*value[:i], *value[i + 1 :]))
        for i, item in enumerate(value):
            for simpler in simpler_values(item):
                yield kind((*value[:i], simpler, *value[i + 1 :]))
    elif isinstance(value, datetime) and value.tzinfo is not None:
        if value != EPOCH:
            yield EPOCH
        if value.tzinfo is not UTC:
            yield value.astimezone(UTC)
    elif isinstance(value, str) and len(value) > 1:
        yield from ("a", "b") if value not in ("a", "b") else ()
    elif isinstance(value, bytearray | memoryview):
        yield bytes(value)


def _simpler_dicts(value: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    keys = list(value)
    size = (len(keys) + 1) // 2
    while size:
        for start in range(0, len(keys), size):
            gone = keys[start : start + size]
            yield {k: v for k, v in value.items() if k not in gone}
        size //= 2
    for key, item in value.items():
        for simpler in simpler_values(item):
            yield {k: simpler if k == key else v for k, v in value.items()}
