"""A counterexample as a standalone program: the backend and the standard library, nothing else."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.answers import EARLIER
from taskdb_spec.conformance.comparison.step import STORE_ACTION_CHECKS
from taskdb_spec.conformance.comparison.store_actions import (
    COUNT,
    SAYS_HOW,
    SAYS_NOTHING,
    SIZE,
    closings,
    crowd_record,
)
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.literals import call_to_source, to_source
from taskdb_spec.conformance.core.program import READS, Method, Operation, Program, StoreAction


@dataclass(frozen=True)
class Opener:
    """How a script opens the store: lines to import and define, and an expression of ``folder``."""

    header: tuple[str, ...]
    expression: str

    def at(self, folder: str) -> str:
        return self.expression.format(folder=folder)


def backend_opener(
    target: str, backend: Backend, path: str | None, limits: Limits | None
) -> Opener:
    """Open the backend that ``module:attribute`` names; `path` is where its module is found."""
    module, _, attribute = target.partition(":")
    root = attribute.partition(".")[0]
    header = (
        *(("import sys", f"sys.path.insert(0, {path!r})") if path else ()),
        f"from {module} import {root}",
    )
    opener = _maker(module, attribute)
    if limits is not None:
        header += ("from taskdb_spec import Limits",)
        return Opener(header, f"{opener}.open_limited({{folder}}, {limits!r})")
    return Opener(header, f"{opener}.open({{folder}})" if opener else f"{attribute}()")


def _maker(module: str, attribute: str) -> str:
    """The expression of the Backend that a target is or declares; empty for a plain class."""
    target: Any = sys.modules.get(module)
    for name in attribute.split("."):
        target = getattr(target, name, None)
    if isinstance(target, Backend) or target is None:
        return attribute
    return f"{attribute}.taskdb_backend" if hasattr(target, "taskdb_backend") else ""


def model_opener(backend: Backend) -> Opener:
    """Open the model; what was written under a folder stays for as long as the script runs."""
    claimed = sorted(str(c) for c in backend.query_capabilities)
    header = (
        "from taskdb_spec.model import Model",
        "stores = {}",
        "def open_model(folder):",
        f"    return stores.setdefault(folder, Model(frozenset({claimed})))",
    )
    return Opener(header, "open_model({folder})")


def script(
    program: Program,
    raised: list[bool],
    finding: Finding,
    clause: str,
    summary: str,
    opener: Opener,
) -> str:
    """The program, ending in an assertion that names the clause.

    `raised` says which operations raise on this backend, as they should or as is known of it.
    """
    body: list[str] = []
    for operation, raises in zip(program.operations[:-1], raised, strict=False):
        body += _setup_step(operation, raises, finding, opener)
    raises = len(raised) == len(program) and raised[-1]
    body += _last(program.operations[-1], raises, finding, clause, opener)
    text = "\n".join(body)
    lines = [f'"""{docstring(clause, summary)}"""', *imports(text, opener), ""]
    if isinstance(finding.actual, MemoryError):
        lines += [*LIMITED_MEMORY, ""]
    lines += ["folder = Path(tempfile.mkdtemp())", f"db = {opener.at('folder')}", text]
    return "\n".join(lines) + "\n"


def _setup_step(operation: Operation, raises: bool, finding: Finding, opener: Opener) -> list[str]:
    lines = step_to_source(operation, raises, opener)
    if operation.call is Method.history and EARLIER in finding.subject:
        return [f"{EARLIER} = {line}" for line in lines]
    return lines


def docstring(clause: str, summary: str) -> str:
    text = f"{clause}: {clauses()[clause].title}\n\n{textwrap.fill(summary, 96)}\n"
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


LIMITED_MEMORY = (
    "import resource",
    "",
    "resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))  # the store may take all there is",
)
ACTIONS_THAT_OPEN_ANOTHER_STORE = (StoreAction.second_store, StoreAction.next_store)
"""The acts that open another store."""
STANDARD_LIBRARY_CLASSES = {"Decimal": "decimal", "SimpleNamespace": "types", "UUID": "uuid"}
"""Classes of the standard library of which no record may hold a value, and their modules."""
NAMED_ERRORS = ("DuplicateRecord", "QueryError", "RecordError", "RecordNotFound")


def imports(text: str, opener: Opener) -> list[str]:
    lines = ["import tempfile"]
    for module in ("tracemalloc", "re", "gc"):
        if re.search(rf"\b{module}\.", text):
            lines.insert(0, f"import {module}")
    if "suppress(" in text:
        lines.append("from contextlib import suppress")
    named = [name for name in NAMED_ERRORS if re.search(rf"\b{name}\b", text)]
    if named:
        lines.append(f"from taskdb_spec import {', '.join(named)}")
    lines += [
        f"from {m} import {n}"
        for n, m in STANDARD_LIBRARY_CLASSES.items()
        if re.search(rf"\b{n}\(", text)
    ]
    classes = ("date", "datetime", "timedelta", "timezone")
    names = [name for name in classes if re.search(rf"\b{name}[(.]", text)]
    if names:
        lines.append(f"from datetime import {', '.join(names)}")
    return [*lines, "from pathlib import Path", "", *opener.header]


def step_to_source(operation: Operation, raises: bool, opener: Opener) -> list[str]:
    """An operation on the way; what it raises is let pass."""
    lines = [line.replace("answer = ", "") for line in _statements(operation, opener)]
    if not raises:
        return lines
    return ["with suppress(Exception):", *(f"    {line}" for line in lines)]


def _statements(operation: Operation, opener: Opener) -> list[str]:
    if operation.call is Method.close:
        return ["answer = db.close()", "answer = db.close()"]
    if operation.call is StoreAction.reopen:
        return ["db.close()"] * closings(operation) + [f"db = {opener.at('folder')}"]
    if operation.call in ACTIONS_THAT_OPEN_ANOTHER_STORE:
        closed = ["db.close()"] if operation.call is StoreAction.next_store else []
        return [*closed, f"other = {opener.at('Path(tempfile.mkdtemp())')}"]
    if operation.call is StoreAction.capacity:
        return [
            f"record = {to_source(crowd_record())}",
            f"for i in range({operation.args[0]}):",
            "    answer = db.add_record(f'crowd-{i}', record)",
            f"    if i in (0, {operation.args[0] - 1}):",
            "        field = 'stdout' if i == 0 else 'stderr'",
            "        db.update_record('crowd-0', {field: 'kept'})",
        ]
    if operation.call is StoreAction.memory_growth:
        return _hoard()
    return [f"answer = {call_to_source(operation)}"]


def _hoard() -> list[str]:
    return [
        "tracemalloc.start()",
        f"for i in range({COUNT}):",
        f"    msg_id = f'hoard-{{i}}' + 'x' * {SIZE}",
        f"    record = {{'msg_id': msg_id, 'buffers': [bytes([i]) * {SIZE}]}}",
        "    db.add_record(msg_id, record)",
        "    db.update_record(msg_id, dict(record))",
        "    db.drop_matching_records({'msg_id': msg_id})",
        "    del record, msg_id",
        "gc.collect()",
        "grown = tracemalloc.get_traced_memory()[0]",
    ]


def _last(
    operation: Operation, raises: bool, finding: Finding, clause: str, opener: Opener
) -> list[str]:
    """The operation that shows the departure, the caller's part, the probe, and the assertion."""
    if "given[" in finding.subject + "".join(finding.interposed):
        lines = [f"given = {to_source(list(operation.args))}"]
        names = tuple(f"given[{i}]" for i in range(len(operation.args)))
        lines += _suppressing(f"answer = {call_to_source(operation, names)}", finding)
    elif finding.interposed and operation.call in READS:  # what becomes of the answer
        lines = _statements(operation, opener)
    elif finding.probe is not None:
        lines = step_to_source(operation, raises, opener)
    else:
        return ["", *_assertion(operation, finding, clause, opener)]
    lines += finding.interposed
    if finding.probe is None and isinstance(finding.actual, BaseException):
        return [*lines[:-1], *_answered(lines[-1:], finding, clause)]
    if finding.probe is None:
        return [*lines, *_compare(finding, clause)]
    return [*lines, *_assertion(finding.probe, finding, clause, opener)]


