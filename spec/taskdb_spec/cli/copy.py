"""``taskdb copy``: copy records from one store to another."""

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
from taskdb_spec.conformance.reporting.console import make_console, print_line
from taskdb_spec.migration import CopyReport, Problem, copy_records
from taskdb_spec.migration.store_urls import StoreError, open_store


@click.command(
    epilog="Exit status: 0 the target has all records, unchanged; 1 it does not; 2 nothing could "
    "be copied. After an interruption, run the command again: it skips what it has copied."
)
@click.argument("source")
@click.argument("target")
@click.option("--milliseconds", is_flag=True, help="Truncate timestamps to whole milliseconds.")
def copy(source: str, target: str, *, milliseconds: bool) -> None:
    """Copy the records of SOURCE that TARGET lacks.

    Both are names of stores: sqlite:PATH, postgresql://HOST/DATABASE#NAMESPACE,
    mongodb://HOST#NAMESPACE, module:callable. SOURCE may also be ipyparallel-sqlite:PATH.
    The command never changes a record of TARGET. If TARGET has a record with the same id and other
    contents, the command reports a conflict.
    """
    progress = CopyProgress(make_console(sys.stdout))
    try:
        with (
            closing(open_store(source, "source")) as source_store,
            closing(open_store(target, "target")) as target_store,
            progress,
        ):
            report = copy_records(
                source_store, target_store, milliseconds=milliseconds, listen=progress
            )
    except StoreError as error:
        raise RunError(str(error)) from error
    except (Exception, KeyboardInterrupt) as error:  # a store may raise anything
        raise _explain_failure(error, progress.copied) from error
    _print_report(progress.console, report)
    raise SystemExit(0 if report.is_complete else 1)


class CopyProgress:
    """A display of the progress: a bar on a terminal, else a line for each tenth of the records."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._report = CopyReport(total=0)
        self._tenths = 0
        # Auto refresh would need a thread; the bar is redrawn after each batch instead.
        self._bar = Progress(
            *(TextColumn("copying"), BarColumn(), MofNCompleteColumn(), TextColumn("records")),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __call__(self, report: CopyReport) -> None:
        """Show the counts of the report."""
        self._report = report
        self._bar.update(self._task, total=report.total, completed=report.processed, refresh=True)
        tenths = report.processed * 10 // max(report.total, 1)
        if not self.console.is_terminal and tenths > self._tenths:
            print_line(self.console, f"{report.processed:,} of {report.total:,} records")
        self._tenths = tenths

    @property
    def copied(self) -> int:
        """The number of records that were copied so far."""
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


def _explain_failure(error: BaseException, copied: int) -> click.ClickException:
    """Return the error to raise: exit status 2 only if nothing was copied, else 1."""
    why = "interrupted" if isinstance(error, KeyboardInterrupt) else describe_error(error)
    if not copied:
        return RunError(f"nothing was copied: {why}")
    return click.ClickException(
        f"{copied:,} records copied, then: {why}; run the command again to continue"
    )


def _print_report(console: Console, report: CopyReport) -> None:
    kinds: list[tuple[str, list[Problem]]] = [
        ("conflict", report.conflicts),
        ("not copied", report.refused),
        ("altered by the target", report.altered),
    ]
    for kind, problems in kinds:
        for problem in problems:
            print_line(console, f"{kind}: {problem.msg_id} {problem.reason}", "red")
    print_line(console, _describe_counts(report))
    if report.altered and report.processed < report.total:
        print_line(console, "stopped early, because the target alters records", "red")
    counts = len(report.source_digests), len(report.target_digests)
    for name, count, checksum in zip(("source", "target"), counts, report.checksums, strict=True):
        print_line(console, f"sha256 of {count:,} records in the {name}: {checksum}")


def _describe_counts(report: CopyReport) -> str:
    counts = {
        "copied": report.copied,
        "there already": report.present,
        "in conflict": len(report.conflicts),
        "not copied": len(report.refused),
        "dropped from the source meanwhile": report.dropped_meanwhile,
        "with truncated timestamps": report.truncated_timestamps,
    }
    always = ("copied", "there already", "in conflict", "not copied")
    parts = [f"{count:,} {what}" for what, count in counts.items() if count or what in always]
    return f"{report.total:,} records: {', '.join(parts)}"
