"""The error of a subcommand that could not do its work."""

from __future__ import annotations

import click


class RunError(click.ClickException):
    """The command could not do its work. It prints one sentence and exits with status 2."""

    exit_code = 2
