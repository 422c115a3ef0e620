"""Which programs kill which mutants: ``python -m tests.mutation.kill_matrix``.

For every mutant, the command executes the first `PROGRAMS` programs of its clause, each on a new
store, and notes which of them fail. The plan of a run is made from the result, see
``conformance/planning/priorities.py``: which programs of a clause come first, and how many of them
the profile `quick` executes.

The plan is chosen with one half of the mutants of each clause. The command prints how many mutants
of the other half it kills, so that the figure says something about faults that nobody knew.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.progress import track

from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES
from taskdb_spec.conformance.engine.runner import generate_targeted
from taskdb_spec.conformance.engine.workers import available_cores
from taskdb_spec.conformance.execution.executor import Executor
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.planning.batches import Batch
from tests.mutation.catalogue import MUTANTS

FILE = Path("build/kill-matrix.json")
PROGRAMS = 16
"""The programs of a clause in the matrix, unless `EXPENSIVE_CLAUSES` has fewer."""

KillMatrix = Mapping[str, Sequence[int]]
"""For each mutant, the numbers of the programs of its clause that fail on it."""


def find_killing_programs(name: str) -> list[int]:
    """Return the numbers of the programs of the mutant's clause that fail on the mutant."""
    mutant = MUTANTS[name]
    count = EXPENSIVE_CLAUSES.get(mutant.clause, PROGRAMS)
    killing = []
    for planned in Batch(mutant.clause, range(count)).programs():
        program = generate_targeted(planned, mutant.backend, seed=0)
        with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
            executor = Executor(mutant.backend, Workdirs(Path(folder)), COMPARISON)
            variant = planned.variant
            failure = executor.execute_program(program, audit=variant.audit)
        if failure is not None:
            killing.append(planned.rotation)
    return killing


def measure_matrix() -> KillMatrix:
    """Execute the programs on all mutants, on all cores."""
    with multiprocessing.get_context("fork").Pool(available_cores(), maxtasksperchild=20) as pool:
        rows = pool.imap(find_killing_programs, MUTANTS, chunksize=1)
        return dict(zip(MUTANTS, track(rows, total=len(MUTANTS)), strict=True))


def choose_half(names: Iterable[str]) -> list[str]:
    """Return every second mutant of each clause, in the order of the catalogue."""
    seen: dict[str, int] = {}
    chosen = []
    for name in names:
        clause = MUTANTS[name].clause
        seen[clause] = seen.get(clause, 0) + 1
        if seen[clause] % 2:
            chosen.append(name)
    return chosen


def order_programs(rows: Sequence[Sequence[int]], count: int = PROGRAMS) -> tuple[list[int], int]:
    """Return the programs of a clause, the most useful first, and how many are needed.

    Each next program is the one that kills most of the mutants that are left; of equal ones, the
    first.

    Args:
        rows: for each mutant of the clause, the programs that kill it.
        count: the number of programs.

    >>> order_programs([[1, 3], [3], [2]], count=4)
    ([3, 2, 0, 1], 2)
    """
    left, order = [set(row) for row in rows if row], []
    while left:
        best = max(range(count), key=lambda number: (sum(number in row for row in left), -number))
        order.append(best)
        left = [row for row in left if best not in row]
    return [*order, *(n for n in range(count) if n not in order)], len(order)


def main() -> int:
    """Run the command, and return its exit status."""
    matrix = measure_matrix()
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(matrix), encoding="utf-8")
    print(f"{sum(map(bool, matrix.values()))} of {len(matrix)} mutants die by their own clause")
    return 0


if __name__ == "__main__":
    sys.exit(main())
