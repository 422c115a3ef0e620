"""DictDB beside ipyparallel's DictDB and a plain dict: time, memory, and growth of the work."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.stores import DICT, IPYPARALLEL_DICT, PLAIN_DICT, Contender
from bench.harness.bytecode_count import count_workload_bytecodes
from bench.harness.comparison import Comparison
from bench.harness.fixtures import open_filled
from bench.harness.memory import get_available_memory, measure_bytes_per_record
from bench.harness.progress import ShowStep
from bench.harness.timing import TimingBudget
from bench.harness.workloads import AFTER_ADDS, AT_RECORD_LIMIT, CULLING, WORKLOADS
from bench.reporting.results import Measurement, Results

GROUP = "dictdb"
MEMORY, COUNTS = "dictdb memory", "dictdb counts"
DICTDBS = (DICT, IPYPARALLEL_DICT)
MEASURED = (*WORKLOADS, AFTER_ADDS, *CULLING)
PLAIN_DICT_WORKLOADS = (
    *("add", "get", "update", "drop", "find by msg_id", "find 100 msg_ids", "history"),
    AT_RECORD_LIMIT.name,
)
"""The names of the workloads that a plain dict can execute: those that search by msg_id only."""
MAX_PLAIN_DICT_RECORDS = 100_000
"""The plain dict is not measured at more records: it is a bound, and its memory is not needed."""
MEMORY_FACTOR = 1.5
"""Memory that a store needs during a measurement, relative to its records: half for the work."""


@dataclass(frozen=True)
class MemoryStoreSizes:
    """The numbers of records at which time, memory and bytecodes are measured."""

    times: tuple[int, ...]
    memory: tuple[int, ...]
    counts: tuple[int, ...]
    budget: TimingBudget


FULL = MemoryStoreSizes(
    (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000), (200, 2_000), TimingBudget(1.0, 40)
)
SMALL = MemoryStoreSizes((100, 400), (200,), (50, 200), TimingBudget(0.01, 5))


def measure(sizes: MemoryStoreSizes, results: Results, show_step: ShowStep) -> None:
    """Measure the stores in memory.

    Args:
        sizes: How much to measure.
        results: Where the measurements are added.
        show_step: Called with a text before each step.
    """
    # These stores wait for nothing, and CPU time excludes the work of other processes.
    comparison = Comparison(GROUP, MEASURED, sizes.budget, time.process_time, results, show_step)
    comparison.exclude_wrong(DICTDBS, WORKLOADS)
    plain_dict_workloads = [each for each in WORKLOADS if each.name in PLAIN_DICT_WORKLOADS]
    comparison.exclude_wrong([PLAIN_DICT], tuple(plain_dict_workloads))
    for workload in MEASURED:
        if workload.name not in PLAIN_DICT_WORKLOADS:
            # Directly, because the report should not list what a plain dict is not made for.
            comparison.excluded[workload.name, PLAIN_DICT.name] = "it searches by msg_id only"
    _measure_memory(sizes.memory, results, show_step)
    _measure_bytecodes(sizes.counts, results, show_step)
    for n in sizes.times:
        bound = [PLAIN_DICT] if n <= MAX_PLAIN_DICT_RECORDS else []
        comparison.measure(n, [*_select_fitting(n, comparison), *bound])


def _select_fitting(n: int, comparison: Comparison) -> list[Contender]:
    """Return the contenders whose `n` records fit into memory at the same time."""
    available, fitting = get_available_memory(), []
    for contender in DICTDBS:
        by_size = comparison.results.select(MEMORY, "a record", contender.name)
        # The figure for the largest store is the most precise.
        available -= MEMORY_FACTOR * n * by_size[max(by_size)].median
        if available > 0:
            fitting.append(contender)
        else:
            comparison.exclude("all", contender.name, n, "there is too little memory here")
    return fitting


def _measure_memory(sizes: tuple[int, ...], results: Results, show_step: ShowStep) -> None:
    for n in sizes:
        for contender in DICTDBS:
            show_step(f"{GROUP}, {n:,} records: memory of {contender.name}")
            samples = [measure_bytes_per_record(contender, n)]
            results.measurements.append(
                Measurement.from_samples(MEMORY, "a record", contender.name, n, samples, "bytes")
            )


def _measure_bytecodes(sizes: tuple[int, ...], results: Results, show_step: ShowStep) -> None:
    for n in sizes:
        for contender in DICTDBS:
            show_step(f"{GROUP}, {n:,} records: counting the bytecodes of {contender.name}")
            _count_bytecodes(contender, n, results)


def _count_bytecodes(contender: Contender, n: int, results: Results) -> None:
    with open_filled(contender, n, Path()) as filled:
        filled.execute_all_reads()
        for workload in MEASURED:
            samples = [float(count_workload_bytecodes(filled, workload))]
            results.measurements.append(
                Measurement.from_samples(
                    COUNTS, workload.name, contender.name, n, samples, "bytecodes"
                )
            )
