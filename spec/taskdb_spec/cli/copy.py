"""``taskdb copy``: records from one store to another."""

from __future__ import annotations

import sys
from contextlib import closing
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from taskdb_spec._text import describe_error
from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.reporting.console import console_for, say
from taskdb_spec.migration import CopyReport, Problem, copy_records
from taskdb_spec.migration.store_urls import StoreError, open_store


@click.command(
    epilog="Exit status: 0 all records are in the target, the same; 1 some are not; 2 the copy "
    "could not be made. A copy that was interrupted goes on where it was when it is made again."
)
@click.argument("source")
@click.argument("target")
@click.option("--milliseconds", is_flag=True, help="Cut dates to whole milliseconds on the way.")
def copy(source: str, target: str, milliseconds: bool) -> None:
    """Copy the records of SOURCE that TARGET lacks.

    Both are names of stores: sqlite:PATH, postgresql://HOST/DATABASE#NAMESPACE,
    mongodb://HOST#NAMESPACE, module:callable; SOURCE may be ipyparallel-sqlite:PATH as well.
    Nothing that is in TARGET is changed: a record that it has with the same id and other contents
    is reported.
    """
    shown = Shown(console_for(sys.stdout))
    try:
        with (
            closing(open_store(source, "source")) as here,
            closing(open_store(target, "target")) as there,
            shown,
        ):
            report = copy_records(here, there, milliseconds, shown)
    except StoreError as error:
        raise RunError(str(error)) from error
    except (Exception, KeyboardInterrupt) as error:  # a store may raise anything
        raise _stopped(error, shown.copied) from error
    _print(shown.console, report)
    raise SystemExit(0 if report.complete else 1)


class Shown:
    """The progress: a bar on a terminal, and a line for each tenth in a pipe."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._report = CopyReport(total=0)
        self._tenths = 0
        # Drawn on calls alone, and taken off the screen in the end.
        self._bar = Progress(
            *(TextColumn("copying"), BarColumn(), MofNCompleteColumn(), TextColumn("records")),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __call__(self, report: CopyReport) -> None:
        self._report = report
        self._bar.update(self._task, total=report.total, completed=report.done, refresh=True)
        tenths = report.done * 10 // max(report.total, 1)
        if not self.console.is_terminal and tenths > self._tenths:
            say(self.console, f"{report.done:,} of {report.total:,} records")
        self._tenths = tenths

    @property
    def copied(self) -> int:
        """How many records were copied so far."""
        return self._report.copied

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()


def _stopped(error: BaseException, copied: int) -> click.ClickException:
    """What has been copied stays there: then it is no run that could not be made."""
    why = "interrupted" if isinstance(error, KeyboardInterrupt) else describe_error(error)
    if not copied:
        return RunError(f"nothing was copied: {why}")
    return click.ClickException(f"{copied:,} records copied, then: {why}; do it again to go on")


def _print(console: Console, report: CopyReport) -> None:
    kinds: list[tuple[str, list[Problem]]] = [
        ("conflict", report.conflicts),
        ("not copied", report.refused),
        ("not the same in the target", report.altered),
    ]
    for kind, problems in kinds:
        for problem in problems:
            say(console, f"{kind}: {problem.msg_id} {problem.reason}", "red")
    say(console, _counts(report))
    if report.altered and report.done < report.total:
        say(console, "stopped early, because the target alters what it is given", "red")
    for name, checksum in zip(("source", "target"), report.checksums, strict=True):
        say(console, f"sha256 of {len(getattr(report, name)):,} records in the {name}: {checksum}")


def _counts(report: CopyReport) -> str:
    counts = {
        "copied": report.copied,
        "there already": report.present,
        "in conflict": len(report.conflicts),
        "not copied": len(report.refused),
        "dropped from the source meanwhile": report.dropped_meanwhile,
        "with dates cut to milliseconds": report.truncated_timestamps,
    }
    always = ("copied", "there already", "in conflict", "not copied")
    told = [f"{count:,} {what}" for what, count in counts.items() if count or what in always]
    return f"{report.total:,} records: {', '.join(told)}"
