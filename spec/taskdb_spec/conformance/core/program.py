"""The calls that a program is made of, as values.

A program is what gets driven, shrunk, saved, replayed and printed. Its arguments are templates:
each run makes fresh ones of them with `instantiate`, so a store that keeps or changes its arguments does
not change the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from taskdb_spec.backend import Limits


class Method(Enum):
    """A call of the interface."""

    add = "add_record"
    get = "get_record"
    update = "update_record"
    drop = "drop_record"
    purge = "drop_matching_records"
    find = "find_records"
    history = "get_history"
    close = "close"


class StoreAction(Enum):
    """An operation on the whole store, made of several calls."""

    reopen = "reopen"
    """Close the store and open it again under the same folder."""
    second_store = "second_store"
    """Open a second store under another folder and write to it."""
    next_store = "next_store"
    """Close the store, open one under another folder and write to that."""
    capacity = "capacity"
    """Add many small records; the argument is how many."""
    memory_growth = "memory_growth"
    """Add many large records to a store that stores nothing, and measure its memory."""


Call: TypeAlias = Method | StoreAction
"""What an operation does."""

_CALLS: dict[str, Call] = {call.value: call for kind in (Method, StoreAction) for call in kind}


def call_named(name: str) -> Call:
    """Return the call with this value.

    >>> call_named("add_record"), call_named("reopen")
    (<Method.add: 'add_record'>, <StoreAction.reopen: 'reopen'>)
    """
    return _CALLS[name]


WRITES = frozenset({Method.add, Method.update, Method.drop, Method.purge})
READS = frozenset({Method.get, Method.find, Method.history})
RECORD_CALLS = frozenset({Method.add, Method.update})
QUERY_CALLS = frozenset({Method.find, Method.purge})


@dataclass(frozen=True)
class Operation:
    """One step of a program.

    With `mutate_afterwards`, the caller afterwards changes what it gave or got. `target_clause` is the clause that the
    step was made for: its agreement is evidence for that clause. With `keys_by_keyword`, a search is given
    its keys by their name.
    """

    call: Call
    args: tuple[Any, ...] = ()
    mutate_afterwards: bool = False
    target_clause: str = ""
    keys_by_keyword: bool = False

    def replace(self, **changes: Any) -> Operation:
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

    def replace(self, *operations: Operation) -> Program:
        return replace(self, operations=operations)


class GeneratedList(list[Any]):
    """A list of `generated` numbered strings and a few others: a long operand of ``$in``."""

    def __init__(self, generated: int, tail: tuple[Any, ...]) -> None:
        super().__init__([*(f"none-{i}" for i in range(generated)), *tail])
        self.generated, self.tail = generated, tail


def instantiate(template: Any) -> Any:
    """A private copy of an argument, as mutable as the template says."""
    kind = type(template)
    if kind is dict:
        return {key: instantiate(value) for key, value in template.items()}
    if kind is list or kind is GeneratedList:
        return [instantiate(value) for value in template]
    if kind is tuple:
        return tuple(instantiate(value) for value in template)
    if kind is set:
        return set(template)
    if kind is bytearray:
        return bytearray(template)
    if kind is memoryview:  # a view of its own at least, for a store may release it
        return memoryview(template if template.readonly else bytearray(template))
    return template


def is_unmodified(template: Any, value: Any) -> bool:
    """Whether an argument is still what its template says, type for type and key for key."""
    if isinstance(template, GeneratedList):
        template = list(template)
    if type(template) is not type(value):
        return False
    if isinstance(template, dict):
        return list(template) == list(value) and all(
            is_unmodified(item, value[key]) for key, item in template.items()
        )
    if isinstance(template, list | tuple):
        return len(template) == len(value) and all(map(is_unmodified, template, value))
    if isinstance(template, datetime):
        return bool(template == value) and template.tzinfo == value.tzinfo
    try:
        return template is value or bool(template == value) or template != template
    except ValueError:  # a memoryview that was released
        return False
