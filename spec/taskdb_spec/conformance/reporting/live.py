"""The progress of a run: a display that moves on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from taskdb_spec.conformance.core.events import ClauseFailed, Progress, RunStarted
from taskdb_spec.conformance.reporting.console import print_line
from taskdb_spec.conformance.reporting.cost import Cost, explain_cost, format_pace
from taskdb_spec.conformance.reporting.text import escape_unprintable, format_clause_count

MIN_REFRESH_SECONDS = 0.1
"""The least time between two refreshes: more often costs time, and nobody can read it."""

SECONDS_BETWEEN_LINES = 10.0
"""The time between two lines of progress: a log stays short, and a reader knows that it goes on."""

MAX_IDS_SHOWN = 8
"""The number of failing clauses that fit into one line of a usual terminal."""


class LiveProgress:
    """A display of the operations done, the current program, and the failing clauses so far.

    It is redrawn on events only. A thread that redraws would hold locks while the engine forks.

    Args:
        console: a console on a terminal.
        clock: returns the current time in seconds.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._live: Live | None = None

    def start(self, event: RunStarted) -> None:
        """Show the progress of a new run."""
        self.stop()
        self._run = event
        self._progress = Progress(0, "starting")
        self._failing: list[str] = []
        self._started = self._last_drawn = self._clock()
        # vertical_overflow: a frame that is higher than the terminal could not be erased.
        self._live = Live(
            self._frame(),
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
        )
        self._live.start(refresh=True)

    def progress(self, event: Progress) -> None:
        """Show the progress, unless it was redrawn just before."""
        self._progress = event
        if self._clock() - self._last_drawn >= MIN_REFRESH_SECONDS:
            self._draw()

    def failed(self, event: ClauseFailed) -> None:
        """Add a clause to the failing ones."""
        self._failing.append(event.clause)
        self._draw()

    def stop(self) -> None:
        """Remove the progress from the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self) -> None:
        if self._live is not None:
            self._last_drawn = self._clock()
            self._live.update(self._frame(), refresh=True)

    def _frame(self) -> RenderableType:
        done, planned = self._progress.operations, self._run.operations
        seconds = self._clock() - self._started
        pace = format_progress(self._progress, self._run, seconds)
        line = Table.grid(padding=(0, 1))
        line.add_row(
            Text(escape_unprintable(self._run.backend), style="bold"),
            ProgressBar(total=max(planned, 1), completed=done, width=24, complete_style="cyan"),
            pace,
            Text(escape_unprintable(self._progress.doing), style="dim"),
        )
        return Group(line, self._failures())

    def _failures(self) -> Text:
        count = len(self._failing)
        if not count:
            return Text("  nothing has failed so far", style="dim")
        dots = " ..." if count > MAX_IDS_SHOWN else ""
        verb = "fails" if count == 1 else "fail"
        brief = ", ".join(self._failing[:MAX_IDS_SHOWN]) + dots
        return Text(f"  {format_clause_count(count)} {verb} so far: {brief}", style="red")


class LineProgress:
    """Prints a line for each failure at once, and every ten seconds a line of progress.

    Args:
        console: a console that is no terminal.
        clock: returns the current time in seconds.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock

    def start(self, event: RunStarted) -> None:
        """Begin to measure the time of a new run."""
        self._run = event
        self._failing = 0
        self._has_advised = False
        self._started = self._last_printed = self._clock()

    def progress(self, event: Progress) -> None:
        """Print the progress, unless a line was printed in the last seconds."""
        now = self._clock()
        if now - self._last_printed >= SECONDS_BETWEEN_LINES:
            self._last_printed = now
            seconds = now - self._started
            failing = f"; {format_clause_count(self._failing)} failed" if self._failing else ""
            line = f"{format_progress(event, self._run, seconds)}{failing}"
            print_line(self._console, line, indent=2)
            self._advise(_cost_of(event, self._run, seconds))

    def failed(self, event: ClauseFailed) -> None:
        """Print which clause has failed; the report at the end has the details."""
        self._failing += 1
        print_line(self._console, f"fails: {event.clause} {event.title}", indent=2)

    def stop(self) -> None:
        """Do nothing: there is nothing to remove."""

    def _advise(self, cost: Cost) -> None:
        """Say once what a slow store can do."""
        if cost.is_slow and not self._has_advised:
            self._has_advised = True
            for line in explain_cost(cost):
                print_line(self._console, line, indent=2)


def format_progress(event: Progress, run: RunStarted, seconds: float) -> str:
    """Return how far a run is: operations, calls, and what is left at this pace.

    Args:
        event: the progress.
        run: the event that began the run.
        seconds: the time since then.
    """
    done, planned = event.operations, run.operations
    pace = f": {format_pace(_cost_of(event, run, seconds))}" if event.calls.count else ""
    left = f", about {seconds / done * (planned - done):.0f} s left" if 0 < done < planned else ""
    return f"{done:,} of {planned:,} operations in {seconds:.0f} s{pace}{left}"


def _cost_of(event: Progress, run: RunStarted, seconds: float) -> Cost:
    return Cost(event.calls, seconds, run.workers, run.openings)
