"""``taskdb check``: check backends against the specification."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import click

from taskdb_spec.backend import Backend
from taskdb_spec.cli.baseline import read_baseline_files
from taskdb_spec.cli.errors import RunError
from taskdb_spec.cli.outputs import STDOUT, prepare_outputs
from taskdb_spec.cli.runs import RunSettings, Subject, get_exit_status, run_all
from taskdb_spec.cli.scripts import (
    DEFAULT_FOLDER,
    Replay,
    find_saved_scripts,
    prepare_script_folder,
    replay_scripts,
    save_scripts,
)
from taskdb_spec.conformance.api import select_clauses
from taskdb_spec.conformance.core.config import PROFILES, Openings
from taskdb_spec.conformance.core.results import ClauseVerdict, Report
from taskdb_spec.conformance.engine.workers import available_cores
from taskdb_spec.conformance.reporting.console import make_console, print_line
from taskdb_spec.targets import TargetError, resolve

Replays: TypeAlias = dict[str, list[Replay]]
"""The saved scripts of each backend that were run again."""

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
@click.option(
    "--failed",
    is_flag=True,
    help="Run the saved programs of the last run again, and then check their clauses alone.",
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
    failed: bool,
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
    subjects = _resolve_subjects(targets, capabilities, _split_patterns(only))
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
    has_value = any(each is not None for each in (only, seconds, openings))
    if cluster and (has_value or failed or fail_fast):
        raise RunError(
            "--only, --seconds, --failed, --fail-fast and --openings do not work with --cluster"
        )
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
        seconds=seconds,
        fail_fast=fail_fast,
        openings=openings,
    )
    has_report_on_stdout = any(output.file == STDOUT for output in outputs)
    # If a report goes to stdout, nothing else may: neither progress, nor what a store prints.
    with contextlib.redirect_stdout(sys.stderr if has_report_on_stdout else sys.stdout):
        replays: Replays = {}
        if failed:
            subjects, replays = _replay_saved(subjects, out, workers)
        runs = run_all(subjects, settings)
    reports = [report for _, report in runs if report is not None]
    for output in outputs:
        output.write(reports)
    save_scripts(out, reports)
    status = get_exit_status(runs)
    if status in (0, 3) and any(
        _has_other_failure(report, replays, settings) for report in reports
    ):
        status = 1
    raise SystemExit(status)


def _split_patterns(only: str | None) -> tuple[str, ...]:
    patterns = tuple(each.strip() for each in (only or "").split(",") if each.strip())
    if only is not None and not patterns:
        raise RunError("--only: name one clause at least, such as GT-1 or IN-*")
    try:
        select_clauses(patterns)
    except ValueError as error:
        raise RunError(f"--{error}") from error
    return patterns


def _replay_saved(
    subjects: Sequence[Subject], out: Path | None, workers: int
) -> tuple[list[Subject], Replays]:
    """Run the saved scripts of each backend again, and select their clauses.

    Raises:
        RunError: No backend has a script.
    """
    selected, replays = [], {}
    for subject in subjects:
        name = subject.backend.name
        scripts = find_saved_scripts(out, name)
        done = replay_scripts(scripts, select_clauses(subject.only), workers)
        if done:
            selected.append(replace(subject, only=tuple(each.clause for each in done)))
            replays[name] = done
    if not selected:
        names = ", ".join(subject.backend.name for subject in subjects)
        raise RunError(
            f"--failed: no program of {names} is saved in {out or DEFAULT_FOLDER}; "
            "a run without --failed saves those that fail"
        )
    console = make_console(sys.stdout)
    for name, done in replays.items():
        for replay in done:
            print_line(console, f"{name} {replay}")
    return selected, replays


def _has_other_failure(report: Report, replays: Replays, settings: RunSettings) -> bool:
    """Return whether a saved program still fails, and the run has not found its clause to fail.

    A run can miss what only an untargeted program shows.
    """
    return any(
        replay.still_fails
        and report.enforces(report[replay.clause])
        and report[replay.clause].verdict is not ClauseVerdict.FAIL
        and replay.clause not in settings.baseline
        for replay in replays.get(report.backend, ())
    )


def _resolve_subjects(
    targets: Sequence[str], capabilities: str | None, only: tuple[str, ...]
) -> list[Subject]:
    """Return each backend once, with a unique name."""
    try:
        found = {target: resolve(target) for target in targets}
    except TargetError as error:
        raise RunError(str(error)) from error
    names = [backend.name for backend, _ in found.values()]
    return [
        Subject(
            _with_capabilities(_with_unique_name(backend, target, names), capabilities), text, only
        )
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
