"""The progress display: one live line on a terminal, or one line per step in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

ShowStep: TypeAlias = Callable[[str], None]
"""Called with a description of the step that begins."""


@contextmanager
def show_progress() -> Iterator[ShowStep]:
    """Yield a function that shows the current step on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(text, file=sys.stderr, flush=True)
        return
    columns = (TimeElapsedColumn(), TextColumn("{task.description}"))
    # Drawn at each step only: a drawing thread could hold a lock while the suite forks.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as live:
        task = live.add_task("", total=None)
        yield lambda text: live.update(task, description=text, refresh=True)
