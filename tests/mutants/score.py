"""How strong the suite is: ``python -m tests.mutants.score [small|quick|default] [name]``.

Runs the suite on every mutant and prints how many were killed, under which clauses, and what that
took; then the clauses that no mutant proves. Exits with 1 if a mutant survives at `default`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.profiles import PROFILES

from .catalogue import MUTANTS
from .kill import SMALL, Kill, run


def kill(task: tuple[str, str]) -> Kill:
    name, profile = task
    return run(MUTANTS[name], SMALL if profile == "small" else PROFILES[profile])


def main(profile: str = "quick", part: str = "") -> int:
    names = [name for name in MUTANTS if part in name]
    tasks = [(name, profile) for name in names]
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        runs = track(pool.imap_unordered(kill, tasks), total=len(tasks), description=profile)
        kills = sorted(runs, key=lambda one: names.index(one.mutant))
    report(kills, profile)
    return int(profile == "default" and not all(one.killed for one in kills))


def report(kills: list[Kill], profile: str) -> None:
    console = Console()
    dead = [one for one in kills if one.killed]
    table = Table(
        "profile", "mutants", "killed", "clause named", "median operations", "median CPU s"
    )
    table.add_row(
        profile,
        str(len(kills)),
        f"{len(dead)} ({100 * len(dead) / len(kills):.1f} %)",
        str(sum(one.named for one in kills)),
        str(median(one.operations for one in dead)),
        f"{median(one.seconds for one in dead):.2f}",
    )
    console.print(table)
    for one in kills:
        if not one.named:
            console.print(f"{one.mutant} ({one.clause}): {', '.join(one.blamed) or 'survives'}")
    blamed = Counter(clause for one in dead for clause in one.blamed)
    alone = Counter(one.blamed[0] for one in dead if len(set(one.blamed)) == 1)
    checked = [clause.id for clause in clauses().values() if clause.check]
    unproved = [clause for clause in checked if clause not in alone]
    console.print(f"clauses that some mutant breaks alone: {len(checked) - len(unproved)}")
    console.print(f"clauses that none breaks alone: {', '.join(unproved) or 'none'}")
    console.print(
        f"clauses that were never blamed: {', '.join(set(checked) - set(blamed)) or 'none'}"
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
