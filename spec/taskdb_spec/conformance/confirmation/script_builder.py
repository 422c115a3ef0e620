"""Parts of a script: how it opens the store, the statements of a step, and the imports.

Input: operations. Output: lines of Python that need the backend and the standard library only. The
`ScriptBuilder` remembers which names it has written, so a script imports what it uses.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.capacity import ID_PREFIX, finished_record
from taskdb_spec.conformance.comparison.null_store import LARGE_RECORD_BYTES, LARGE_RECORD_COUNT
from taskdb_spec.conformance.comparison.reopen import close_count
from taskdb_spec.conformance.core.literals import SourceWriter
from taskdb_spec.conformance.core.observations import Base
from taskdb_spec.conformance.core.program import Method, Operation, StoreAction

MAX_MEMORY_LINES = (
    "import resource",
    "",
    "resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))  # the store may take all there is",
)
"""Statements that limit the memory of a script, for a store that runs out of memory."""

OPENING_ACTIONS = (StoreAction.second_store, StoreAction.next_store)
"""The store actions that open another store."""

_MODULES = ("gc", "re", "tracemalloc")
_NAMES = {
    "contextlib": ("suppress",),
    "taskdb_spec": ("DuplicateRecord", "QueryError", "RecordError", "RecordNotFound"),
    "decimal": ("Decimal",),
    "types": ("SimpleNamespace",),
    "uuid": ("UUID",),
    "datetime": ("date", "datetime", "timedelta", "timezone"),
}
"""The names that a script may import, by module, in the order of the import statements."""


@dataclass(frozen=True)
class Opener:
    """How a script opens the store.

    Attributes:
        header: Lines that import and define what the expression needs.
        expression: An expression that opens the store; ``{folder}`` stands for the folder.
        path: The folder to import the backend from, unless it is installed.
    """

    header: tuple[str, ...]
    expression: str
    path: str | None = None

    @classmethod
    def for_backend(cls, target: str, path: str | None, limits: Limits | None) -> Opener:
        """Return how a script opens a backend.

        Args:
            target: ``module:attribute`` of the backend, or of what declares it.
            path: The folder to import the module from, unless it is installed.
            limits: The limits of the store.
        """
        module, _, attribute = target.partition(":")
        header: tuple[str, ...] = (f"from {module} import {attribute.partition('.')[0]}",)
        declaration = _declaration(module, attribute)
        if limits is not None:
            header += ("from taskdb_spec import Limits",)
            return cls(header, f"{declaration}.open_limited({{folder}}, {limits!r})", path)
        opened = f"{declaration}.open({{folder}})" if declaration else f"{attribute}()"
        return cls(header, opened, path)

    @classmethod
    def for_model(cls, backend: Backend) -> Opener:
        """Return how a script opens the model, with the capabilities of a backend.

        The model keeps its records per folder while the script runs, so that it can be reopened.
        """
        claimed = sorted(str(c) for c in backend.query_capabilities)
        header = (
            "from taskdb_spec.model import Model",
            "stores = {}",
            "def open_model(folder):",
            f"    return stores.setdefault(folder, Model(frozenset({claimed})))",
        )
        return cls(header, "open_model({folder})")

    def at(self, folder: str) -> str:
        """Return the expression with an expression of the folder."""
        return self.expression.format(folder=folder)

    @property
    def path_lines(self) -> tuple[str, ...]:
        """The statement that makes the backend importable. It needs ``sys``."""
        return (f"sys.path.insert(0, {self.path!r})",) if self.path else ()


def _declaration(module: str, attribute: str) -> str:
    """Return the expression of the `Backend` that a target is or has, or "" for a plain class."""
    target: Any = sys.modules.get(module)
    for name in attribute.split("."):
        target = getattr(target, name, None)
    if isinstance(target, Backend) or target is None:
        return attribute
    return f"{attribute}.taskdb_backend" if hasattr(target, "taskdb_backend") else ""


def write_docstring(clause: str, summary: str) -> str:
    """Return the docstring of a script: the clause, and the failure in one sentence."""
    text = f"{clause}: {clauses()[clause].title}\n\n{textwrap.fill(summary, 96)}\n"
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""{text}"""'


