"""What stores that earn nothing pass all the same: ``python -m tests.false_alarms.trivial_score``.

The exit status is 1 if one of them passes a clause that it does not keep.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from taskdb_spec.conformance import check_backend
from tests.false_alarms.trivial_stores import KEPT, VACUOUS


def main() -> int:
    table = Table("store", "clauses passed", "of them undeserved")
    undeserved = 0
    for name, backend in VACUOUS.items():
        report = check_backend(backend, profile="quick")
        passed = {result.clause.id for result in report.with_verdict("pass")}
        undeserved += len(passed - KEPT[name])
        table.add_row(name, str(len(passed)), str(len(passed - KEPT[name])))
    Console().print(table)
    return int(undeserved > 0)


if __name__ == "__main__":
    sys.exit(main())
