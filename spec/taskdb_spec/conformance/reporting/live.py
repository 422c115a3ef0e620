"""The progress of a run on a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from taskdb_spec.conformance.core.events import ClauseFailed, Progress, RunStarted
from taskdb_spec.conformance.reporting.text import clauses_text, printable

INTERVAL = 0.1
"""The least time between two refreshes, in seconds."""

BRIEF = 8


class LiveProgress:
    """Operations done, what is being done, and the failing clauses so far.

    It is drawn on events alone: a thread that draws would hold locks while the engine forks.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None

    def start(self, event: RunStarted) -> None:
        self.stop()
        self._run = event
        self._now = Progress(0, "starting")
        self._failing: list[str] = []
        self._drawn = self._clock()
        # vertical_overflow: frames higher than the terminal could not be erased again
        self._live = Live(
            self._frame(),
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
        )
        self._live.start(refresh=True)

    def progress(self, event: Progress) -> None:
        self._now = event
        if self._clock() - self._drawn >= INTERVAL:
            self._draw()

    def failed(self, event: ClauseFailed) -> None:
        self._failing.append(event.clause)
        self._draw()

    def stop(self) -> None:
        """Take the progress off the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self) -> None:
        if self._live is not None:
            self._drawn = self._clock()
            self._live.update(self._frame(), refresh=True)

    def _frame(self) -> RenderableType:
        done, planned = self._now.operations, self._run.operations
        line = Table.grid(padding=(0, 1))
        line.add_row(
            Text(printable(self._run.backend), style="bold"),
            ProgressBar(total=max(planned, 1), completed=done, width=24, complete_style="cyan"),
            f"{done:,} of {planned:,} operations",
            Text(printable(self._now.doing), style="dim"),
        )
        return Group(line, self._failures())

    def _failures(self) -> Text:
        count = len(self._failing)
        if not count:
            return Text("  nothing has failed so far", style="dim")
        dots = " ..." if count > BRIEF else ""
        verb = "fails" if count == 1 else "fail"
        brief = ", ".join(self._failing[:BRIEF]) + dots
        return Text(f"  {clauses_text(count)} {verb} so far: {brief}", style="red")
