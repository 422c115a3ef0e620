"""``taskdb check``: backends against the specification."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from taskdb_spec._text import collapse_whitespace, describe_error
from taskdb_spec.backend import Backend
from taskdb_spec.cli.baseline import read_known
from taskdb_spec.cli.errors import RunError
from taskdb_spec.cli.outputs import PYTEST_FILE, STDOUT, check_folder, prepare, save_scripts
from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.events import Event, Listener, RunFinished
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.workers import cores
from taskdb_spec.conformance.execution.isolation.shutdown import ended_in_order
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.integrations.ipyparallel import ClusterError, check_on_cluster
from taskdb_spec.conformance.reporting.baseline import Baseline, held_to, verdict_beside
from taskdb_spec.conformance.reporting.console import console_for
from taskdb_spec.conformance.reporting.terminal import TerminalReporter
from taskdb_spec.conformance.reporting.text import printable
from taskdb_spec.targets import TargetError, resolve

PROFILES = ("quick", "default", "deep")


@dataclass(frozen=True)
class Settings:
    """What all runs of one call of the command have in common."""

    profile: str
    seed: int
    strict: bool
    verbose: bool
    known: Baseline
    workers: int
    cluster: str | None


Runs = list[tuple[str, Report | None]]
"""Each backend's name, and its report; None where the run could not be made."""


_PATH = click.Path(path_type=Path)


