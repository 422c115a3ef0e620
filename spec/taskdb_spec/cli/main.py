"""The command group ``taskdb`` with its subcommands."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import click

from taskdb_spec.cli.check import check
from taskdb_spec.cli.clauses import explain, list_clauses
from taskdb_spec.cli.copy import copy
from taskdb_spec.cli.replay import replay_file


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="taskdb-spec", prog_name="taskdb")
def main() -> None:
    """Check a task store against the specification."""
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot encode must not end a run.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


main.add_command(check)
main.add_command(list_clauses)
main.add_command(explain)
main.add_command(replay_file)
main.add_command(copy)
