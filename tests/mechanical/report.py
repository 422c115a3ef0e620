"""Run the suite on mechanical mutants: ``python -m tests.mechanical.report [PROFILE...]``.

The command runs every mutant of the stores at the first profile (`quick` if none is named), and
those that survive at the next one. A run ends at the first failure with a confirmed
counterexample. Mutants that `equivalent.toml` lists take most of the time, so they run the first
wave only, unless ``--all`` is given. For each profile, the command prints:

- A table with the numbers of mutants by result. ``killed %`` leaves out the mutants that are
  equivalent or unusable.
- Each mutant that survived, or ran into a limit, with the changed line.

``build/mechanical/STORE-PROFILE.json`` stores the results. The exit status is 1 if a mutant that
`equivalent.toml` lists was killed.

Options:

- ``--store NAME`` selects a store.
- ``--sample N`` draws N mutants of each store with a fixed seed.
- ``--all`` runs the mutants in `equivalent.toml` at the whole profile.
- ``--wave`` executes the first wave of the programs only.
- ``--workers N`` sets the number of processes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import ceil
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from taskdb_spec.conformance.core.config import PROFILES, Profile
from taskdb_spec.conformance.engine.workers import available_cores
from tests.mechanical.equivalent import equivalent_mutants
from tests.mechanical.runs import FIRST_WAVE, Outcome, Verdict, run_mutant
from tests.mechanical.stores import STORES, find_mutant, mutants_of

BUILD = Path("build/mechanical")
ROWS = (
    *("mutants", "unusable", "equivalent", "timed out", "survived", "killed"),
    *("killed in the first wave", "killed, %", "median of operations", "90 % of operations"),
)


@dataclass(frozen=True)
class Figures:
    """The numbers of mutants by result, and the operations until the first failure.

    Attributes:
        mutants: All mutants.
        unusable: Those that cannot be run.
        equivalent: Those that survived, and that `equivalent.toml` lists.
        timed_out: Those that ran into a limit.
        first_wave: Those that were killed before the end of the first wave.
        killed: Those that were killed at all.
        survived: Those that survived and are not known to be equivalent.
        operations: The median and the 90th percentile of the operations of the killed ones.
    """

    mutants: int
    unusable: int
    equivalent: int
    timed_out: int
    first_wave: int
    killed: int
    survived: int
    operations: tuple[float, float]

    @property
    def killed_share(self) -> float:
        """The share of the killed among those that can be run and are not equivalent."""
        return self.killed / max(1, self.mutants - self.unusable - self.equivalent)

    def cells(self) -> list[str]:
        """Return the cells of a column of the table."""
        left_out = (self.mutants, self.unusable, self.equivalent, self.timed_out)
        numbers = (*left_out, self.survived, self.killed, self.first_wave)
        share, operations = f"{100 * self.killed_share:.1f}", [f"{n:.0f}" for n in self.operations]
        return [*map(str, numbers), share, *operations]


def summarize(outcomes: Iterable[Outcome]) -> Figures:
    """Count the results of runs."""
    found = list(outcomes)
    by_verdict = {each: [o for o in found if o.verdict is each] for each in Verdict}
    killed, survived = by_verdict[Verdict.KILLED], by_verdict[Verdict.SURVIVED]
    equivalent = sum(outcome.mutant in equivalent_mutants() for outcome in survived)
    operations = sorted(outcome.operations for outcome in killed) or [0]
    return Figures(
        mutants=len(found),
        unusable=len(by_verdict[Verdict.UNUSABLE]),
        equivalent=equivalent,
        timed_out=len(by_verdict[Verdict.TIMED_OUT]),
        first_wave=sum(outcome.is_first_wave for outcome in killed),
        killed=len(killed),
        survived=len(survived) - equivalent,
        operations=(median(operations), operations[ceil(0.9 * len(operations)) - 1]),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status."""
    options = _parse(arguments)
    console, status = Console(soft_wrap=True), 0
    profiles = [FIRST_WAVE] if options.wave else [PROFILES[name] for name in options.profiles]
    names = [name for store in options.store for name in _draw(store, options.sample)]
    outcomes: dict[str, Outcome] = {}
    judged = [] if options.all else [name for name in names if name in equivalent_mutants()]
    if judged:
        outcomes |= run_all(judged, FIRST_WAVE, options.workers)
    names = [name for name in names if name not in outcomes]
    for profile in profiles:
        outcomes |= run_all(names, profile, options.workers)
        print_figures(console, profile, list(outcomes.values()))
        write_json(profile, list(outcomes.values()))
        wrong = [name for name in equivalent_mutants() if _is_killed(outcomes.get(name))]
        for name in wrong:
            console.print(f"not equivalent: {name}", markup=False)
        status |= bool(wrong)
        names = [o.mutant for o in outcomes.values() if o.verdict is Verdict.SURVIVED]
        # They were run once, to see that they survive. They need no larger run.
        names = [name for name in names if name not in equivalent_mutants()]
    return int(status)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mechanical.report")
    parser.add_argument("profiles", nargs="*")
    parser.add_argument("--store", action="append", choices=STORES)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--wave", action="store_true")
    parser.add_argument("--workers", type=int, default=available_cores())
    options = parser.parse_args(arguments)
    options.profiles = options.profiles or ["quick"]
    if unknown := set(options.profiles) - PROFILES.keys():
        parser.error(f"no such profile: {', '.join(sorted(unknown))}")
    options.store = options.store or list(STORES)
    return options


def _draw(store: str, sample: int) -> list[str]:
    names = list(mutants_of(store))
    if not sample:
        return names
    drawn = set(random.Random(0).sample(names, min(sample, len(names))))
    return [name for name in names if name in drawn]


def _is_killed(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.verdict is Verdict.KILLED


def run_all(names: Sequence[str], profile: Profile, workers: int) -> dict[str, Outcome]:
    """Run the suite on mutants, and return the results by name, in the same order."""
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        runs = pool.imap(partial(run_mutant, profile=profile), names)
        return {
            outcome.mutant: outcome
            for outcome in track(runs, description=profile.name, total=len(names))
        }


def print_figures(console: Console, profile: Profile, outcomes: Sequence[Outcome]) -> None:
    """Print the table of a profile, and the mutants that were not killed."""
    groups = {**group_by_store(outcomes), "all": outcomes}
    table = Table(profile.name, *groups, title="mechanical mutants")
    for row in zip(ROWS, *(summarize(group).cells() for group in groups.values()), strict=True):
        table.add_row(*row)
    console.print(table)
    for verdict in (Verdict.SURVIVED, Verdict.TIMED_OUT):
        console.print(f"{verdict.value}:")
        for outcome in outcomes:
            if outcome.verdict is verdict and outcome.mutant not in equivalent_mutants():
                change = find_mutant(outcome.mutant).change
                console.print(f"  {outcome.mutant}\n    -> {change.changed_line}", markup=False)


def group_by_store(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Return the results by the name of the store."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.mutant.partition(":")[0], []).append(outcome)
    return groups


def write_json(profile: Profile, outcomes: Iterable[Outcome]) -> None:
    """Write the figures and the results of each store to a file in `BUILD`."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for store, group in group_by_store(outcomes).items():
        rows = [
            {
                **asdict(outcome),
                "verdict": outcome.verdict.value,
                "changed_line": find_mutant(outcome.mutant).change.changed_line,
            }
            for outcome in group
        ]
        data = {"profile": profile.name, "figures": asdict(summarize(group)), "mutants": rows}
        name = f"{store}-{profile.name.replace(' ', '-')}.json"
        (BUILD / name).write_text(json.dumps(data, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
