"""Run the examples of SPEC.md on a store.

Input: the text of an example and a backend. Output: the number of expectations that held, or an
`ExampleError`. An example is Python; a comment after a statement is an expectation, see "How to
read a clause" in SPEC.md:

- ``# → a, b``: `find_records` finds these ids, in any order; ``# → nothing``: it finds none.
- ``# == value``: the expression has this value, and the same type at every depth.
- ``# raises A or B``: the call raises one of these classes, or a subclass.

The statements are executed with `exec`. They come from SPEC.md only, which is part of this project.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import taskdb_spec
from taskdb_spec import Backend, Limits, TaskDB
from taskdb_spec.records.domain import strictly_equal

STORE_CALLS = (
    "add_record",
    "get_record",
    "update_record",
    "drop_record",
    "drop_matching_records",
    "find_records",
    "get_history",
    "close",
)
"""The calls of a store; in an example they are functions."""

HELPERS = ("reopen", "second_store", "open_with_limits")
"""The functions of an example that open stores."""

WITH_PATHS = "# The store also claims paths."
"""The first line of an example that needs paths, in a clause that does not require them."""

_EXPECTATION = re.compile(r"#\s*(→|==|raises)\s+(.*)")

_NAMES: dict[str, Any] = {
    **{name: getattr(taskdb_spec, name) for name in taskdb_spec.__all__},
    "UTC": UTC,
    "date": date,
    "datetime": datetime,
    "timedelta": timedelta,
    "timezone": timezone,
}


class ExampleError(AssertionError):
    """A statement of an example does not have the result that its comment states."""


@dataclass(frozen=True)
class Statement:
    """A statement of an example.

    Attributes:
        source: The statement, without its comment.
        kind: "→", "==" or "raises"; empty if the statement has no expectation.
        expected: What follows the kind in the comment.
    """

    source: str
    kind: str = ""
    expected: str = ""


def parse_statements(text: str) -> Iterator[Statement]:
    """Yield the statements of an example in order."""
    lines = text.splitlines()
    for node in ast.parse(text).body:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        source = ast.get_source_segment(text, node)
        assert source is not None
        # `ast` counts the columns in bytes of UTF-8.
        comment = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
        match = _EXPECTATION.search(comment)
        kind, expected = match.groups() if match else ("", "")
        yield Statement(source, kind, expected.strip())


def count_expectations(text: str) -> int:
    """Return the number of statements that have an expectation."""
    return sum(bool(statement.kind) for statement in parse_statements(text))


def calls_in(text: str) -> set[str]:
    """Return the names of all functions and methods that an example calls."""
    functions = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return {
        function.id if isinstance(function, ast.Name) else function.attr
        for function in functions
        if isinstance(function, ast.Name | ast.Attribute)
    }


def run_example(text: str, backend: Backend, folder: Path, *, any_error: bool = False) -> int:
    """Run an example on a new store, and return how many expectations held.

    Args:
        text: The example.
        backend: Opens the stores. They are closed and discarded afterwards.
        folder: An empty folder for the stores.
        any_error: Accept any exception where the example names a class. This is for stores that
            do not raise the errors of this package.

    Raises:
        ExampleError: An expectation did not hold.
    """
    stores = _Stores(backend, folder)
    try:
        return sum(_run_statement(each, stores.names, any_error) for each in parse_statements(text))
    finally:
        stores.discard()


class _Stores:
    """The stores that an example opens, and the names that it uses."""

    def __init__(self, backend: Backend, parent: Path) -> None:
        self._backend = backend
        self._parent = parent
        self._opened: list[TaskDB] = []
        self.names = {**_NAMES, **{name: getattr(self, name) for name in HELPERS}}
        folder = self._new_folder()
        self._use(backend.open(folder), folder)

    def reopen(self) -> None:
        """Close the store that the example uses, and open it again."""
        self._current.close()
        self._use(self._backend.open(self._current_folder), self._current_folder)

    def second_store(self) -> TaskDB:
        """Open another store and return it."""
        store = self._backend.open(self._new_folder())
        self._opened.append(store)
        return store

    def open_with_limits(self, **limits: Any) -> None:
        """Use a new store with these limits from now on."""
        assert self._backend.open_limited is not None
        folder = self._new_folder()
        self._use(self._backend.open_limited(folder, Limits(**limits)), folder)

    def discard(self) -> None:
        """Close all stores and remove what they stored."""
        for store in self._opened:
            store.close()
        self._backend.discard(self._parent)

    def _new_folder(self) -> Path:
        folder = self._parent / f"store-{len(self._opened)}"
        folder.mkdir(parents=True)
        return folder

    def _use(self, store: TaskDB, folder: Path) -> None:
        self._current, self._current_folder = store, folder
        self._opened.append(store)
        # A store for some examples may lack calls; an example that uses them raises a NameError.
        calls = {name: getattr(store, name) for name in STORE_CALLS if hasattr(store, name)}
        self.names.update(calls)


def _run_statement(statement: Statement, names: dict[str, Any], any_error: bool) -> bool:
    """Execute a statement, and return whether it has an expectation."""
    if not statement.kind:
        exec(statement.source, names)
    elif statement.kind == "raises":
        _check_raises(statement, names, any_error)
    else:
        _check_value(statement, eval(statement.source, names), names)
    return bool(statement.kind)


def _check_raises(statement: Statement, names: dict[str, Any], any_error: bool) -> None:
    expected = tuple(
        names[name] if name in names else getattr(builtins, name)
        for name in statement.expected.split(" or ")
    )
    try:
        exec(statement.source, names)
    except Exception as error:
        if any_error or isinstance(error, expected):
            return
        raise ExampleError(
            f"{statement.source} raised {error!r}, not {statement.expected}"
        ) from error
    raise ExampleError(f"{statement.source} did not raise {statement.expected}")


def _check_value(statement: Statement, value: Any, names: dict[str, Any]) -> None:
    if statement.kind == "→":
        ids = [] if statement.expected == "nothing" else statement.expected.split(", ")
        if sorted(value) != sorted(ids):
            raise ExampleError(f"{statement.source} found {sorted(value)}, not {sorted(ids)}")
        return
    expected = eval(statement.expected, names)
    if not strictly_equal(value, expected):
        raise ExampleError(f"{statement.source} is {value!r}, not {expected!r}")
