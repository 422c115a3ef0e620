"""The error of a subcommand that could not do its work."""

from __future__ import annotations

from pathlib import Path

import click


class RunError(click.ClickException):
    """The command could not do its work. It prints one sentence and exits with status 2."""

    exit_code = 2


def describe_write_error(option: str, path: str | Path, error: OSError) -> RunError:
    """Return the error of an option whose file cannot be written."""
    return RunError(f"{option} {path}: cannot be written: {error.strerror}")
