"""Delta debugging on programs: fewer operations, then simpler arguments.

It works on programs as data, and not on the choices that made them, as Hypothesis does: a failure
shrinks in some 0.04 seconds.

Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.core.program import GeneratedList, Method, Operation, Program
from taskdb_spec.conformance.core.timestamps import to_utc
from taskdb_spec.conformance.core.vocabulary import EPOCH

Fails = Callable[[Program], "Program | None"]
"""Runs a program; returns the part up to the failure if it fails alike, and otherwise None."""

MAX_SHRINK_ATTEMPTS = 600
"""Programs that are run to shrink one failure; a few dozen suffice for nearly all."""


def shrink(program: Program, fails: Fails) -> Program:
    """Return the smallest program found that still fails alike."""
    shrinker = _Shrinker(program, fails)
    while shrinker.attempts < MAX_SHRINK_ATTEMPTS:
        before = shrinker.program
        shrinker.drop_operations()
        shrinker.simplify_arguments()
        if shrinker.program is before:
            break
    return shrinker.program


def shorten(program: Program, fails: Fails, length: int) -> Program:
    """Return a part of the program that fails alike, if possible of this length at most."""
    shrinker = _Shrinker(program, fails)
    shrinker.drop_operations(length)
    return shrinker.program


class _Shrinker:
    def __init__(self, program: Program, fails: Fails) -> None:
        self.program, self.fails, self.attempts = program, fails, 0

    def try_operations(self, operations: list[Operation]) -> bool:
        """Try a smaller program, and continue with it if it fails as well."""
        if self.attempts >= MAX_SHRINK_ATTEMPTS:
            return False
        self.attempts += 1
        smaller = self.fails(self.program.replace(*operations))
        if smaller is None or smaller == self.program:
            return False
        self.program = smaller
        return True

    def drop_operations(self, enough: int = 0) -> None:
        """Drop halves, quarters and so on, until no single operation can be dropped.

        Args:
            enough: A program of this length need not become shorter.
        """
        size = max(1, len(self.program) // 2)
        while size and len(self.program) > enough:
            start = 0
            while start < len(self.program) and len(self.program) > enough:
                operations = list(self.program)
                if not self.try_operations(operations[:start] + operations[start + size :]):
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
            if self.try_operations(operations):
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
    """Yield values that are simpler than this one, the simplest first."""
    if isinstance(value, GeneratedList):
        return
    for kind, simplify in _SIMPLIFIERS.items():
        if isinstance(value, kind):
            yield from simplify(value)
            return


def _simpler_sequences(value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    kind = type(value)
    for i in range(len(value)):
        yield kind((*value[:i], *value[i + 1 :]))
    for i, item in enumerate(value):
        for simpler in simpler_values(item):
            yield kind((*value[:i], simpler, *value[i + 1 :]))


def _simpler_timestamps(value: datetime) -> Iterator[datetime]:
    if value.tzinfo is None:
        return
    if value != EPOCH:
        yield EPOCH
    if value.tzinfo is not UTC and (simpler := to_utc(value)) is not value:
        yield simpler


def _simpler_texts(value: str) -> Iterator[str]:
    if len(value) > 1:
        yield from ("a", "b")


def _plain_buffers(value: bytearray | memoryview) -> Iterator[bytes]:
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


_SIMPLIFIERS: dict[Any, Callable[[Any], Iterator[Any]]] = {
    dict: _simpler_dicts,
    list: _simpler_sequences,
    tuple: _simpler_sequences,
    datetime: _simpler_timestamps,
    str: _simpler_texts,
    bytearray: _plain_buffers,
    memoryview: _plain_buffers,
}
