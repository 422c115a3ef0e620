"""Measure how strong the suite is: ``make mutants``, or this module with names of profiles.

``python -m tests.mutation.report [PROFILE...]`` runs the suite on every mutant, at each profile
(`quick` if none is named). Then it measures how soon the suite, a naive state machine and
ipyparallel's tests detect a sample of broken stores. For each profile, it prints:

- A table of the profiles so far. It has the numbers of mutants, of those that were killed, and of
  those whose own clause was named. It also has the median cost until the first failure.
- Each mutant whose own clause was not named, with the clauses that were.
- The clauses for which no mutant was killed, and those that were never the only one named.

``build/mutants-PROFILE.json`` stores the kills, ``build/detection-speed.json`` and ``.png`` the
speed of detection.

The exit status is 1 if a mutant survives at `default`, or more than one in twenty at `quick`.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.engine.workers import available_cores
from tests.mutation.catalogue import MUTANTS
from tests.mutation.detection_speed import (
    MACHINE_SECONDS,
    SAMPLE_SIZE,
    Detection,
    NotMeasured,
    make_table,
    measure_detection,
    write_plot,
)
from tests.mutation.runner import SMALL, Kill, run

BUILD = Path("build")
MAX_SURVIVING_SHARE = {"default": 0.0, "quick": 0.05}
"""The share of the mutants that may survive at a profile. Other profiles have no limit."""
MUTANTS_PER_WORKER = 20
"""Mutants after which a worker is replaced, so that its memory does not grow."""


def main(*profiles: str) -> int:
    """Run the command, and return its exit status."""
    console, status = Console(), 0
    profiles = profiles or ("quick",)
    table = Table(
        *("profile", "mutants", "killed", "clause named", "median operations", "median CPU s")
    )
    for profile in profiles:
        kills = kill_mutants(profile)
        table.add_row(profile, *summarize_kills(kills))
        console.print(table)
        print_clauses(console, kills)
        survivors = sum(not kill.is_killed for kill in kills)
        status |= survivors > MAX_SURVIVING_SHARE.get(profile, 1) * len(kills)
    report_detection(console, profiles)
    return int(status)


def kill_mutants(profile: str) -> list[Kill]:
    """Run the suite on every mutant, on all cores. Write the kills to a file in `BUILD`."""
    with multiprocessing.get_context("fork").Pool(
        available_cores(), maxtasksperchild=MUTANTS_PER_WORKER
    ) as pool:
        runs = pool.imap_unordered(partial(_kill_mutant, profile), MUTANTS)
        kills = {kill.mutant: kill for kill in track(runs, description=profile, total=len(MUTANTS))}
    ordered = [kills[name] for name in MUTANTS]
    _write_json(ordered, f"mutants-{profile}.json")
    return ordered


def _kill_mutant(profile: str, name: str) -> Kill:
    return run(MUTANTS[name], SMALL if profile == SMALL.name else PROFILES[profile])


def _write_json(items: Sequence[Any], name: str) -> None:
    BUILD.mkdir(exist_ok=True)
    text = json.dumps([asdict(item) for item in items], indent=1)
    (BUILD / name).write_text(text, encoding="utf-8")


def summarize_kills(kills: list[Kill]) -> list[str]:
    """Return the cells of a profile: numbers of mutants, and the median cost of a kill."""
    killed = [kill for kill in kills if kill.is_killed]
    return [
        str(len(kills)),
        f"{len(killed)} ({100 * len(killed) / len(kills):.1f} %)",
        str(sum(kill.is_named for kill in kills)),
        f"{median(kill.operations for kill in killed):.0f}",
        f"{median(kill.seconds for kill in killed):.2f}",
    ]


def print_clauses(console: Console, kills: list[Kill]) -> None:
    """Print the mutants whose own clause was not named, and the clauses without a proof."""
    for kill in kills:
        if not kill.is_named:
            named = ", ".join(kill.blamed) or "survives"
            console.print(f"{kill.mutant} breaks {kill.clause}: {named}")
    checked = [clause.id for clause in clauses().values() if clause.check]
    named_clauses = Counter(clause for kill in kills for clause in kill.blamed)
    named_alone = {kill.blamed[0] for kill in kills if len(kill.blamed) == 1}
    unproved = ", ".join(sorted(set(checked) - set(named_clauses))) or "none"
    console.print(f"clauses that no mutant proves: {unproved}")
    not_alone = ", ".join(sorted(set(checked) - named_alone)) or "none"
    console.print(f"clauses whose check killed no mutant alone: {not_alone}")


def report_detection(
    console: Console,
    profiles: Sequence[str],
    *,
    mutants: int = SAMPLE_SIZE,
    machine_seconds: float = MACHINE_SECONDS,
) -> None:
    """Measure the speed of detection, print it, and write it to files in `BUILD`.

    Args:
        console: Where the table is printed.
        profiles: The profiles at which the suite is run.
        mutants: The number of mutants in the sample.
        machine_seconds: The time of the naive state machine for each store.
    """
    runs = measure_detection(profiles, mutants=mutants, machine_seconds=machine_seconds)
    outcomes = list(track(runs, description="speed of detection"))
    detections = [outcome for outcome in outcomes if isinstance(outcome, Detection)]
    console.print(make_table(detections))
    for outcome in outcomes:
        if isinstance(outcome, NotMeasured):
            console.print(f"not measured: {outcome.store}, by {outcome.method}: {outcome.reason}")
    _write_json(detections, "detection-speed.json")
    write_plot(detections, BUILD / "detection-speed.png")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
