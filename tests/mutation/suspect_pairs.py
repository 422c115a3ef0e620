"""Collect which clauses are suspected together: ``python -m tests.mutation.suspect_pairs``.

A failing call may exercise several clauses; `precedence` decides which one is blamed. This command
runs the suite on all mutants and on the backends of the golden reports. It writes each pair of
clauses that were suspects of one finding to ``tests/data/suspect-pairs.json``: for each clause, the
more general clauses that were suspects with it.

A pair that is in the file keeps its order. So if a change of SPEC.md reverses a pair, the test of
the file fails. If the change is meant, delete the pair from the file and run the command again.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from unittest.mock import patch

from taskdb_spec.clauses import by_id, precedence
from taskdb_spec.conformance.comparison import suspects
from taskdb_spec.conformance.core.findings import most_general_first
from taskdb_spec.conformance.diagnosis import experiments
from taskdb_spec.conformance.engine.workers import available_cores
from tests.golden.reports import BACKENDS, golden_report
from tests.mutation.catalogue import MUTANTS
from tests.mutation.runner import run
from tests.mutation.test_kills import BLAMED_INSTEAD

FILE = Path(__file__).parents[1] / "data" / "suspect-pairs.json"

Pair = tuple[str, str]
"""The ids of two clauses, the more general one first."""


def read_pairs() -> set[Pair]:
    """Return the pairs of the file."""
    more_general: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {(general, clause) for clause, names in more_general.items() for general in names}


def write_pairs(pairs: Iterable[Pair]) -> None:
    """Replace the pairs of the file."""
    more_general: dict[str, list[str]] = {}
    for general, clause in sorted(pairs, key=lambda pair: (by_id(pair[1]), by_id(pair[0]))):
        more_general.setdefault(clause, []).append(general)
    rows = (f'"{clause}": {json.dumps(names)}' for clause, names in more_general.items())
    FILE.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def merge_pairs(known: Collection[Pair], suspects: Iterable[Collection[str]]) -> set[Pair]:
    """Return the known pairs, and all other pairs of suspects in the order of `precedence`."""
    pairs = set(known)
    for names in suspects:
        for general, clause in combinations(sorted(names, key=precedence), 2):
            if (clause, general) not in pairs:
                pairs.add((general, clause))
    return pairs


@contextmanager
def record_suspects() -> Iterator[set[frozenset[str]]]:
    """Record all sets of suspects that the suite sorts."""
    recorded: set[frozenset[str]] = set()

    def record(suspects: Iterable[str]) -> list[str]:
        names = frozenset(suspects)
        recorded.add(names)
        return most_general_first(names)

    with ExitStack() as stack:
        for module in (suspects, experiments):  # all modules that sort suspects
            stack.enter_context(patch.object(module, "most_general_first", record))
        yield recorded


def suspects_on(target: str) -> set[frozenset[str]]:
    """Return the sets of suspects in a run on a mutant, or on a backend of the golden reports."""
    with record_suspects() as recorded:
        if target in MUTANTS:
            mutant = MUTANTS[target]
            wanted = BLAMED_INSTEAD.get(target, mutant.clause)
            run(replace(mutant, clause=wanted), "quick", only={mutant.clause, wanted})
        else:
            golden_report(BACKENDS[target])
        return recorded


def main() -> int:
    """Add the pairs of all runs to the file."""
    targets = [*sorted(BACKENDS.keys() - MUTANTS.keys()), *MUTANTS]
    pairs = read_pairs() if FILE.exists() else set()
    with multiprocessing.get_context("fork").Pool(available_cores(), maxtasksperchild=20) as pool:
        for suspects in pool.imap_unordered(suspects_on, targets):
            pairs = merge_pairs(pairs, suspects)
    write_pairs(pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
