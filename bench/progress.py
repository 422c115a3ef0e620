"""What the run is doing: one live line on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Tell: TypeAlias = Callable[[str], None]


@contextmanager
def progress() -> Iterator[Tell]:
    """A function that says what comes next, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(text, file=sys.stderr, flush=True)
        return
    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as live:
        task = live.add_task("", total=None)
        yield lambda text: live.update(task, description=text)
