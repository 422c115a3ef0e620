"""How strong the suite is: ``make mutants``, or ``python -m tests.mutation.report PROFILE...``.

The suite is run on every mutant, at each profile named, or at `quick`. What is printed:

- a table of the profiles so far: how many mutants were killed, how many of these with the clause
  named that they break, and what it took to the first failure;
- the mutants whose own clause was not blamed, and those that survive;
- the clauses that no mutant proves, and those whose check killed no mutant alone.

``build/mutants-PROFILE.json`` keeps each kill. The exit status is 1 if a mutant survives at
`default`, or more than one in twenty at `quick`.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections import Counter
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.engine.workers import cores
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import SMALL, Kill, run

BUILD = Path("build")
ALIVE = {"default": 0.0, "quick": 0.05}
"""The share of the mutants that may survive at a profile."""


def main(*profiles: str) -> int:
    console, status = Console(), 0
    table = Table(
        *("profile", "mutants", "killed", "clause named", "median operations", "median CPU s")
    )
    for profile in profiles or ("quick",):
        kills = kills_at(profile)
        table.add_row(profile, *row(kills))
        console.print(table)
        show_matrix(console, kills)
        survivors = sum(not kill.killed for kill in kills)
        status |= survivors > ALIVE.get(profile, 1) * len(kills)
    return int(status)


def kills_at(profile: str) -> list[Kill]:
    """A run on every mutant, on all cores; also written into `BUILD`."""
    with multiprocessing.get_context("fork").Pool(cores(), maxtasksperchild=20) as pool:
        runs = pool.imap_unordered(partial(_kill, profile), MUTANTS)
        kills = {kill.mutant: kill for kill in track(runs, description=profile, total=len(MUTANTS))}
    BUILD.mkdir(exist_ok=True)
    ordered = [kills[name] for name in MUTANTS]
    text = json.dumps([asdict(kill) for kill in ordered], indent=1)
    (BUILD / f"mutants-{profile}.json").write_text(text, encoding="utf-8")
    return ordered


def _kill(profile: str, name: str) -> Kill:
    return run(MUTANTS[name], SMALL if profile == SMALL.name else PROFILES[profile])


def row(kills: list[Kill]) -> list[str]:
    """The cells of a profile: how many, how many killed and named, and at what cost."""
    dead = [kill for kill in kills if kill.killed]
    return [
        str(len(kills)),
        f"{len(dead)} ({100 * len(dead) / len(kills):.1f} %)",
        str(sum(kill.projection for kill in kills)),
        f"{median(kill.operations for kill in dead):.0f}",
        f"{median(kill.seconds for kill in dead):.2f}",
    ]


def show_matrix(console: Console, kills: list[Kill]) -> None:
    """What was not killed under its own clause, and what the kills say of the clauses."""
    for kill in kills:
        if not kill.projection:
            blamed = ", ".join(kill.blamed) or "survives"
            console.print(f"{kill.mutant} breaks {kill.clause}: {blamed}")
    checked = [clause.id for clause in clauses().values() if clause.check]
    blamed_at_all = Counter(clause for kill in kills for clause in kill.blamed)
    alone = {kill.blamed[0] for kill in kills if len(kill.blamed) == 1}
    unproved = ", ".join(sorted(set(checked) - set(blamed_at_all))) or "none"
    console.print(f"clauses that no mutant proves: {unproved}")
    not_alone = ", ".join(sorted(set(checked) - alone)) or "none"
    console.print(f"clauses whose check killed no mutant alone: {not_alone}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
