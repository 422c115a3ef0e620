"""A saved counterexample, run again in a fresh process."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from taskdb_spec.clauses import clauses

REPLAY_TIMEOUT_SECONDS = 60.0

Replayed: TypeAlias = Literal["fixed", "failed", "error"]

_CLAUSE_ID = re.compile(r"\b[A-Z]+-\d+\b")
_TRACEBACK = "Traceback (most recent call last):\n"


@dataclass(frozen=True)
class ReplayResult:
    """What came of it: fixed; failed, with the assertion's message; or an error, which is said."""

    outcome: Replayed
    message: str = ""


def replay(path: Path, time_limit: float = REPLAY_TIMEOUT_SECONDS) -> ReplayResult:
    """Run a saved counterexample with this Python; the current folder is importable."""
    problem = _why_not(path)
    if problem is not None:
        return ReplayResult("error", problem)
    try:
        with tempfile.TemporaryDirectory(prefix="taskdb-", ignore_cleanup_errors=True) as folder:
            done = subprocess.run(
                [sys.executable, str(path)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                env=_environment(folder),
                timeout=time_limit,
            )
    except subprocess.TimeoutExpired:
        return ReplayResult("error", f"{path} did not end within {time_limit:g} seconds")
    except OSError as error:
        return ReplayResult("error", f"{path} could not be run: {error}")
    return _judged(path, done.returncode, done.stderr)


def _why_not(path: Path) -> str | None:
    """Why the file is no saved counterexample, or None if it is one."""
    try:
        tree = ast.parse(text := path.read_text(encoding="utf-8"))
    except OSError as error:
        return f"{path} could not be read: {error.strerror}"
    except (SyntaxError, ValueError):  # ValueError: no UTF-8, or a null byte
        return f"{path} is not a saved counterexample: it is no Python program"
    if not _clauses_in(text) or not any(_asserts(node) for node in ast.walk(tree)):
        return (
            f"{path} is not a saved counterexample: it asserts nothing of a clause; "
            "taskdb check --out DIR saves them"
        )
    return None


def _clauses_in(text: str) -> set[str]:
    return set(_CLAUSE_ID.findall(text)) & set(clauses())


def _asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.Name) and node.id == "AssertionError"
    )


def _environment(folder: str) -> dict[str, str]:
    """A script imports its backend as ``taskdb check`` did, and leaves no files behind."""
    paths = [os.getcwd(), *filter(None, [os.environ.get("PYTHONPATH")])]
    own = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8", "TMPDIR": folder}
    return {**os.environ, **own}


def _judged(path: Path, status: int, stderr: str) -> ReplayResult:
    if status == 0:
        return ReplayResult("fixed")
    raised = _raised(stderr)
    kind, _, message = raised.partition(": ")
    # An AssertionError that names no clause is the backend's own.
    if kind == "AssertionError" and _clauses_in(message):
        return ReplayResult("failed", message)
    if raised:
        return ReplayResult("error", f"{path} broke off with {raised}")
    ended = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    return ReplayResult("error", f"{path} {ended}, and no AssertionError")


def _raised(stderr: str) -> str:
    """The error that ended a program, by its traceback: 'Class: message'."""
    # What destructors raise afterwards has a traceback of its own.
    told = re.split(r"^Exception ignored in", stderr, maxsplit=1, flags=re.MULTILINE)[0]
    _, found, last = told.rpartition(_TRACEBACK)
    if not found:
        return ""
    lines = last.splitlines()
    first = next((n for n, line in enumerate(lines) if line and not line[0].isspace()), None)
    return "" if first is None else "\n".join(lines[first:]).strip()
