"""DictDB beside ipyparallel's DictDB and a bare dict: times, memory, and how the work grows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.stores import BARE, DICT, IPYPARALLEL_DICT, Contender
from bench.harness.bytecode_count import counted
from bench.harness.comparison import Comparison
from bench.harness.fixtures import opened
from bench.harness.memory import available, bytes_per_record
from bench.harness.progress import Tell
from bench.harness.timing import Budget
from bench.harness.workloads import AFTER_ADDS, AT_RECORD_LIMIT, CULLING, WORKLOADS
from bench.reporting.results import Measurement, Results

GROUP = "dictdb"
MEMORY, COUNTS = "dictdb memory", "dictdb counts"
BOTH = (DICT, IPYPARALLEL_DICT)
CALLS = (*WORKLOADS, AFTER_ADDS, *CULLING)
BY_ID = (
    *("add", "get", "update", "drop", "find by msg_id", "find 100 msg_ids", "history"),
    AT_RECORD_LIMIT.name,
)
"""What a bare dict can do."""
MOST_BARE = 100_000
"""How many records a bare dict is given; it is a bound, and no store to choose."""


@dataclass(frozen=True)
class Extent:
    """The numbers of records at which times, memory and bytecodes are measured."""

    times: tuple[int, ...]
    memory: tuple[int, ...]
    counts: tuple[int, ...]
    budget: Budget


FULL = Extent((1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000), (200, 2_000), Budget(1.0, 40))
SMALL = Extent((100, 400), (200,), (50, 200), Budget(0.01, 5))


def run(extent: Extent, results: Results, tell: Tell) -> None:
    """Measure all of it."""
    # Nothing waits here, and the time of the process does not count what others do meanwhile.
    comparison = Comparison(GROUP, CALLS, extent.budget, time.process_time, results, tell)
    comparison.check(BOTH, WORKLOADS)
    comparison.check([BARE], tuple(each for each in WORKLOADS if each.name in BY_ID))
    for workload in CALLS:
        if workload.name not in BY_ID:
            comparison.out[workload.name, BARE.name] = "nothing but ids is looked up"
    _measure_memory(extent.memory, results, tell)
    for n in extent.counts:
        for contender in BOTH:
            tell(f"{GROUP}, {n:,} records: counting what {contender.name} does")
            _count(contender, n, results)
    for n in extent.times:
        bound = [BARE] if n <= MOST_BARE else []
        comparison.at(n, [*_fitting(n, comparison), *bound])


def _fitting(n: int, comparison: Comparison) -> list[Contender]:
    """Those that there is memory for, beside each other and with half as much for what is done."""
    left, fitting = available(), []
    for contender in BOTH:
        held = comparison.results.of(MEMORY, "a record", contender.name)
        left -= 1.5 * n * held[max(held)].median
        if left > 0:
            fitting.append(contender)
        else:
            comparison.leave_out("all", contender.name, n, "there is too little memory here")
    return fitting


def _measure_memory(sizes: tuple[int, ...], results: Results, tell: Tell) -> None:
    for n in sizes:
        for contender in BOTH:
            tell(f"{GROUP}, {n:,} records: memory of {contender.name}")
            held = bytes_per_record(contender, n)
            results.measurements.append(
                Measurement.of(MEMORY, "a record", contender.name, n, [held], "bytes")
            )


def _count(contender: Contender, n: int, results: Results) -> None:
    with opened(contender, n, Path()) as rig:
        rig.ask()
        for workload in CALLS:
            count = counted(rig, workload)
            results.measurements.append(
                Measurement.of(COUNTS, workload.name, contender.name, n, [count], "bytecodes")
            )