def _suppressing(statement: str, finding: Finding) -> list[str]:
    """A call whose arguments are looked at afterwards may be one that has to be refused."""
    if finding.probe is not None:
        return [statement]
    return ["with suppress(Exception):", f"    {statement}"]


def _assertion(operation: Operation, finding: Finding, clause: str, opener: Opener) -> list[str]:
    lines = _statements(operation, opener)
    if operation.call in ACTIONS_THAT_OPEN_ANOTHER_STORE:
        return [*lines, *_neighbour(finding, clause)]
    if finding.subject == "text":
        return _check_message(lines, clause)
    if finding.accepted_errors:
        return _refused(lines, finding, clause)
    if not isinstance(finding.actual, BaseException):
        return [*lines, *_compare(finding, clause)]
    return _answered(lines, finding, clause)


def _answered(lines: list[str], finding: Finding, clause: str) -> list[str]:
    message = f"{clause}: expected {{expected!r}}, got {{error!r}}"
    return [
        f"expected = {to_source(finding.expected)}",
        "try:",
        *(f"    {line}" for line in lines),
        f"    got = {finding.subject}",
        f"except {_caught(finding)} as error:",
        f'    raise AssertionError(f"{message}") from error',
        *_compare(finding, clause)[2:],
    ]


def _caught(finding: Finding) -> str:
    """What a script has to catch: a store may raise what no store should."""
    raised = isinstance(finding.actual, BaseException)
    return "BaseException" if raised and not isinstance(finding.actual, Exception) else "Exception"


