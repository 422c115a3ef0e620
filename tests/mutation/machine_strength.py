"""What the Hypothesis state machine detects: ``make mutants ENGINE=machine``.

``python -m tests.mutation.machine_strength [COUNT]`` runs the machine of every mutant, or of COUNT
that are drawn with a fixed seed, with the default settings of the machine. Then it prints how many
were detected, in how many CPU seconds to the finished message, and how many clauses were right: a
clause is right if the mutant breaks it, or if the command blames it on this mutant too. On
`SAMPLE_SIZE` mutants it also runs the naive state machine of `bench`.

``build/machine-strength.json`` stores the detections. The exit status is 1 if fewer are detected
than `LEAST_SHARE`.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.baselines import naive_state_machine
from taskdb_spec.conformance import DepartureFromSpec, state_machine
from taskdb_spec.conformance.engine.workers import available_cores
from tests.mutation.base import Mutant
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import in_process_writer, run

T = TypeVar("T")

FILE = Path("build/machine-strength.json")
LEAST_SHARE = 0.95
"""The share of the mutants that the machine must detect."""
SAMPLE_SIZE = 60
"""The mutants on which other numbers of examples and the naive state machine are tried."""
NAIVE_SECONDS = 10.0
"""The CPU seconds of the naive state machine for each mutant."""
FEW_EXAMPLES, MANY_EXAMPLES = 20, 1_000
"""Other numbers of examples that are tried on the sample."""
MUTANTS_PER_WORKER = 5
"""Mutants after which a worker is replaced: strategies use memory, and faults leave state."""


@dataclass(frozen=True)
class MachineRun:
    """What the machine says of a mutant.

    Attributes:
        mutant: The name of the mutant.
        clause: The clause that it breaks.
        blamed: The clause that the machine blames, or empty.
        seconds: The CPU seconds to the finished message, or of all examples.
        lines: The lines of the message.
        error: An exception that is not a departure from the specification, or empty.
        is_confirmed: Whether the command blames the same clause on this mutant.
    """

    mutant: str
    clause: str
    blamed: str
    seconds: float
    lines: int = 0
    error: str = ""
    is_confirmed: bool = False


def run_machine(mutant: Mutant, **options: object) -> MachineRun:
    """Run the state machine on a mutant, with the default settings but for `options`.

    SHOULD clauses are enforced, as in the measurement of the command.
    """
    machine = state_machine(mutant.backend, strict=True, derandomize=True, database=None, **options)
    machine.examiner.writer = in_process_writer(mutant.backend)
    started = time.process_time()
    blamed, lines, error = "", 0, ""
    try:
        run_state_machine_as_test(machine, settings=machine.TestCase.settings)
    except DepartureFromSpec as departure:
        blamed, lines = departure.clause, len(str(departure).splitlines())
    except Exception as other:
        error = f"{type(other).__name__}: {other}"
    seconds = time.process_time() - started
    return MachineRun(mutant.name, mutant.clause, blamed, seconds, lines, error)


def check_with_command(detection: MachineRun) -> MachineRun:
    """Ask the command whether it blames the same clause, unless the mutant is known to break it."""
    if not detection.blamed or detection.blamed == detection.clause:
        return replace(detection, is_confirmed=bool(detection.blamed))
    # Until this clause is blamed, and not the mutant's own.
    mutant = replace(MUTANTS[detection.mutant], clause=detection.blamed)
    kill = run(mutant, "quick", only={detection.clause, detection.blamed})
    return replace(detection, is_confirmed=kill.is_named)


def _detect(name: str) -> MachineRun:
    return check_with_command(run_machine(MUTANTS[name]))


def _is_detected(max_examples: int, name: str) -> bool:
    return bool(run_machine(MUTANTS[name], max_examples=max_examples).blamed)


def _detect_naively(name: str) -> bool:
    clock = naive_state_machine.run_until_failure(MUTANTS[name].backend, NAIVE_SECONDS)
    return clock.seconds_to_failure is not None


def main(count: str = "") -> int:
    """Run the command, and return its exit status."""
    console, generator = Console(), random.Random(0)
    names = generator.sample([*MUTANTS], int(count)) if count else [*MUTANTS]
    runs = _map_in_pool(_detect, names)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps([asdict(each) for each in runs], indent=1), encoding="utf-8")
    console.print(make_table(runs))
    for each in runs:
        if not each.is_confirmed or each.error:
            said = each.error or each.blamed or "not detected"
            console.print(f"{each.mutant} breaks {each.clause}: {said}, {each.seconds:.1f} s")
    sample = generator.sample(names, min(SAMPLE_SIZE, len(names)))
    found = {each.mutant for each in runs if each.blamed}
    console.print(f"of {len(sample)} mutants:")
    few = _map_in_pool(partial(_is_detected, FEW_EXAMPLES), sample)
    console.print(f"with {FEW_EXAMPLES} examples, the machine detects {sum(few)}")
    console.print(f"with the default of 100 examples: {len(found & set(sample))}")
    # The examples of a longer run begin with those of a shorter one.
    survivors = [name for name in sample if name not in found]
    more = sum(_map_in_pool(partial(_is_detected, MANY_EXAMPLES), survivors))
    console.print(f"with {MANY_EXAMPLES} examples: {len(sample) - len(survivors) + more}")
    naive = sum(_map_in_pool(_detect_naively, sample))
    console.print(f"the naive state machine, in {NAIVE_SECONDS:g} CPU s each: {naive}")
    return int(len(found) < LEAST_SHARE * len(runs))


def make_table(runs: Sequence[MachineRun]) -> Table:
    """Return a table of one row: how many were detected, how soon, and how rightly."""
    table = Table("mutants", "detected", "median CPU s", "most", "own clause", "as the command")
    detected = [each for each in runs if each.blamed]
    seconds = [each.seconds for each in detected]
    table.add_row(
        str(len(runs)),
        f"{len(detected)} ({100 * len(detected) / len(runs):.1f} %)",
        f"{median(seconds):.2f}",
        f"{max(each.seconds for each in runs):.1f}",
        str(sum(each.blamed == each.clause for each in detected)),
        str(sum(each.is_confirmed for each in detected)),
    )
    return table


def _map_in_pool(function: Callable[[str], T], names: Sequence[str]) -> list[T]:
    context = multiprocessing.get_context("fork")
    with context.Pool(available_cores(), maxtasksperchild=MUTANTS_PER_WORKER) as pool:
        # One by one, so that a slow mutant does not hold up others.
        results = pool.imap(function, names, chunksize=1)
        return list(track(results, description="machine", total=len(names)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
