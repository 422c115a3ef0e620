"""Measure the stores and the suite, print the ratios, and write JSON and plots.

The command also compares the results with those of the last run, if it had the same options. It
keeps the JSON file of the last run. If a run is interrupted, its results are in a file of their
own, which no later run is compared with.

The exit status is 1 if a part was not measured completely.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from bench.harness.progress import ShowStep, show_progress
from bench.reporting.plots import write_plots
from bench.reporting.results import RESULTS_FILE, Omission, Results, save, write_unfinished
from bench.reporting.tables import format_report
from bench.suites import durable_stores, memory_store, real_stores, suite_speed

PARTS: dict[str, ModuleType] = {
    "suite": suite_speed,
    "dictdb": memory_store,
    "stores": durable_stores,
    "verdicts": real_stores,
}


def main(arguments: Sequence[str]) -> int:
    """Run the command, and return its exit status."""
    options = _make_parser().parse_args(arguments)
    results = Results({"only": options.only, "small": options.small, "deep": options.deep})
    with show_progress() as show_step:
        save_and_show_step = _save_before(show_step, results, options.out)
        complete = [
            _measure_part(part, options, results, save_and_show_step) for part in options.only
        ]
    previous = save(results, options.out)
    if previous is not None and previous.options != results.options:
        previous = None  # Other sizes or other parts are not comparable.
    plots = write_plots(results, options.out)
    print(format_report(results, previous))
    print("\nWritten:", ", ".join(map(str, [options.out / RESULTS_FILE, *plots])))
    return 0 if all(complete) else 1


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure only these parts"
    )
    parser.add_argument(
        "--small", action="store_true", help="a trial run of about a minute, with small sizes"
    )
    parser.add_argument(
        "--deep", action="store_true", help="also run the suite at the profile `deep`"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), metavar="DIR", help="where to write"
    )
    return parser


def _save_before(show_step: ShowStep, results: Results, folder: Path) -> ShowStep:
    """Return `show_step` preceded by writing the results of the steps so far."""

    def save_and_show_step(text: str) -> None:
        write_unfinished(results, folder)
        show_step(text)

    return save_and_show_step


def _measure_part(
    name: str, options: argparse.Namespace, results: Results, show_step: ShowStep
) -> bool:
    """Measure a part, and return False if it was interrupted by an exception."""
    part = PARTS[name]
    full = getattr(part, "DEEP", part.FULL) if options.deep else part.FULL
    try:
        part.measure(part.SMALL if options.small else full, results, show_step)
    except Exception as error:  # The other parts are still measured.
        traceback.print_exc()
        reason = f"cut short by {type(error).__name__}: {error}"
        results.omissions.append(Omission(name, "all", "all", 0, reason))
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
