"""The calls that a program is made of, as values.

A program is what gets driven, shrunk, saved, replayed and printed. Its arguments are templates:
each run makes fresh ones of them with `fresh`, so a store that keeps or changes its arguments does
not change the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from taskdb_spec.backend import Limits


class Call(Enum):
    """What an operation does: a call of the interface, or an act on the whole store."""

    add = "add_record"
    get = "get_record"
    update = "update_record"
    drop = "drop_record"
    purge = "drop_matching_records"
    find = "find_records"
    history = "get_history"
    close = "close"
    reopen = "reopen"
    """Close the store and open it again under the same folder."""
    neighbour = "neighbour"
    """Open a second store under another folder and write to it."""
    successor = "successor"
    """Close the store, open one under another folder and write to that."""
    crowd = "crowd"
    """Add many small records; the argument is how many."""
    hoard = "hoard"
    """Add many large records to a store that stores nothing, and measure its memory."""


WRITES = frozenset({Call.add, Call.update, Call.drop, Call.purge})
READS = frozenset({Call.get, Call.find, Call.history})
RECORD_CALLS = frozenset({Call.add, Call.update})
QUERY_CALLS = frozenset({Call.find, Call.purge})


@dataclass(frozen=True)
class Operation:
    """One step of a program.

    With `scribble`, the caller afterwards changes what it gave or got. `aim` is the clause that the
    step was made for: its agreement is evidence for that clause. With `by_name`, a search is given
    its keys by their name.
    """

    call: Call
    args: tuple[Any, ...] = ()
    scribble: bool = False
    aim: str = ""
    by_name: bool = False

    def but(self, **changes: Any) -> Operation:
        return replace(self, **changes)


@dataclass(frozen=True)
class Program:
    """A sequence of operations on one store, opened with `limits` if there are any."""

    operations: tuple[Operation, ...]
    limits: Limits | None = None

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def but(self, *operations: Operation) -> Program:
        return replace(self, operations=operations)


class Many(list[Any]):
    """A list of `generated` numbered strings and a few others: a long operand of ``$in``."""

    def __init__(self, generated: int, tail: tuple[Any, ...]) -> None:
        super().__init__([*(f"none-{i}" for i in range(generated)), *tail])
        self.generated, self.tail = generated, tail


def fresh(template: Any) -> Any:
    """A private copy of an argument, as mutable as the template says."""
    kind = type(template)
    if kind is dict:
        return {key: fresh(value) for key, value in template.items()}
    if kind is list or kind is Many:
        return [fresh(value) for value in template]
    if kind is tuple:
        return tuple(fresh(value) for value in template)
    if kind is set:
        return set(template)
    if kind is bytearray:
        return bytearray(template)
    if kind is memoryview:  # a view of its own at least, for a store may release it
        return memoryview(template if template.readonly else bytearray(template))
    return template


def unchanged(template: Any, value: Any) -> bool:
    """Whether an argument is still what its template says, type for type and key for key."""
    if isinstance(template, Many):
        template = list(template)
    if type(template) is not type(value):
        return False
    if isinstance(template, dict):
        return list(template) == list(value) and all(
            unchanged(item, value[key]) for key, item in template.items()
        )
    if isinstance(template, list | tuple):
        return len(template) == len(value) and all(map(unchanged, template, value))
    if isinstance(template, datetime):
        return bool(template == value) and template.tzinfo == value.tzinfo
    try:
        return template is value or bool(template == value) or template != template
    except ValueError:  # a memoryview that was released
        return False
