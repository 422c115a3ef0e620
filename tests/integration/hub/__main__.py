"""``python -m tests.integration.hub [STORE...]``: the steps on each store, as a table in Markdown.

With ``--json``, what came of each step, a line of JSON each. Exit status: 0 if all steps passed.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict

from tests.integration.hub.run_scenario import Outcome, outcomes
from tests.integration.hub.stores import Store, stores

Results = dict[str, list[Outcome]]


def main(arguments: Sequence[str]) -> int:
    known = stores()
    parser = argparse.ArgumentParser(prog="python -m tests.integration.hub", description=__doc__)
    parser.add_argument("stores", nargs="*", metavar="STORE", help=", ".join(known))
    parser.add_argument("--json", action="store_true", help="a line of JSON for each step")
    asked = parser.parse_args(arguments)
    names = asked.stores or list(known)
    if unknown := set(names) - set(known):
        parser.error(f"no such store: {', '.join(unknown)}; there are: {', '.join(known)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # so that clusters are ended
    results = {name: _told(known[name], asked.json) for name in names}
    if not asked.json:
        print(table(results))
    return int(any(o.verdict == "fail" for told in results.values() for o in told))


def _told(store: Store, as_json: bool) -> list[Outcome]:
    told = []
    for outcome in outcomes(store):
        told.append(outcome)
        if as_json:
            print(json.dumps({"store": store.name, **asdict(outcome)}), flush=True)
        else:
            print(f"{store.name}: {outcome.verdict} {outcome.step}", file=sys.stderr)
    return told


def table(results: Results) -> str:
    """Steps by stores, and under it the reasons of what failed."""
    lines = [f"| step | {' | '.join(results)} |", f"|---|{'---|' * len(results)}"]
    for row in zip(*results.values(), strict=True):
        lines.append(f"| {row[0].step} | {' | '.join(_cell(outcome) for outcome in row)} |")
    reasons = [
        f"- {name}, {outcome.step}: {outcome.reason}"
        for name, told in results.items()
        for outcome in told
        if outcome.verdict == "fail"
    ]
    return "\n".join([*lines, "", *reasons])


def _cell(outcome: Outcome) -> str:
    return "**fail**" if outcome.verdict == "fail" else outcome.verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
