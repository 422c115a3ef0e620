"""What the run is doing: one live line on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

Tell: TypeAlias = Callable[[str], None]


@contextmanager
def progress() -> Iterator[Tell]:
    """A function that says what comes next, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(text, file=sys.stderr, flush=True)
        return
    columns = (TimeElapsedColumn(), TextColumn("{task.description}"))
    # It is drawn at each step alone: a thread that draws would hold locks while the suite forks.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as live:
        task = live.add_task("", total=None)
        yield lambda text: live.update(task, description=text, refresh=True)
