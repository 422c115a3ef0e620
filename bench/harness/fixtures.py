"""Stores filled with sample tasks, and closed after the measurement."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import SampleTasks
from bench.harness.workloads import FilledStore


@contextmanager
def open_filled(contender: Contender, n: int, folder: str | Path) -> Iterator[FilledStore]:
    """Open a store with `n` tasks, and close it at the end of the ``with`` block.

    Args:
        contender: The store.
        n: The number of records.
        folder: Where the store may keep files. The caller removes it.
    """
    tasks = SampleTasks(n)
    open_empty = contender.open_without_sync or contender.open
    filled = FilledStore(contender, open_empty(Path(folder)), tasks)
    filled.load(tasks.iter_records())
    if contender.open_without_sync is not None:
        filled.reopen(Path(folder))
    gc.collect()
    gc.freeze()  # Otherwise each collection during the measurement visits all records.
    try:
        yield filled
    finally:
        gc.unfreeze()
        filled.store.close()