@click.command(
    epilog="Exit status: 0 all conform; 1 some fail; 3 none fails, but something claimed was not "
    "exercised enough to say; 2 the run could not be made. Known failures do not count, unless "
    "they pass or fail otherwise."
)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--profile", type=click.Choice(PROFILES), default="default", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="What all choices follow.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="How many processes share the work of a run; what it finds stays the same.  [default: one "
    "for each core, on a cluster one]",
)
@click.option(
    "--cluster",
    metavar="[PROFILE]",
    is_flag=False,
    flag_value="default",
    help="Run on each engine of an ipyparallel cluster, with seeds from --seed on; to be written "
    "after the targets, as what follows it is its profile.",
)
@click.option("--strict", is_flag=True, help="Enforce SHOULD clauses too.")
@click.option("--capabilities", metavar="A,B", help="Replace the claimed ones; '' is CORE alone.")
@click.option("--json", "json_file", metavar="FILE", help="Write the JSON report; - is stdout.")
@click.option("--junit", "junit_file", metavar="FILE", help="Write a JUnit report; - is stdout.")
@click.option("--html", "html_file", metavar="FILE", help="Write an HTML report; - is stdout.")
@click.option("--out", metavar="DIR", type=_PATH, help="Save a script per failing clause.")
@click.option("--baseline", metavar="FILE", type=_PATH, help="Known failures, in TOML.")
@click.option("--flaky", metavar="FILE", type=_PATH, help="Clauses that may pass or fail, in TOML.")
@click.option("--write-baseline", metavar="FILE", help="Write the failures of this run as known.")
@click.option("--verbose", is_flag=True, help="Print all scripts, and tracebacks of failed runs.")
def check(
    targets: Sequence[str],
    profile: str,
    seed: int,
    workers: int | None,
    cluster: str | None,
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
    backends = _backends(targets, capabilities)
    known = read_known(baseline, flaky)
    outputs = prepare(
        {
            "--json": json_file,
            "--junit": junit_file,
            "--html": html_file,
            "--write-baseline": write_baseline,
        }
    )
    if out is not None:
        check_folder(out)
    if workers is None:
        workers = 1 if cluster else cores()
    settings = Settings(profile, seed, strict, verbose, known, workers, cluster)
    with _stdout_kept_clean(any(output.file == STDOUT for output in outputs)):
        runs = _run_all(backends, settings)
    reports = [report for _, report in runs if report is not None]
    for output in outputs:
        output.write(reports)
    if out is not None:
        _save(out, reports)
    raise SystemExit(exit_status(runs))


def exit_status(runs: Runs) -> int:
    """The worst of the runs decides, apart from what is known."""
    verdicts = {verdict_beside(report) if report else None for _, report in runs}
    if None in verdicts:
        return 2
    if "fails" in verdicts:
        return 1
    return 3 if "incomplete" in verdicts else 0


def _backends(targets: Sequence[str], capabilities: str | None) -> list[tuple[Backend, str]]:
    """The backends to check, each once, and each with a name of its own."""
    try:
        found = {target: resolve(target) for target in targets}
    except TargetError as error:
        raise RunError(str(error)) from error
    names = [backend.name for backend, _ in found.values()]
    return [
        (_claiming(_named(backend, target, names), capabilities), text)
        for target, (backend, text) in found.items()
    ]


def _named(backend: Backend, target: str, names: list[str]) -> Backend:
    return replace(backend, name=target) if names.count(backend.name) > 1 else backend


def _claiming(backend: Backend, capabilities: str | None) -> Backend:
    if capabilities is None:
        return backend
    names = [name.strip() for name in capabilities.split(",") if name.strip()]
    try:
        return replace(backend, capabilities=names)
    except ValueError as error:
        raise RunError(f"--capabilities, for {backend.name}: {error}") from error


@contextlib.contextmanager
def _stdout_kept_clean(needed: bool) -> Iterator[None]:
    """Where a report goes to stdout, all else goes to stderr, also what a store prints."""
    if not needed:
        yield
        return
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _run_all(backends: Sequence[tuple[Backend, str]], settings: Settings) -> Runs:
    reporter = TerminalReporter(console_for(sys.stdout), verbose=settings.verbose)
    try:
        # Of a run on a cluster, no stores are here: it may end at once.
        with contextlib.nullcontext() if settings.cluster else ended_in_order():
            runs = [
                (backend.name, _run(backend, target, settings, reporter))
                for backend, target in backends
            ]
    except KeyboardInterrupt:
        # Left to click, the exit status would be that of a store that fails.
        raise RunError("interrupted before all runs were made") from None
    finally:
        reporter.close()
    if len(runs) > 1:
        reporter.summary(runs)
    return runs


def _run(
    backend: Backend, target: str, settings: Settings, reporter: TerminalReporter
) -> Report | None:
    """Make a run; one that cannot be made does not keep the others from being made."""

    def listen(event: Event) -> None:
        if isinstance(event, RunFinished):
            event = RunFinished(held_to(event.report, settings.known))
        reporter(event)

    try:
        return held_to(_made(backend, target, settings, listen), settings.known)
    except StoreNotOpened as error:
        _complain(reporter, f"{backend.name} was not checked: {collapse_whitespace(error)}")
    except RunError:
        raise
    except Exception as error:  # a fault of the suite must not look like one of the store
        fault = f"{describe_error(error)}"
        _complain(reporter, f"{backend.name} was not checked: the suite itself failed with {fault}")
        if settings.verbose:
            traceback.print_exc()
    return None


def _made(backend: Backend, target: str, settings: Settings, listen: Listener) -> Report:
    """The report of a run, on this machine or on a cluster; `RunError` if there is no cluster."""
    options: dict[str, Any] = {
        "seed": settings.seed,
        "strict": settings.strict,
        "workers": settings.workers,
        "listen": listen,
    }
    if settings.cluster is None:
        return check_backend(backend, settings.profile, target=target, **options)
    try:
        return check_on_cluster(
            target, settings.profile, cluster=settings.cluster, backend=backend, **options
        )
    except ClusterError as error:
        raise RunError(f"--cluster: {error}") from error


def _complain(reporter: TerminalReporter, text: str) -> None:
    reporter.close()
    click.echo(f"Error: {printable(text)}", err=True)


def _save(folder: Path, reports: Sequence[Report]) -> None:
    saved = save_scripts(folder, reports)
    if saved:
        count = "1 script" if len(saved) == 1 else f"{len(saved)} scripts"
        click.echo(
            f"saved {count}; run one again with: taskdb replay {saved[0]}, "
            f"or all with: pytest {folder / PYTEST_FILE}",
            err=True,
        )