class ScriptBuilder:
    """Write the statements of a script, and collect the imports that they need."""

    def __init__(self, opener: Opener) -> None:
        self.opener = opener
        self.writer = SourceWriter()

    def name(self, name: str) -> str:
        """Return a name, and remember to import it unless it is a builtin."""
        return self.writer.name(name)

    def import_lines(self) -> list[str]:
        """Return the import statements for everything that was written so far."""
        used = self.writer.names
        lines = [f"import {module}" for module in _MODULES if module in used]
        lines.append("import tempfile")
        for module, names in _NAMES.items():
            imported = ", ".join(name for name in names if name in used)
            if imported:
                lines.append(f"from {module} import {imported}")
        return [*lines, "from pathlib import Path"]

    def suppressing(self, statements: Iterable[str]) -> list[str]:
        """Return the statements in a block that ignores exceptions."""
        header = f"with {self.name('suppress')}(Exception):"
        return [header, *(f"    {statement}" for statement in statements)]

    def step(self, operation: Operation, *, raises: bool, answer: str | None = None) -> list[str]:
        """Return the statements of a step whose result is not checked.

        Args:
            operation: The step.
            raises: Whether the step raises, as it must or as is known of the backend.
            answer: The variable that gets the answer, or None.
        """
        statements = self.statements(operation, answer)
        return self.suppressing(statements) if raises else statements

    def statements(self, operation: Operation, answer: str | None = Base.ANSWER.value) -> list[str]:
        """Return the statements of an operation.

        Args:
            operation: The operation.
            answer: The variable that gets the answer of a call, or None.
        """
        target = "" if answer is None else f"{answer} = "
        if operation.call is Method.close:
            return [f"{target}db.close()"] * 2
        if operation.call is StoreAction.reopen:
            return ["db.close()"] * close_count(operation) + [f"db = {self.opener.at('folder')}"]
        if operation.call in OPENING_ACTIONS:
            closed = ["db.close()"] if operation.call is StoreAction.next_store else []
            return [*closed, f"other = {self.opener.at('Path(tempfile.mkdtemp())')}"]
        if operation.call is StoreAction.capacity:
            return self._capacity_statements(operation, target)
        if operation.call is StoreAction.memory_growth:
            return self._memory_growth_statements()
        return [f"{target}{self.writer.call(operation)}"]

    def _capacity_statements(self, operation: Operation, target: str) -> list[str]:
        (count,) = operation.args
        return [
            f"record = {self.writer.value(finished_record())}",
            f"for i in range({count}):",
            f"    {target}db.add_record(f'{ID_PREFIX}{{i}}', record)",
            f"    if i in (0, {count - 1}):",
            "        field = 'stdout' if i == 0 else 'stderr'",
            f"        db.update_record('{ID_PREFIX}0', {{field: 'kept'}})",
        ]

    def _memory_growth_statements(self) -> list[str]:
        tracemalloc = self.name("tracemalloc")
        return [
            f"{tracemalloc}.start()",
            f"for i in range({LARGE_RECORD_COUNT}):",
            f"    msg_id = f'large-{{i}}' + 'x' * {LARGE_RECORD_BYTES}",
            f"    record = {{'msg_id': msg_id, 'buffers': [bytes([i]) * {LARGE_RECORD_BYTES}]}}",
            "    db.add_record(msg_id, record)",
            "    db.update_record(msg_id, dict(record))",
            "    db.drop_matching_records({'msg_id': msg_id})",
            "    del record, msg_id",
            f"{self.name('gc')}.collect()",
            f"{Base.MEMORY_GROWTH.value} = {tracemalloc}.get_traced_memory()[0]",
        ]
