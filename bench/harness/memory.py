"""What a record needs in memory."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import Tasks
from bench.harness.workloads import Rig

MEMINFO = Path("/proc/meminfo")


def bytes_per_record(contender: Contender, n: int) -> float:
    """The bytes that a store in memory keeps for each of `n` records that its callers let go.

    It has been asked all questions, so the indexes that it makes for them count as well.
    """
    rig = Rig(contender, contender.open(Path()), Tasks(n))
    gc.collect()
    tracemalloc.start()
    try:
        rig.load(rig.tasks.records())
        rig.ask()
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    rig.store.close()
    return held / n


def available() -> float:
    """The bytes of memory to be had, caches of files included; infinity where nothing says."""
    try:
        told = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
        return 1024 * float(told["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return float("inf")
