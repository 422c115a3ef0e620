"""How many programs of each clause are needed: ``python -m tests.mutation.needed_programs``.

For one half of the mutants of each clause, the command executes the first `PROGRAMS` programs of
the clause, each on a new store, and notes which of them fail. It prints which program the clause
should begin with, and how many programs it needs, if they are more than `USUAL_PROGRAMS`. These are
the numbers in ``conformance/planning/program_counts.py``.

Then it runs `quick` on the other half up to the first failure, and prints how many of it die, and
how many in the first wave. So the figures say something about faults that nobody knew.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.progress import track

from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, PROFILES
from taskdb_spec.conformance.engine.run import Run, RunConfig
from taskdb_spec.conformance.engine.runner import EventsOnly, Runner
from taskdb_spec.conformance.engine.workers import available_cores
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.integrations.departures import execute_planned
from taskdb_spec.conformance.planning.batches import Batch
from taskdb_spec.conformance.planning.program_counts import USUAL_PROGRAMS, program_number
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import in_process_writer

PROGRAMS = 16
"""The programs of a clause that are executed, unless `EXPENSIVE_CLAUSES` has fewer."""

MIN_GAIN = 2
"""The mutants that another first program has to kill beside those of number 0: one may be chance,
and the other half shows no gain from it."""


def find_killing_programs(name: str) -> list[int]:
    """Return the numbers of the programs of the mutant's clause that fail on the mutant."""
    mutant = MUTANTS[name]
    count = EXPENSIVE_CLAUSES.get(mutant.clause, PROGRAMS)
    planned = Batch(mutant.clause, range(count)).programs()
    return [each.rotation for each in planned if execute_planned(each, mutant.backend) is not None]


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


def count_needed(killing: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return how many programs of each clause are needed to kill the mutants.

    Args:
        killing: for each mutant, the programs that kill it; those that none kills need none.
    """
    needed: dict[str, int] = {}
    for name, numbers in killing.items():
        if numbers:
            clause = MUTANTS[name].clause
            first = min(program_number(clause, number) for number in numbers)
            needed[clause] = max(needed.get(clause, 0), first + 1)
    return needed


def choose_first(killing: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return the clauses that should begin with another program than number 0, and with which.

    Args:
        killing: for each mutant, the programs that kill it.
    """
    kills: dict[str, Counter[int]] = {}
    for name, numbers in killing.items():
        kills.setdefault(MUTANTS[name].clause, Counter()).update(numbers)
    # Of programs that kill as many, the first one.
    best = {each: max(range(PROGRAMS), key=count.__getitem__) for each, count in kills.items()}
    return {
        clause: number
        for clause, number in best.items()
        if kills[clause][number] - kills[clause][0] >= MIN_GAIN
    }


class _KilledError(Exception):
    """Ends a run at its first failure, before it is shrunk."""


class _StopsAtFailure(EventsOnly):
    """A listener that ends the run at the first failure."""

    def attempt_started(self) -> None:
        raise _KilledError


def find_killing_batch(name: str) -> Batch | None:
    """Return the batch of `quick` in which the mutant fails first; None if it survives."""
    backend = MUTANTS[name].backend
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        writer = in_process_writer(backend)
        config = RunConfig(backend, PROFILES["quick"], 0, writer, Path(folder), strict=True)
        run = Run(config, lambda event: None)
        runner = Runner(
            config, run.state, _StopsAtFailure(lambda event: None), Workdirs(Path(folder))
        )
        for batch in config.batches(run.state):
            if run.is_over(batch):
                return None
            try:
                run.counters.add(runner.run_batch(batch))
            except _KilledError:
                return batch
    return None


def main() -> int:
    """Run the command, and return its exit status."""
    chosen = choose_half(MUTANTS)
    others = [name for name in MUTANTS if name not in chosen]
    with multiprocessing.get_context("fork").Pool(available_cores(), maxtasksperchild=20) as pool:
        rows = pool.imap(find_killing_programs, chosen)
        killing = dict(zip(chosen, track(rows, "one half", len(chosen)), strict=True))
        batches = [*track(pool.imap(find_killing_batch, others), "the other half", len(others))]
    for clause, number in sorted(choose_first(killing).items()):
        print(f"{clause} should begin with program {number}")
    for clause, count in sorted(count_needed(killing).items()):
        if count > USUAL_PROGRAMS:
            print(f"{clause} needs {count} programs")
    killed = [batch for batch in batches if batch is not None]
    first = sum(bool(batch.clause) and batch.positions.start == 0 for batch in killed)
    print(f"{len(killed)} of the {len(others)} others die, {first} of them in the first wave")
    return 0


if __name__ == "__main__":
    sys.exit(main())
