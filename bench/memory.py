"""What a record needs in memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from pathlib import Path

from .contenders import Contender
from .tasks import Tasks
from .workloads import Rig


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
    """The bytes of memory that are free here; infinity where the system does not say."""
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return float("inf")
