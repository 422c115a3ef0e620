"""Count the calls of stores with eight defects: ``python -m tests.mutation.combined_calls``.

The command combines eight mutants of the catalogue in each of `COMBINATIONS` stores, and runs
`quick` on each to its end. It prints how many calls the run makes, relative to the run on a sound
store with the same capabilities, and how many mutants the run finds of those that `quick` finds
alone. A mutant is found if its clause failed, or another one that the suite blames for it alone.

The exit status is 1 if a store takes more than `MAX_RATIO` times the calls, or hides a mutant.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.table import Table

from taskdb_spec import Backend
from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.calls import StoreCalls
from taskdb_spec.conformance.core.config import PROFILES, Profile
from taskdb_spec.conformance.core.results import ClauseVerdict, Report
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from tests.mutation.base import Mutant, combine
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import in_process_writer, run
from tests.mutation.test_kills import BLAMED_INSTEAD

COMBINATIONS = 10
DEFECTS = 8
MAX_RATIO = 2.0
"""How many times the calls of a sound store a broken one may take."""


def choose_combination(number: int) -> list[Mutant]:
    """Return mutants that replace different steps and break clauses of different families.

    >>> [len(choose_combination(number)) for number in (0, 1)]
    [8, 8]
    """

    def place(mutant: Mutant) -> bytes:
        # Not a shuffle: another mutant in the catalogue would change every combination.
        return sha256(f"{number}/{mutant.name}".encode()).digest()

    mutants = sorted((mutant for mutant in MUTANTS.values() if mutant.steps), key=place)
    chosen: list[Mutant] = []
    steps: set[str] = set()
    families: set[str] = set()
    for mutant in mutants:
        family = mutant.clause.partition("-")[0]
        if len(chosen) < DEFECTS and family not in families and not steps & set(mutant.steps or ()):
            chosen.append(mutant)
            steps |= set(mutant.steps or ())
            families.add(family)
    return chosen


def check(backend: Backend, profile: Profile = PROFILES["quick"]) -> Report:
    """Run the suite on a backend to the end."""
    with tempfile.TemporaryDirectory(prefix="taskdb-") as folder:
        writer = in_process_writer(backend)
        config = RunConfig(backend, profile, 0, writer, Path(folder), strict=True)
        return run_in_process(config, lambda event: None)


def find_failed(report: Report) -> frozenset[str]:
    """Return the clauses that failed."""
    return frozenset(result.clause.id for result in report.with_verdict(ClauseVerdict.FAIL))


def sound_store(capabilities: Iterable[Capability]) -> Backend:
    """Return the sound store that the mutants are made of, with some capabilities."""
    claimed = frozenset(capabilities)
    return Backend(name="whole", open=lambda _workdir: StepwiseModel(claimed), capabilities=claimed)


def find_missing(
    mutants: Iterable[Mutant],
    failed: frozenset[str],
    find_blamed: Callable[[str], Iterable[str]],
) -> list[Mutant]:
    """Return the mutants whose clause did not fail, nor another that is blamed for them.

    Args:
        mutants: The mutants that are combined.
        failed: The clauses that failed.
        find_blamed: Returns the clauses that the suite blames for the mutant of a name alone.
    """
    missing = []
    for mutant in mutants:
        wanted = {mutant.clause, BLAMED_INSTEAD.get(mutant.name, mutant.clause)}
        if not wanted & failed and not failed & set(find_blamed(mutant.name)):
            missing.append(mutant)
    return missing


@cache
def find_blamed_alone(name: str) -> tuple[str, ...]:
    """Return the clauses that `quick` blames for a mutant alone, until its own is among them."""
    return run(MUTANTS[name], "quick").blamed


def main() -> int:
    """Run the command, and return its exit status."""
    console, status = Console(soft_wrap=True), 0
    table = Table("combination", "calls", "relative to sound", "found", "failed clauses")
    calls = StoreCalls()
    for number in range(COMBINATIONS):
        mutants = choose_combination(number)
        backend = combine(*mutants)
        sound, report = check(sound_store(backend.capabilities)), check(backend)
        failed, count = find_failed(report), report.calls.count
        missing = find_missing(mutants, failed, find_blamed_alone)
        hidden = [mutant for mutant in missing if find_blamed_alone(mutant.name)]
        ratio, found = count / sound.calls.count, DEFECTS - len(missing)
        cells = (f"{count:,}", f"{ratio:.2f}", f"{found} of {found + len(hidden)}")
        table.add_row(str(number), *cells, " ".join(sorted(failed)))
        calls.add(report.calls)
        status |= ratio > MAX_RATIO or bool(hidden)
        for mutant in missing:
            alone = "found alone" if mutant in hidden else "not found alone either"
            console.print(f"{number}: {mutant.name} of {mutant.clause} is not found; {alone}")
    console.print(table)
    for kind, total in calls.kinds.items():
        console.print(f"{total.count:9,} {kind}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
