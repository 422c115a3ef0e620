"""The memory that a record needs, and the memory that this machine has left."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import SampleTasks
from bench.harness.workloads import FilledStore

MEMINFO = Path("/proc/meminfo")
_BYTES_PER_KB = 1024  # "kB" in /proc/meminfo means 1,024 bytes.


def measure_bytes_per_record(contender: Contender, n: int) -> float:
    """Return the mean number of bytes that a store in memory uses for each of `n` records.

    The callers keep no reference to the records. All reads are executed before the measurement,
    so the indexes of the store are included.
    """
    filled = FilledStore(contender, contender.open(Path()), SampleTasks(n))
    gc.collect()
    tracemalloc.start()
    try:
        filled.load(filled.tasks.iter_records())
        filled.execute_all_reads()
        gc.collect()
        used_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    filled.store.close()
    return used_bytes / n


def get_available_memory() -> float:
    """Return the available bytes, file caches included; infinity if the system does not say."""
    try:
        entries = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
        return _BYTES_PER_KB * float(entries["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):
        return float("inf")
