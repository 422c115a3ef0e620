"""The files that a run writes, and that they can be written before it starts."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.core.results import Report, json_report
from taskdb_spec.conformance.reporting.baseline import baseline_text

STDOUT = "-"

Render = Callable[[Sequence[Report]], str]


@dataclass(frozen=True)
class Output:
    """A report to write, into a file or, where that is '-', on stdout."""

    option: str
    file: str
    render: Render

    def check(self) -> None:
        """RunError if the file cannot be written."""
        if self.file != STDOUT:
            try:
                _check_writable(Path(self.file))
            except OSError as error:
                raise _refused(self.option, self.file, error) from error

    def write(self, reports: Sequence[Report]) -> None:
        text = self.render(reports)
        if self.file == STDOUT:
            click.echo(text, nl=False)
            return
        try:
            Path(self.file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise _refused(self.option, self.file, error) from error


def prepare(files: dict[str, str | None]) -> list[Output]:
    """The outputs that were asked for, by option, all of them known to be writable."""
    asked = {option: file for option, file in files.items() if file is not None}
    for option, file in asked.items():
        others = [other for other in asked if other != option and asked[other] == file]
        if others:
            place = "stdout" if file == STDOUT else file
            raise RunError(f"{option} and {others[0]} cannot both be written to {place}")
    outputs = [Output(option, file, _RENDERERS[option]()) for option, file in asked.items()]
    for output in outputs:
        output.check()
    return outputs


def _check_writable(path: Path) -> None:
    existed = path.exists()
    if existed and not path.is_file() and not path.is_dir():
        return  # a pipe or a device: to open it would end it for who reads there
    with path.open("a", encoding="utf-8"):
        pass
    if not existed:
        path.unlink()


def _json() -> Render:
    return lambda reports: json.dumps(json_report(list(reports)), indent=2) + "\n"


def _optional(option: str, reporter: str, package: str) -> Render:
    try:
        module = import_module(f"taskdb_spec.conformance.reporting.{reporter}")
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise RunError(
            f"{option} needs {package}, which is not installed: "
            "pip install 'taskdb-spec[reports]' installs it"
        ) from error
    render: Render = module.render
    return render


_RENDERERS: dict[str, Callable[[], Render]] = {
    "--json": _json,
    "--junit": lambda: _optional("--junit", "junit", "junitparser"),
    "--html": lambda: _optional("--html", "html", "jinja2"),
    "--write-baseline": lambda: baseline_text,
}


def check_folder(folder: Path) -> None:
    """Make the folder of the scripts; RunError if it cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _refused("--out", folder, error) from error


def save_scripts(folder: Path, reports: Sequence[Report]) -> list[Path]:
    """Write a script for each failing clause, say where, and a test that runs the enforced ones."""
    scripts, enforced = {}, []
    for report in reports:
        for result in report.with_verdict("fail"):
            if result.counterexample is not None:
                path = folder / f"{_file_name(report.backend)}-{result.clause.id}.py"
                scripts[path] = result.counterexample.script
                enforced += [path.name] if report.enforces(result) else []
    names = "".join(f"    {name!r},\n" for name in enforced)
    test = {folder / PYTEST_FILE: _PYTEST.format(names=names)} if enforced else {}
    for path, text in {**scripts, **test}.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _refused("--out", path, error) from error
    return list(scripts)


PYTEST_FILE = "test_counterexamples.py"
_PYTEST = '''"""Counterexamples of `taskdb check`; each passes once the backend keeps its clause."""

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


def _file_name(backend: str) -> str:
    return re.sub(r"[^\w.-]+", "_", backend)


def _refused(option: str, path: str | Path, error: OSError) -> RunError:
    return RunError(f"{option} {path}: cannot be written: {error.strerror}")
