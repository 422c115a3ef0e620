"""The steps on one store, each with what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from traceback import extract_tb
from typing import Literal

from tests.integration.hub.scenario import LASTING, STEPS, Run, Step
from tests.integration.hub.stores import Store
from tests.integration.hub.wait_until import TIMEOUT_SECONDS
from tests.support.cluster import Cluster

Verdict = Literal["pass", "fail", "n/a"]


@dataclass(frozen=True)
class Outcome:
    """What came of a step; where it failed, the reason in one line."""

    step: str
    verdict: Verdict
    reason: str = ""


def outcomes(store: Store) -> Iterator[Outcome]:
    """Start a cluster with the store, and make all steps, up to one that hangs."""
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        cluster = Cluster(Path(folder), store.options)
        try:
            yield from _steps(Run(cluster), store)
        finally:
            cluster.close()


def _steps(run: Run, store: Store) -> Iterator[Outcome]:
    timed_out = ""
    for step in STEPS:
        title = (step.__doc__ or "").strip()
        if step in LASTING and not store.durable:
            yield Outcome(title, "n/a")
        elif timed_out:
            yield Outcome(title, "fail", f"not reached, because {timed_out!r} hangs")
        else:
            made = _made(title, step, run)
            timed_out = title if made.reason == HANGS else ""
            yield made


HANGS = f"no end after {3 * TIMEOUT_SECONDS} s"


def _made(title: str, step: Step, run: Run) -> Outcome:
    """The step, made in a thread of its own, because a client waits for its Hub for ever."""
    ended: SimpleQueue[BaseException | None] = SimpleQueue()
    Thread(target=lambda: ended.put(_failure(step, run)), daemon=True).start()
    try:
        failure = ended.get(timeout=3 * TIMEOUT_SECONDS)
    except Empty:
        return Outcome(title, "fail", HANGS)
    return Outcome(title, "fail", _told(failure)) if failure else Outcome(title, "pass")


def _failure(step: Step, run: Run) -> BaseException | None:
    try:
        step(run)
    except BaseException as error:  # of any store, and what pytest.raises says is no Exception
        return error
    return None


def _told(failure: BaseException) -> str:
    text = " ".join(str(failure).split())
    if isinstance(failure, AssertionError):
        return text or str(extract_tb(failure.__traceback__)[-1].line)
    return f"{type(failure).__name__}: {text}"
