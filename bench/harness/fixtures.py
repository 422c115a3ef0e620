"""Stores that are filled, and removed when they have been measured."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import Tasks
from bench.harness.workloads import Rig


@contextmanager
def opened(contender: Contender, n: int, folder: str | Path) -> Iterator[Rig]:
    """A store of `n` tasks under the folder, which is removed by the caller."""
    tasks = Tasks(n)
    rig = Rig(contender, (contender.open_unsafe or contender.open)(Path(folder)), tasks)
    rig.load(tasks.records())
    if contender.open_unsafe is not None:
        rig.store.close()
        rig.store = contender.open(Path(folder))
    gc.collect()
    gc.freeze()  # or each collection would go through all the records
    try:
        yield rig
    finally:
        gc.unfreeze()
        rig.store.close()
