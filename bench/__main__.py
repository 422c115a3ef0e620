"""``python -m bench``: measure, print the ratios, write JSON and plots.

The JSON of the last run is kept beside the new one, and the tables say what has changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import dictdbs, kills, stores, suite
from .plots import plot
from .progress import Tell, progress
from .report import report
from .results import FILE, Results, save

PARTS = ("dictdb", "stores", "suite")


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    results = Results({"only": asked.only, "small": asked.small, "deep": asked.deep})
    with progress() as tell:
        _measure(asked, results, tell)
    before = save(results, asked.out)
    if before is not None and before.options != results.options:
        before = None  # other sizes, or other parts: nothing to compare
    written = plot(results, asked.out)
    print(report(results, before))
    print("\nWritten:", ", ".join(map(str, [asked.out / FILE, *written])))
    return 0


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


def _measure(asked: argparse.Namespace, results: Results, tell: Tell) -> None:
    if "suite" in asked.only:
        full = suite.DEEP if asked.deep else suite.FULL
        suite.run(suite.SMALL if asked.small else full, results, tell)
        kills.run(kills.SMALL if asked.small else kills.FULL, results, tell)
    if "dictdb" in asked.only:
        dictdbs.run(dictdbs.SMALL if asked.small else dictdbs.FULL, results, tell)
    if "stores" in asked.only:
        stores.run(stores.SMALL if asked.small else stores.FULL, results, tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
