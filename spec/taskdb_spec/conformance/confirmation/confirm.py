"""No counterexample is shown before it was run again, in a fresh process, on both sides."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from taskdb_spec.conformance.core.results import CONFIRMED, FAULT_OF_THE_KIT

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


def confirm(
    clause: str, on_backend: str, on_model: str | None, run: Callable[[str], tuple[int, str]]
) -> str:
    """Run a counterexample on the backend, where it has to fail, and on the model, where not."""
    status, said = run(on_backend)
    if status == 0:
        return "not confirmed: it passed in a fresh process; the backend may be nondeterministic"
    if not said.startswith(f"AssertionError: {clause}:"):
        return f"not confirmed: the script failed otherwise ({said})"
    if on_model is not None:
        status, said = run(on_model)
        if status:
            return f"{FAULT_OF_THE_KIT} ({said})"
    return CONFIRMED
