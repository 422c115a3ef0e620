"""``taskdb check``: check backends against the specification."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import click

from taskdb_spec._text import collapse_whitespace, describe_error
from taskdb_spec.backend import Backend
from taskdb_spec.cli.baseline import read_baseline_files
from taskdb_spec.cli.errors import RunError
from taskdb_spec.cli.outputs import (
    STDOUT,
    TEST_FILE_NAME,
    prepare_outputs,
    prepare_script_folder,
    save_scripts,
)
from taskdb_spec.conformance.api import check_backend, select_clauses
from taskdb_spec.conformance.core.config import PROFILES, Openings
from taskdb_spec.conformance.core.events import Event, Listener, RunFinished
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.workers import available_cores
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
from taskdb_spec.targets import TargetError, resolve


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
    only: tuple[str, ...]
    seconds: float | None
    fail_fast: bool
    openings: str | None


Runs: TypeAlias = list[tuple[str, Report | None]]
"""The name and the report of each backend; None if the run could not be made."""

_PATH = click.Path(path_type=Path)


@click.command(
    epilog="Exit status: 0 all conform; 1 some fail; 3 none fails, but some claimed clauses were "
    "not exercised enough; 2 the run could not be made. A known failure does not count, unless it "
    "passes or fails in another way."
)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--profile", type=click.Choice(list(PROFILES)), default="default", show_default=True)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of the random generator; the same seed reproduces the run.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Number of processes that share the work of a run. The report does not depend on it.  "
    "[default: the number of cores; 1 with --cluster]",
)
@click.option(
    "--cluster",
    metavar="[PROFILE]",
    is_flag=False,
    flag_value="default",
    help="Run on each engine of an ipyparallel cluster, each with its own seed, starting at "
    "--seed. Write this option after the targets: the word that follows it is the profile of "
    "the cluster.",
)
@click.option(
    "--only",
    metavar="A,B",
    help="Check these clauses alone: ids or patterns, such as GT-1,IN-*. The report calls the "
    "others not selected.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Begin no further program after this time. The report says what was not reached.",
)
@click.option("--fail-fast", "-x", is_flag=True, help="End the run at the first failure.")
@click.option(
    "--openings",
    type=click.Choice([each.value for each in Openings]),
    help="fresh: open a store for each program. shared: use one for many programs, and empty it "
    "between them.  [default: shared if the backend has reset, else fresh]",
)
@click.option("--strict", is_flag=True, help="Enforce SHOULD clauses too.")
@click.option(
    "--capabilities", metavar="A,B", help="Replace the claimed capabilities; '' is CORE alone."
)
@click.option("--json", "json_file", metavar="FILE", help="Write the JSON report; - is stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write a JUnit report; - is stdout.")
@click.option("--html", "html_file", metavar="FILE", help="Write an HTML report; - is stdout.")
@click.option("--out", metavar="DIR", type=_PATH, help="Save a script for each failing clause.")
@click.option("--baseline", metavar="FILE", type=_PATH, help="Known failures, in TOML.")
@click.option("--flaky", metavar="FILE", type=_PATH, help="Clauses that may pass or fail, in TOML.")
@click.option("--write-baseline", metavar="FILE", help="Write the failures of this run as known.")
@click.option("--verbose", is_flag=True, help="Print all scripts, and tracebacks of failed runs.")
def check(
    targets: Sequence[str],
    *,
    profile: str,
    seed: int,
    workers: int | None,
    cluster: str | None,
    only: str | None,
    seconds: float | None,
    fail_fast: bool,
    openings: str | None,
    strict: bool,
    capabilities: str | None,
    json_file: str | None,
    junit_file: str | None,
    html_file: str | None,
    out: Path | None,
    baseline: Path | None,
    flaky: Path | None,
    write_baseline: str | None,
    verbose: bool,
) -> None:
    """Check backends against the specification.

    TARGET is module:attribute, or the name of a registered backend: dict, none, ...
    """
    backends = _resolve_backends(targets, capabilities)
    expected_failures = read_baseline_files(baseline, flaky)
    outputs = prepare_outputs(
        {
            "--json": json_file,
            "--junit": junit_file,
            "--html": html_file,
            "--write-baseline": write_baseline,
        }
    )
    if out is not None:
        prepare_script_folder(out)
    has_local_option = fail_fast or any(each is not None for each in (only, seconds, openings))
    if cluster and has_local_option:
        raise RunError("--only, --seconds, --fail-fast and --openings do not work with --cluster")
    if workers is None:
        workers = 1 if cluster else available_cores()
    settings = RunSettings(
        profile=profile,
        seed=seed,
        strict=strict,
        verbose=verbose,
        baseline=expected_failures,
        workers=workers,
        cluster=cluster,
        only=_split_patterns(only),
        seconds=seconds,
        fail_fast=fail_fast,
        openings=openings,
    )
    has_report_on_stdout = any(output.file == STDOUT for output in outputs)
    # If a report goes to stdout, nothing else may: neither progress, nor what a store prints.
    with contextlib.redirect_stdout(sys.stderr if has_report_on_stdout else sys.stdout):
        runs = _run_all(backends, settings)
    reports = [report for _, report in runs if report is not None]
    for output in outputs:
        output.write(reports)
    if out is not None:
        _save_scripts(out, reports)
    raise SystemExit(get_exit_status(runs))


def _split_patterns(only: str | None) -> tuple[str, ...]:
    patterns = tuple(each.strip() for each in (only or "").split(",") if each.strip())
    if only is not None and not patterns:
        raise RunError("--only: name one clause at least, such as GT-1 or IN-*")
    try:
        select_clauses(patterns)
    except ValueError as error:
        raise RunError(f"--{error}") from error
    return patterns


def get_exit_status(runs: Runs) -> int:
    """Return the exit status of the worst run. Expected failures do not count."""
    verdicts = {verdict_excluding_expected(report) if report else None for _, report in runs}
    if None in verdicts:
        return 2
    if "fails" in verdicts:
        return 1
    return 3 if "incomplete" in verdicts else 0


def _resolve_backends(
    targets: Sequence[str], capabilities: str | None
) -> list[tuple[Backend, str]]:
    """Return each backend once, with a unique name, and with its ``module:attribute``."""
    try:
        found = {target: resolve(target) for target in targets}
    except TargetError as error:
        raise RunError(str(error)) from error
    names = [backend.name for backend, _ in found.values()]
    return [
        (_with_capabilities(_with_unique_name(backend, target, names), capabilities), text)
        for target, (backend, text) in found.items()
    ]


def _with_unique_name(backend: Backend, target: str, names: list[str]) -> Backend:
    return replace(backend, name=target) if names.count(backend.name) > 1 else backend


def _with_capabilities(backend: Backend, capabilities: str | None) -> Backend:
    if capabilities is None:
        return backend
    names = [name.strip() for name in capabilities.split(",") if name.strip()]
    try:
        return replace(backend, capabilities=names)
    except ValueError as error:
        raise RunError(f"--capabilities, for {backend.name}: {error}") from error


def _run_all(backends: Sequence[tuple[Backend, str]], settings: RunSettings) -> Runs:
    reporter = TerminalReporter(make_console(sys.stdout), verbose=settings.verbose)
    runs: Runs = []
    try:
        # With a cluster, this process has no stores to close, so SIGTERM may end it at once.
        with contextlib.nullcontext() if settings.cluster else defer_sigterm():
            for backend, target in backends:
                report, is_interrupted = _run(backend, target, settings, reporter)
                runs.append((backend.name, report))
                if is_interrupted:
                    _report_interruption([each.name for each, _ in backends[len(runs) :]])
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
    backend: Backend, target: str, settings: RunSettings, reporter: TerminalReporter
) -> tuple[Report | None, bool]:
    """Check one backend; return its report, and whether the user has interrupted the run.

    If the run could not be made, print the error and return no report. The other backends are still
    checked. A run that was interrupted has a report of what it had done.
    """
    finished: list[Report] = []

    def listen(event: Event) -> None:
        if isinstance(event, RunFinished):
            event = RunFinished(apply_baseline(event.report, settings.baseline))
            finished.append(event.report)
        reporter(event)

    try:
        report = _check(backend, target, settings, listen)
        return apply_baseline(report, settings.baseline), False
    except KeyboardInterrupt:
        if not finished:
            # click would exit with status 1, which means that a store fails.
            raise RunError(f"interrupted before {backend.name} was checked") from None
        return finished[-1], True
    except StoreNotOpened as error:
        _print_error(reporter, f"{backend.name} was not checked: {collapse_whitespace(error)}")
    except RunError:
        raise
    except Exception as error:  # a bug of the suite must not look like a failure of the store
        text = f"the suite itself failed with {describe_error(error)}"
        _print_error(reporter, f"{backend.name} was not checked: {text}")
        if settings.verbose:
            traceback.print_exc()
    return None, False


def _check(backend: Backend, target: str, settings: RunSettings, listen: Listener) -> Report:
    """Check one backend, on this machine or on a cluster."""
    options: dict[str, Any] = {
        "seed": settings.seed,
        "strict": settings.strict,
        "workers": settings.workers,
        "listen": listen,
    }
    if settings.cluster is None:
        return check_backend(
            backend,
            settings.profile,
            target=target,
            only=settings.only,
            seconds=settings.seconds,
            fail_fast=settings.fail_fast,
            openings=settings.openings,
            **options,
        )
    try:
        return check_on_cluster(
            target, settings.profile, cluster=settings.cluster, backend=backend, **options
        )
    except ClusterError as error:
        raise RunError(f"--cluster: {error}") from error


def _print_error(reporter: TerminalReporter, text: str) -> None:
    reporter.close()
    click.echo(f"Error: {escape_unprintable(text)}", err=True)


def _save_scripts(folder: Path, reports: Sequence[Report]) -> None:
    saved = save_scripts(folder, reports)
    if saved:
        count = "1 script" if len(saved) == 1 else f"{len(saved)} scripts"
        click.echo(
            f"saved {count}; run one again with: taskdb replay {saved[0]}, "
            f"or all with: pytest {folder / TEST_FILE_NAME}",
            err=True,
        )
