"""The files that ``taskdb check`` writes.

All are checked before the run, because the run takes minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

import click

from taskdb_spec.cli.errors import RunError, describe_write_error
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.reporting.baseline import format_baseline
from taskdb_spec.conformance.reporting.json_report import json_report

STDOUT = "-"

Renderer: TypeAlias = Callable[[Sequence[Report]], str]


@dataclass(frozen=True)
class Output:
    """A report in one format, and the file that it goes to.

    Attributes:
        option: The command line option that asks for the report.
        file: The path of the file, or "-" for stdout.
        render: Returns the text of the report.
    """

    option: str
    file: str
    render: Renderer

    def check_writable(self) -> None:
        """Raise `RunError` if the file cannot be written."""
        if self.file != STDOUT:
            try:
                _check_writable(Path(self.file))
            except OSError as error:
                raise describe_write_error(self.option, self.file, error) from error

    def write(self, reports: Sequence[Report]) -> None:
        """Render the reports and write the file; raise `RunError` if that is not possible."""
        text = self.render(reports)
        if self.file == STDOUT:
            click.echo(text, nl=False)
            return
        try:
            Path(self.file).write_text(text, encoding="utf-8")
        except OSError as error:
            raise describe_write_error(self.option, self.file, error) from error


def prepare_outputs(files: dict[str, str | None]) -> list[Output]:
    """Return the outputs that the user asks for, after checking that they can be written.

    Args:
        files: The file of each option, or None if the option is not used.

    Raises:
        RunError: Two options name the same file, a package is not installed, or a file cannot be
            written.
    """
    requested = {option: file for option, file in files.items() if file is not None}
    for option, file in requested.items():
        others = [other for other in requested if other != option and requested[other] == file]
        if others:
            place = "stdout" if file == STDOUT else file
            raise RunError(f"{option} and {others[0]} cannot both be written to {place}")
    outputs = [Output(option, file, _RENDERERS[option]()) for option, file in requested.items()]
    for output in outputs:
        output.check_writable()
    return outputs


def _check_writable(path: Path) -> None:
    existed = path.exists()
    if existed and not path.is_file() and not path.is_dir():
        # A pipe or a device. To open and close it here would signal the end of the data to its
        # reader.
        return
    with path.open("a", encoding="utf-8"):
        pass
    if not existed:
        path.unlink()


def _render_json(reports: Sequence[Report]) -> str:
    return json.dumps(json_report(list(reports)), indent=2) + "\n"


def _import_renderer(option: str, module_name: str, package: str) -> Renderer:
    try:
        module = import_module(f"taskdb_spec.conformance.reporting.{module_name}")
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise RunError(
            f"{option} needs {package}, which is not installed: "
            "pip install 'taskdb-spec[reports]' installs it"
        ) from error
    render: Renderer = module.render
    return render


_RENDERERS: dict[str, Callable[[], Renderer]] = {
    "--json": lambda: _render_json,
    "--junit": lambda: _import_renderer("--junit", "junit", "junitparser"),
    "--html": lambda: _import_renderer("--html", "html", "jinja2"),
    "--write-baseline": lambda: format_baseline,
}
"""Functions that return the renderer of an option. They import optional packages on demand."""
