"""No counterexample is shown before it was run again, in a fresh process, on both sides."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from taskdb_spec.conformance.core.results import Confirmation

SCRIPT_TIMEOUT_SECONDS = 60
"""Seconds that a script may take."""


def run_script(text: str, discard: Callable[[Path], None]) -> tuple[int, str]:
    """Run a script in a fresh process and an empty folder: its status, and its last line.

    `discard` removes the store that the script made under that folder.
    """
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        path = Path(folder) / "counterexample.py"
        path.write_text(text, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        environment["TMPDIR"] = folder  # the script's own folder goes with this one
        try:
            done = subprocess.run(
                [sys.executable, str(path)],
                stdout=subprocess.DEVNULL,  # a store may write any amount
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                timeout=SCRIPT_TIMEOUT_SECONDS,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return -1, f"no end within {SCRIPT_TIMEOUT_SECONDS} s"
        finally:
            discard(Path(folder))
    lines = done.stderr.strip().splitlines()
    return done.returncode, lines[-1] if lines else ""


def run_here(text: str) -> tuple[int, str]:
    """Run a script in this process: its status, and what it says. Only for what does no harm."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        tempfile.tempdir = folder  # the script's own folder goes with this one
        try:
            exec(compile(text, "counterexample", "exec"), {"__name__": "__main__"})
        except Exception as error:
            return 1, traceback.format_exception_only(error)[-1].strip()
        finally:
            tempfile.tempdir = before
    return 0, ""


RunScript: TypeAlias = Callable[[str], tuple[int, str]]
"""Runs a script; returns its exit status and the last line that it wrote."""


def confirm(
    clause: str, on_backend: str, on_model: str | None, run: RunScript
) -> tuple[Confirmation, str]:
    """Run a counterexample on the backend, where it has to fail, and on the model, where not.

    Args:
        clause: the clause that the assertion has to name.
        on_backend: the script on the backend.
        on_model: the script on the model, or None if the model cannot run it.
        run: runs a script.

    Returns:
        What happened, and why the counterexample is not confirmed, in words.
    """
    status, last_line = run(on_backend)
    if status == 0:
        passed = "not confirmed: it passed in a fresh process; the backend may be nondeterministic"
        return Confirmation.PASSED_ON_RERUN, passed
    if not last_line.startswith(f"AssertionError: {clause}:"):
        differently = f"not confirmed: the script failed otherwise ({last_line})"
        return Confirmation.FAILED_DIFFERENTLY, differently
    if on_model is not None:
        status, last_line = run(on_model)
        if status:
            return Confirmation.FAILS_ON_MODEL, f"{FAILS_ON_MODEL_TOO} ({last_line})"
    return Confirmation.CONFIRMED, ""


FAILS_ON_MODEL_TOO = "fault of the kit: the script fails on the model as well"
