"""What the command says when it cannot do what it was asked to."""

from __future__ import annotations

import click


class RunError(click.ClickException):
    """The run could not be made: one sentence, and exit status 2."""

    exit_code = 2
