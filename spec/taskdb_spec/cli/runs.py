"""The runs of ``taskdb check``: one for each backend, printed as it goes."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import click

from taskdb_spec._text import collapse_whitespace, describe_error
from taskdb_spec.backend import Backend
from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.events import Event, Listener, RunFinished
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.execution.isolation.shutdown import defer_sigterm
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.integrations.ipyparallel import ClusterError, check_on_cluster
from taskdb_spec.conformance.reporting.baseline import (
    Baseline,
    apply_baseline,
    verdict_excluding_expected,
)
from taskdb_spec.conformance.reporting.console import make_console
from taskdb_spec.conformance.reporting.terminal import TerminalReporter
from taskdb_spec.conformance.reporting.text import escape_unprintable


@dataclass(frozen=True)
class RunSettings:
    """The options that all runs of one command share."""

    profile: str
    seed: int
    strict: bool
    verbose: bool
    baseline: Baseline
    workers: int
    cluster: str | None
    seconds: float | None
    fail_fast: bool
    openings: str | None


@dataclass(frozen=True)
class Subject:
    """A backend to check.

    Attributes:
        backend: The backend, under a unique name.
        target: ``module:attribute``.
        only: Patterns of the clauses to check; empty for all.
    """

    backend: Backend
    target: str
    only: tuple[str, ...]


Runs: TypeAlias = list[tuple[str, Report | None]]
"""The name and the report of each backend; None if the run could not be made."""


def run_all(subjects: Sequence[Subject], settings: RunSettings) -> Runs:
    """Check all backends in turn, and print a table of them at the end.

    Raises:
        RunError: The command cannot do its work, or was interrupted before the first report.
    """
    reporter = TerminalReporter(make_console(sys.stdout), verbose=settings.verbose)
    runs: Runs = []
    try:
        # With a cluster, this process has no stores to close, so SIGTERM may end it at once.
        with contextlib.nullcontext() if settings.cluster else defer_sigterm():
            for subject in subjects:
                report, is_interrupted = _run(subject, settings, reporter)
                runs.append((subject.backend.name, report))
                if is_interrupted:
                    _report_interruption([each.backend.name for each in subjects[len(runs) :]])
                    break
    finally:
        reporter.close()
    if len(runs) > 1:
        reporter.summary(runs)
    return runs


def _report_interruption(not_checked: Sequence[str]) -> None:
    rest = f"; not checked: {', '.join(not_checked)}" if not_checked else ""
    click.echo(escape_unprintable(f"Interrupted{rest}"), err=True)


def _run(
    subject: Subject, settings: RunSettings, reporter: TerminalReporter
) -> tuple[Report | None, bool]:
    """Check one backend; return its report, and whether the user has interrupted the run.

    If the run could not be made, print the error and return no report. The other backends are still
    checked. A run that was interrupted has a report of what it had done.
    """
    finished: list[Report] = []
    name = subject.backend.name

    def listen(event: Event) -> None:
        if isinstance(event, RunFinished):
            event = RunFinished(apply_baseline(event.report, settings.baseline))
            finished.append(event.report)
        reporter(event)

    try:
        report = _check(subject, settings, listen)
        return apply_baseline(report, settings.baseline), False
    except KeyboardInterrupt:
        if not finished:
            # click would exit with status 1, which means that a store fails.
            raise RunError(f"interrupted before {name} was checked") from None
        return finished[-1], True
    except StoreNotOpened as error:
        _print_error(reporter, f"{name} was not checked: {collapse_whitespace(error)}")
    except RunError:
        raise
    except Exception as error:  # a bug of the suite must not look like a failure of the store
        text = f"the suite itself failed with {describe_error(error)}"
        _print_error(reporter, f"{name} was not checked: {text}")
        if settings.verbose:
            traceback.print_exc()
    return None, False


def _check(subject: Subject, settings: RunSettings, listen: Listener) -> Report:
    """Check one backend, on this machine or on a cluster."""
    options: dict[str, Any] = {
        "seed": settings.seed,
        "strict": settings.strict,
        "workers": settings.workers,
        "listen": listen,
    }
    if settings.cluster is None:
        return check_backend(
            subject.backend,
            settings.profile,
            target=subject.target,
            only=subject.only,
            seconds=settings.seconds,
            fail_fast=settings.fail_fast,
            openings=settings.openings,
            **options,
        )
    try:
        return check_on_cluster(
            subject.target,
            settings.profile,
            cluster=settings.cluster,
            backend=subject.backend,
            **options,
        )
    except ClusterError as error:
        raise RunError(f"--cluster: {error}") from error


def _print_error(reporter: TerminalReporter, text: str) -> None:
    reporter.close()
    click.echo(f"Error: {escape_unprintable(text)}", err=True)


def get_exit_status(runs: Runs) -> int:
    """Return the exit status of the worst run. Expected failures do not count."""
    verdicts = {verdict_excluding_expected(report) if report else None for _, report in runs}
    if None in verdicts:
        return 2
    if "fails" in verdicts:
        return 1
    return 3 if "incomplete" in verdicts else 0