def _compare(finding: Finding, clause: str) -> list[str]:
    message = f"{clause}: expected {{expected!r}}, got {{got!r}}"
    return [
        f"expected = {to_source(finding.expected)}",
        f"got = {finding.subject}",
        f'assert got == expected, f"{message}"',
    ]


def _refused(lines: list[str], finding: Finding, clause: str) -> list[str]:
    names = sorted(error.__name__ for error in finding.accepted_errors)
    accepted_errors = f"({', '.join(names)})" if len(names) > 1 else names[0]
    wanted = " or ".join(names)
    return [
        "try:",
        *(f"    {line}" for line in lines),
        f"except {accepted_errors}:",
        "    pass",
        f"except {_caught(finding)} as error:",
        f'    raise AssertionError(f"{clause}: expected {wanted}, got {{error!r}}") from error',
        "else:",
        f'    raise AssertionError(f"{clause}: expected {wanted}, got {{answer!r}}")',
    ]


def _neighbour(finding: Finding, clause: str) -> list[str]:
    if finding.accepted_errors:
        return [*finding.interposed, *_refused([f"answer = {finding.subject}"], finding, clause)]
    if isinstance(finding.actual, BaseException):
        return [*finding.interposed, *_answered([], finding, clause)]
    return [*finding.interposed, *_compare(finding, clause)]


def _check_message(lines: list[str], clause: str) -> list[str]:
    return [
        "try:",
        *(f"    {line}" for line in lines),
        "except KeyError as error:",
        "    text = str(error)",
        f"nothing = re.search({SAYS_NOTHING.pattern!r}, text, re.IGNORECASE)",
        f"how = re.search({SAYS_HOW.pattern!r}, text, re.IGNORECASE)",
        f'assert nothing and how and text[:1] not in "\'\\"", f"{clause}: got {{text!r}}"',
    ]


def summary(program: Sequence[Operation], finding: Finding) -> str:
    """The departure in one sentence: the call, what was expected, what came."""
    operation = finding.probe or program[-1]
    call = (
        operation.call.value
        if operation.call in STORE_ACTION_CHECKS
        else call_to_source(operation)[3:]
    )
    if len(call) > 160:
        call = f"{call[:157]}..."
    subject = finding.subject.replace("given", "the arguments given") or "the call"
    if finding.accepted_errors:
        wanted = f"to raise {' or '.join(sorted(e.__name__ for e in finding.accepted_errors))}"
    else:
        wanted = f"to be {_short(finding.expected)}"
    got = finding.actual
    came = f"it raised {type(got).__name__}: {got}" if isinstance(got, BaseException) else None
    after = f" after {len(program) - 1} other calls" if len(program) > 1 else ""
    return f"{call}{after}: expected {subject} {wanted}; {came or f'got {_short(got)}'}"


def _short(value: Any) -> str:
    text = to_source(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
