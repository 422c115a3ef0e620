"""Reports for the person who started a run: on a terminal, or as plain lines in a pipe."""

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
from taskdb_spec.conformance.reporting.console import print_line, print_table
from taskdb_spec.conformance.reporting.cost import Cost, explain_cost
from taskdb_spec.conformance.reporting.live import LineProgress, LiveProgress
from taskdb_spec.conformance.reporting.text import (
    abbreviate_ids,
    count_verdicts,
    escape_unprintable,
    explain_unexercised,
    format_clause_count,
    format_equal_suspects,
    format_expected_failure,
    format_explanation,
    format_reuse_problem,
    format_seed,
    format_verdict,
    get_summary,
)

MAX_SCRIPTS_SHOWN = 5
"""Scripts that a run prints without --verbose; more would push the verdicts off the screen."""

NOT_RUN = "NOT RUN"
VERDICT_STYLES = {
    "CONFORMS": "bold green",
    "FAILS": "bold red",
    "INCOMPLETE": "bold yellow",
    NOT_RUN: "bold magenta",
}


class TerminalReporter:
    """A listener that prints each run: its progress on a terminal, then its failures and verdict.

    Args:
        console: where to print.
        verbose: print all scripts.
    """

    def __init__(self, console: Console, *, verbose: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        progress = LiveProgress if console.is_terminal else LineProgress
        self._progress: LiveProgress | LineProgress = progress(console)
        self._runs = 0

    def __call__(self, event: Event) -> None:
        """Print what an event says."""
        match event:
            case RunStarted():
                self._print_start(event)
            case Progress():
                self._progress.progress(event)
            case ClauseFailed():
                self._progress.failed(event)
            case RunFinished():
                self.close()
                self._print_report(event.report)

    def close(self) -> None:
        """Remove the progress; call it also if the run raised an exception."""
        self._progress.stop()

    def summary(self, rows: Sequence[tuple[str, Report | None]]) -> None:
        """Print a table of several backends.

        Args:
            rows: names and reports; None for a run that could not be started.
        """
        has_unmet = any(report and count_verdicts(report).unmet_should for _, report in rows)
        header = ["backend", "verdict", "passed", "failed", "unexercised", "unclaimed"]
        header += ["SHOULD not met", "failing"] if has_unmet else ["failing"]
        cells = [_summary_row(name, report, with_should=has_unmet) for name, report in rows]
        print_line(self._console)
        print_table(self._console, header, cells, VERDICT_STYLES)

    def _print_start(self, event: RunStarted) -> None:
        if self._runs:
            print_line(self._console)
        self._runs += 1
        print_line(
            self._console,
            f"checking {event.backend}: {format_clause_count(event.clauses)}, "
            f"profile {event.profile}, seed {event.seed}",
            style="bold",
        )
        self._progress.start(event)

    def _print_report(self, report: Report) -> None:
        counts = count_verdicts(report)
        self._print_failures(counts.failed)
        for result in report.clauses:
            if result.baseline_error:
                self._print_clause_line("BASELINE", result, f": {result.baseline_error}", "red")
        self._print_unexercised(report, counts.unexercised)
        for result in counts.unmet_should:
            text = get_summary(result) if result.verdict == "fail" else explain_unexercised(result)
            self._print_clause_line(
                "NOTE", result, f": {text} (enforced by --strict alone)", "cyan"
            )
        if report.reuse_problem:
            print_line(self._console, format_reuse_problem(report), "yellow")
        cost = Cost(report.calls, report.seconds, report.workers, report.openings)
        for line in explain_cost(cost):
            print_line(self._console, line, "yellow")
        print_line(self._console, format_verdict(report), VERDICT_STYLES[report.verdict.upper()])

    def _print_unexercised(self, report: Report, unexercised: Sequence[ClauseResult]) -> None:
        """Print what lacks evidence: line by line, but in one line if the run ended early."""
        left = []
        for result in unexercised:
            if report.aborted_reason and result.counterexample is None:
                left.append(result)
            else:
                text = f": {explain_unexercised(result)}"
                self._print_clause_line("UNEXERCISED", result, text, "yellow")
        if left:
            count = format_clause_count(len(left))
            text = f"not exercised enough before the run ended: {count}: {abbreviate_ids(left, 12)}"
            print_line(self._console, text, "yellow")

    def _print_failures(self, failed: Sequence[ClauseResult]) -> None:
        """Print new failures first, with scripts, then those that a baseline lists."""
        new = [result for result in failed if not result.known]
        for number, result in enumerate(new):
            self._print_failure(result, script=self._verbose or number < MAX_SCRIPTS_SHOWN)
        self._print_hidden_count(new)
        for result in failed:
            if result.known:
                self._print_failure(result, script=self._verbose)

    def _print_failure(self, result: ClauseResult, *, script: bool) -> None:
        self._print_clause_line("FAIL", result, "", "red")
        for line in escape_unprintable(get_summary(result)).splitlines():
            print_line(self._console, line, indent=2)
        if result.known is not None:
            print_line(self._console, format_expected_failure(result), "yellow", indent=2)
        if format_equal_suspects(result):
            print_line(self._console, format_equal_suspects(result), indent=2)
        if format_explanation(result):
            print_line(self._console, format_explanation(result), indent=2)
        print_line(self._console, f"usual cause: {result.clause.likely_cause}", indent=2)
        counterexample = result.counterexample
        if counterexample is None:
            return
        if format_seed(result):
            print_line(self._console, format_seed(result), indent=2)
        if counterexample.confirmed != "confirmed":
            print_line(self._console, f"run again: {counterexample.confirmed}", indent=2)
        if script:
            self._print_script(counterexample.script)

    def _print_clause_line(self, word: str, result: ClauseResult, text: str, style: str) -> None:
        clause = result.clause
        one_line = " ".join(escape_unprintable(text).splitlines())
        print_line(
            self._console, f"{word} {clause.id} ({clause.level}) {clause.title}{one_line}", style
        )

    def _print_script(self, script: str) -> None:
        if self._console.is_terminal:
            code = Syntax(
                escape_unprintable(script), "python", background_color="default", word_wrap=True
            )
            self._console.print(Padding(code, (1, 0, 1, 4)))
            return
        for line in escape_unprintable(script).splitlines():
            print_line(self._console, f"    {line}".rstrip())
        print_line(self._console)

    def _print_hidden_count(self, failed: Sequence[ClauseResult]) -> None:
        hidden = len(failed) - MAX_SCRIPTS_SHOWN
        if hidden > 0 and not self._verbose:
            print_line(
                self._console,
                f"The scripts of the last {hidden} are not shown: --verbose prints them, "
                "--out DIR saves each as a file, --json FILE keeps them all.",
            )


def _summary_row(name: str, report: Report | None, *, with_should: bool) -> list[str]:
    if report is None:
        return [name, NOT_RUN, *["-"] * (5 if with_should else 4), ""]
    counts = count_verdicts(report)
    numbers = [counts.passed, len(counts.failed), len(counts.unexercised), counts.unclaimed]
    numbers += [len(counts.unmet_should)] if with_should else []
    return [name, report.verdict.upper(), *map(str, numbers), abbreviate_ids(counts.failed)]
