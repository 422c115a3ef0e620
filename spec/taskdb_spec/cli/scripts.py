"""The programs of failing clauses: save them as scripts, and run them again after a change.

They go to the folder of ``--out``, or else to `DEFAULT_FOLDER`, where ``--failed`` finds them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import click

from taskdb_spec.clauses import clauses
from taskdb_spec.cli.errors import describe_write_error
from taskdb_spec.conformance.confirmation.replay import ReplayResult, replay
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    Counterexample,
    Report,
)

DEFAULT_FOLDER = Path(".taskdb")
"""Where scripts are saved without ``--out``. The suite writes there and nobody else does."""

SavedScripts: TypeAlias = Mapping[str, Path]
"""The scripts of one backend, by clause, in the order of SPEC.md."""

TEST_FILE_NAME = "test_counterexamples.py"
_TEST_TEMPLATE = '''\
"""Counterexamples of `taskdb check`; each passes once the backend keeps its clause."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = [
{names}]


@pytest.mark.parametrize("script", SCRIPTS)
def test_counterexample(script):
    path = Path(__file__).with_name(script)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
'''


@dataclass(frozen=True)
class Replay:
    """A saved script that was run again: its clause, and the result. Its str is one line."""

    clause: str
    result: ReplayResult

    @property
    def still_fails(self) -> bool:
        """Whether the backend still violates the clause."""
        return self.result.outcome == "failed"

    def __str__(self) -> str:
        words = {"fixed": "FIXED", "failed": "still FAILED", "error": "could not be run"}
        detail = f": {self.result.message}" if self.result.message else ""
        return f"{self.clause} {words[self.result.outcome]}{detail}"


def prepare_script_folder(folder: Path) -> None:
    """Create the folder of ``--out``; raise `RunError` if no file can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise describe_write_error("--out", folder, error) from error


def save_scripts(folder: Path | None, reports: Sequence[Report]) -> None:
    """Save a script for each failing clause, and say on stderr where.

    Args:
        folder: The folder of ``--out``. It also gets a pytest module that runs the scripts of
            enforced clauses. None stands for the default folder, where scripts of clauses that
            pass now are removed.
        reports: The reports of the runs.

    Raises:
        RunError: A file of ``--out`` cannot be written.
    """
    if folder is None:
        _save_in_default_folder(reports)
        return
    try:
        saved = _write_scripts(folder, reports)
        _write_test_module(folder, reports)
    except OSError as error:
        raise describe_write_error("--out", error.filename or folder, error) from error
    _say_saved(saved, f"pytest {folder / TEST_FILE_NAME}")


def find_saved_scripts(folder: Path | None, backend: str) -> SavedScripts:
    """Return the scripts that were saved for a backend.

    Args:
        folder: The folder of ``--out``, or None for the default folder.
        backend: The name of the backend.
    """
    paths = {name: _script_path(folder or DEFAULT_FOLDER, backend, name) for name in clauses()}
    return {name: path for name, path in paths.items() if path.is_file()}


def replay_scripts(
    scripts: SavedScripts, selected: Collection[str] | None, workers: int
) -> list[Replay]:
    """Run saved scripts again, each in a fresh process.

    Args:
        scripts: The scripts.
        selected: The clauses to run scripts of; None for all.
        workers: The number of processes at a time.
    """
    names = [name for name in scripts if selected is None or name in selected]
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(lambda name: replay(scripts[name]), names)
        return [Replay(name, result) for name, result in zip(names, results, strict=True)]


def _save_in_default_folder(reports: Sequence[Report]) -> None:
    try:
        _remove_fixed(reports)
        if not _failing(reports):
            return
        DEFAULT_FOLDER.mkdir(exist_ok=True)
        # As the caches of other tools, the folder ignores itself.
        (DEFAULT_FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
        saved = _write_scripts(DEFAULT_FOLDER, reports)
    except OSError as error:
        # Nobody has asked for these files, so the run is no worse for it.
        click.echo(f"{DEFAULT_FOLDER}: no script could be saved: {error.strerror}", err=True)
        return
    _say_saved(saved, "taskdb check --failed TARGET")


def _remove_fixed(reports: Sequence[Report]) -> None:
    """Remove the scripts of clauses that pass now from the default folder."""
    for report in reports:
        for result in report.with_verdict(ClauseVerdict.PASS):
            _script_path(DEFAULT_FOLDER, report.backend, result.clause.id).unlink(missing_ok=True)


def _failing(reports: Sequence[Report]) -> list[tuple[Report, ClauseResult, Counterexample]]:
    return [
        (report, result, result.counterexample)
        for report in reports
        for result in report.with_verdict(ClauseVerdict.FAIL)
        if result.counterexample is not None
    ]


def _write_scripts(folder: Path, reports: Sequence[Report]) -> list[Path]:
    saved = []
    for report, result, counterexample in _failing(reports):
        path = _script_path(folder, report.backend, result.clause.id)
        path.write_text(counterexample.script, encoding="utf-8")
        saved.append(path)
    return saved


def _write_test_module(folder: Path, reports: Sequence[Report]) -> None:
    """Write a pytest module that runs the scripts of enforced clauses, if there are any."""
    names = "".join(
        f"    {_script_path(folder, report.backend, result.clause.id).name!r},\n"
        for report, result, _ in _failing(reports)
        if report.enforces(result)
    )
    if names:
        (folder / TEST_FILE_NAME).write_text(_TEST_TEMPLATE.format(names=names), encoding="utf-8")


def _say_saved(saved: Sequence[Path], run_all: str) -> None:
    if saved:
        count = "1 script" if len(saved) == 1 else f"{len(saved)} scripts"
        click.echo(
            f"saved {count}; run one again with: taskdb replay {saved[0]}, or all with: {run_all}",
            err=True,
        )


def _script_path(folder: Path, backend: str, clause: str) -> Path:
    name = re.sub(r"[^\w.-]+", "_", backend)
    return folder / f"{name}-{clause}.py"
