"""Programs: sequences of calls and store actions, as data.

Programs are generated, executed, shrunk, pickled, replayed and printed from this one
representation. The arguments in a program are templates: each execution passes copies of them
(`instantiate`), so a store that keeps or changes its arguments does not change the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from taskdb_spec.backend import Limits


class Method(Enum):
    """A method of the interface; the value is its name."""

    add = "add_record"
    get = "get_record"
    update = "update_record"
    drop = "drop_record"
    purge = "drop_matching_records"
    find = "find_records"
    history = "get_history"
    close = "close"


class StoreAction(Enum):
    """An operation on the whole store that consists of several calls."""

    reopen = "reopen"
    """Close the store and open it again in the same folder."""
    second_store = "second_store"
    """Open a second store in another folder and write to it."""
    next_store = "next_store"
    """Close the store, open one in another folder and write to that one."""
    capacity = "capacity"
    """Add many small records; the argument is their number."""
    memory_growth = "memory_growth"
    """Pass many large records to a store that stores nothing, and measure its memory."""


Call: TypeAlias = Method | StoreAction
"""What an operation does: it calls one method, or performs a store action."""

_CALLS: dict[str, Call] = {call.value: call for kind in (Method, StoreAction) for call in kind}


def call_named(name: str) -> Call:
    """Return the method or store action with this value.

    >>> call_named("add_record"), call_named("reopen")
    (<Method.add: 'add_record'>, <StoreAction.reopen: 'reopen'>)
    """
    return _CALLS[name]


WRITES = frozenset({Method.add, Method.update, Method.drop, Method.purge})
READS = frozenset({Method.get, Method.find, Method.history})
RECORD_CALLS = frozenset({Method.add, Method.update})
QUERY_CALLS = frozenset({Method.find, Method.purge})
WHOLE_STORE_CALLS: frozenset[Call] = frozenset({Method.close, *StoreAction})
"""The operations on the whole store. Each has a check of its own, which makes several calls."""


@dataclass(frozen=True)
class Operation:
    """One step of a program.

    Attributes:
        call: The method or store action.
        args: The arguments; see `instantiate`.
        mutate_afterwards: Whether the caller changes, after the call, the objects that it passed or
            received.
        target_clause: The clause that the step was generated for, or "". If the backend agrees with
            the model here, that is evidence for this clause.
        keys_by_keyword: Whether `find_records` gets its second argument as ``keys=``.
    """

    call: Call
    args: tuple[Any, ...] = ()
    mutate_afterwards: bool = False
    target_clause: str = ""
    keys_by_keyword: bool = False

    def replace(self, **changes: Any) -> Operation:
        """Return a copy with other values of some attributes."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Program:
    """A sequence of operations on one store, which is opened with `limits` if there are any."""

    operations: tuple[Operation, ...]
    limits: Limits | None = None

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def replace(self, *operations: Operation) -> Program:
        """Return a program of these operations with the same limits."""
        return replace(self, operations=operations)

    def followed_by(self, operation: Operation) -> Program:
        """Return a program with one more operation at the end."""
        return self.replace(*self, operation)


class GeneratedList(list[Any]):
    """A long list that a script writes in short form: numbered strings, then the items of `tail`.

    It is an operand of ``$in``. `generated` is the number of the strings.
    """

    def __init__(self, generated: int, tail: tuple[Any, ...]) -> None:
        super().__init__([*(f"none-{i}" for i in range(generated)), *tail])
        self.generated, self.tail = generated, tail


def instantiate(template: Any) -> Any:
    """Return a private copy of an argument, with the mutable classes of the template."""
    kind = type(template)
    if kind is dict:
        return {key: instantiate(value) for key, value in template.items()}
    if kind is list or kind is GeneratedList:
        return [instantiate(value) for value in template]
    if kind is tuple:
        return tuple(instantiate(value) for value in template)
    if kind is set or kind is bytearray:
        return kind(template)
    if kind is memoryview:
        # A read-only buffer can be shared, but not the view: a store may release it.
        return memoryview(template if template.readonly else bytearray(template))
    return template


def is_unmodified(template: Any, value: Any) -> bool:
    """Return whether an argument still equals its template, with the same types and key order."""
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
        # NaN is not equal to itself, so a template that is NaN counts as unmodified.
        return template is value or bool(template == value) or template != template
    except ValueError:  # The value is a memoryview that the store released.
        return False
