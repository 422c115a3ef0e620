"""``taskdb replay``: run a saved counterexample again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.confirmation.replay import replay
from taskdb_spec.conformance.reporting.console import make_console, print_line


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
def replay_file(file: Path) -> None:
    """Run a saved counterexample again."""
    result = replay(file)
    console = make_console(sys.stdout)
    if result.outcome == "error":
        raise RunError(result.message)
    if result.outcome == "failed":
        print_line(console, f"still FAILED: {result.message}", "red")
        raise SystemExit(1)
    print_line(console, "FIXED", "green")
