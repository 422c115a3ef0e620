"""A run told to the person who started it: on a terminal, or as plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax

from taskdb_spec.conformance.core.events import (
    ClauseFailed,
    Event,
    Progress,
    RunFinished,
    RunStarted,
)
from taskdb_spec.conformance.core.results import ClauseResult, Report
from taskdb_spec.conformance.reporting.console import print_table, say
from taskdb_spec.conformance.reporting.live import LiveProgress
from taskdb_spec.conformance.reporting.text import (
    clauses_text,
    count_verdicts,
    explanation_of,
    ids_in_brief,
    known_text,
    missing_text,
    printable,
    seed_text,
    summary_of,
    verdict_line,
)

SCRIPTS = 5
"""How many scripts a run prints, unless asked for all."""

NOT_RUN = "NOT RUN"
VERDICT_STYLES = {
    "CONFORMS": "bold green",
    "FAILS": "bold red",
    "INCOMPLETE": "bold yellow",
    NOT_RUN: "bold magenta",
}


class TerminalReporter:
    """Listens to runs: progress on a terminal, and what each run came to."""

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._live = LiveProgress(console) if console.is_terminal else None
        self._runs = 0

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._started(event)
            case Progress() if self._live:
                self._live.progress(event)
            case ClauseFailed() if self._live:
                self._live.failed(event)
            case RunFinished():
                self.close()
                self._finished(event.report)

    def close(self) -> None:
        """End the progress, also when the run broke off."""
        if self._live is not None:
            self._live.stop()

    def summary(self, rows: Sequence[tuple[str, Report | None]]) -> None:
        """The table of several backends; None is a run that could not be made."""
        unmet_should = any(report and count_verdicts(report).unmet_should for _, report in rows)
        header = ["backend", "verdict", "passed", "failed", "unexercised", "unclaimed"]
        header += ["SHOULD not met", "failing"] if unmet_should else ["failing"]
        cells = [_row(name, report, unmet_should) for name, report in rows]
        say(self._console)
        print_table(self._console, header, cells, VERDICT_STYLES)

    def _started(self, event: RunStarted) -> None:
        if self._runs:
            say(self._console)
        self._runs += 1
        say(
            self._console,
            f"checking {event.backend}: {clauses_text(event.clauses)}, "
            f"profile {event.profile}, seed {event.seed}",
            style="bold",
        )
        if self._live is not None:
            self._live.start(event)

    def _finished(self, report: Report) -> None:
        counts = count_verdicts(report)
        self._failures(counts.failed)
        for result in report.clauses:
            if result.baseline_error:
                self._line("BASELINE", result, f": {result.baseline_error}", "red")
        for result in counts.unexercised:
            self._line("UNEXERCISED", result, f": {missing_text(result)}", "yellow")
        for result in counts.unmet_should:
            text = summary_of(result) if result.verdict == "fail" else missing_text(result)
            self._line("NOTE", result, f": {text} (enforced by --strict alone)", "cyan")
        say(self._console, verdict_line(report), VERDICT_STYLES[report.verdict.upper()])

    def _failures(self, failed: Sequence[ClauseResult]) -> None:
        """What is new comes first, as the scripts that are printed are for that."""
        new = [result for result in failed if not result.known]
        for number, result in enumerate(new):
            self._failure(result, script=self._verbose or number < SCRIPTS)
        self._say_what_is_hidden(new)
        for result in failed:
            if result.known:
                self._failure(result, script=self._verbose)

    def _failure(self, result: ClauseResult, *, script: bool) -> None:
        self._line("FAIL", result, "", "red")
        for line in printable(summary_of(result)).splitlines():
            say(self._console, line, indent=2)
        if result.known is not None:
            say(self._console, known_text(result), "yellow", indent=2)
        if explanation_of(result):
            say(self._console, explanation_of(result), indent=2)
        say(self._console, f"likely cause: {result.clause.likely_cause}", indent=2)
        example = result.counterexample
        if example is None:
            return
        if seed_text(result):
            say(self._console, seed_text(result), indent=2)
        if example.confirmed != "confirmed":
            say(self._console, f"run again: {example.confirmed}", indent=2)
        if script:
            self._script(example.script)

    def _line(self, word: str, result: ClauseResult, text: str, style: str) -> None:
        clause = result.clause
        told = " ".join(printable(text).splitlines())
        say(self._console, f"{word} {clause.id} ({clause.level}) {clause.title}{told}", style)

    def _script(self, script: str) -> None:
        if self._console.is_terminal:
            code = Syntax(printable(script), "python", background_color="default", word_wrap=True)
            self._console.print(Padding(code, (1, 0, 1, 4)))
            return
        for line in printable(script).splitlines():
            say(self._console, f"    {line}".rstrip())
        say(self._console)

    def _say_what_is_hidden(self, failed: Sequence[ClauseResult]) -> None:
        hidden = len(failed) - SCRIPTS
        if hidden > 0 and not self._verbose:
            say(
                self._console,
                f"The scripts of the last {hidden} are not shown: --verbose prints them, "
                "--out DIR saves each as a file, --json FILE keeps them all.",
            )


def _row(name: str, report: Report | None, unmet_should: bool) -> list[str]:
    if report is None:
        return [name, NOT_RUN, *["-"] * (5 if unmet_should else 4), ""]
    counts = count_verdicts(report)
    numbers = [counts.passed, len(counts.failed), len(counts.unexercised), counts.unclaimed]
    numbers += [len(counts.unmet_should)] if unmet_should else []
    return [name, report.verdict.upper(), *map(str, numbers), ids_in_brief(counts.failed)]
