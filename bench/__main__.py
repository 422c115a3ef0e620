"""``python -m bench``: measure, print the ratios, write JSON and plots.

The JSON of the last run is kept beside the new one, and the tables say what has changed. A run that
is cut off leaves what it has measured in a file of its own, which no later run is compared with.
The exit status is 1 if a part could not be measured to its end.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from bench.harness.progress import Tell, progress
from bench.reporting.plots import plot
from bench.reporting.results import FILE, LeftOut, Results, keep, save
from bench.reporting.tables import report
from bench.suites import (
    detection_speed as kills,
)
from bench.suites import (
    durable_stores as stores,
)
from bench.suites import (
    memory_store as dictdbs,
)
from bench.suites import (
    suite_speed as suite,
)

PARTS: dict[str, ModuleType] = {
    "suite": suite,
    "kills": kills,
    "dictdb": dictdbs,
    "stores": stores,
}


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    results = Results({"only": asked.only, "small": asked.small, "deep": asked.deep})
    with progress() as tell:
        step = _keeping(results, asked.out, tell)
        whole = [_measured(part, asked, results, step) for part in asked.only]
    before = save(results, asked.out)
    if before is not None and before.options != results.options:
        before = None  # other sizes, or other parts: nothing to compare
    written = plot(results, asked.out)
    print(report(results, before))
    print("\nWritten:", ", ".join(map(str, [asked.out / FILE, *written])))
    return 0 if all(whole) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure these parts alone"
    )
    parser.add_argument("--small", action="store_true", help="a minute's worth, to try it out")
    parser.add_argument("--deep", action="store_true", help="run the suite at the profile `deep`")
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), metavar="DIR", help="where to write"
    )
    return parser


def _keeping(results: Results, folder: Path, tell: Tell) -> Tell:
    """Says what comes next as `tell` does, when what came before has been written down."""

    def step(text: str) -> None:
        keep(results, folder)
        tell(text)

    return step


def _measured(name: str, asked: argparse.Namespace, results: Results, tell: Tell) -> bool:
    """Measure a part; False if that could not be done to its end."""
    part = PARTS[name]
    full = getattr(part, "DEEP", part.FULL) if asked.deep else part.FULL
    try:
        part.run(part.SMALL if asked.small else full, results, tell)
    except Exception as error:  # the other parts are still worth having
        traceback.print_exc()
        reason = f"cut short by {type(error).__name__}: {error}"
        results.left_out.append(LeftOut(name, "all", "all", 0, reason))
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
