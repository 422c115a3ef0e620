"""How long the suite takes on stores on a disk or a server, as their authors see it.

For each store it measures the first wave and a run at `quick` on the sound store, and the time to
the first failure on stores with one fault each, which includes shrinking and confirmation. All
times are wall-clock seconds with one worker. The calls are the same on every machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from bench.contenders import faulty_targets
from bench.contenders.faulty_stores import FAULTS
from bench.harness.progress import ShowStep
from bench.harness.suite_runs import measure_run_with_workers
from bench.reporting.results import Measurement, Results
from bench.servers import MongoServer, PostgresServer, RedisServer
from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.config import PROFILES, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event
from taskdb_spec.targets import resolve

GROUP = "suite, on real stores"
CALLS = "suite, calls by kind"
FIRST_FAILURE = "the first failure, s"
FIRST_WAVE = "the first wave, s"
FIRST_WAVE_PROFILE = Profile("first wave", targeted_programs=1, operations=0)
HELD = ("redis", "diskcache", "sqlite", "postgres", "mongo")
"""The stores that have to end in time. The others are reported: a plain JSON file is rewritten by
each call of TinyDB, and DuckDB takes long to open."""


@dataclass(frozen=True)
class RealStoresSizes:
    """The stores, how many faults each gets, and the profile of the whole run."""

    stores: tuple[str, ...]
    faults: int
    profile: Profile


FULL = RealStoresSizes((*HELD, "duckdb", "tinydb"), len(FAULTS), PROFILES["quick"])
SMALL = RealStoresSizes(("sqlite",), 1, Profile("tiny", targeted_programs=1, operations=500))


def measure(sizes: RealStoresSizes, results: Results, show_step: ShowStep) -> None:
    """Measure the suite on real stores.

    Args:
        sizes: How much to measure.
        results: Where the measurements are added.
        show_step: Called with a text before each step.

    Raises:
        ServerError: A server cannot be started.
    """
    with _start_servers(sizes.stores):
        for store in sizes.stores:
            show_step(f"{store}: the first wave")
            _measure_sound(store, FIRST_WAVE, FIRST_WAVE_PROFILE, results)
            show_step(f"{store}: {sizes.profile.name}")
            _measure_sound(store, f"{sizes.profile.name}, s", sizes.profile, results)
            show_step(f"{store}: the first failure of {sizes.faults} faulty stores")
            _measure_first_failures(store, sizes.faults, results)


@contextmanager
def _start_servers(stores: Sequence[str]) -> Iterator[None]:
    """Start the servers that the stores need, and tell the backends where they are."""
    servers = {
        "redis": (RedisServer, "REDIS_URL"),
        "postgres": (PostgresServer, "TASKDB_POSTGRES_URL"),
        "mongo": (MongoServer, "TASKDB_MONGODB_URL"),
    }
    with ExitStack() as stack, patch.dict(os.environ):
        for store in stores:
            if store in servers:
                make_server, variable = servers[store]
                os.environ[variable] = stack.enter_context(make_server()).url
        yield


def _measure_sound(store: str, call: str, profile: Profile, results: Results) -> None:
    backend, _ = resolve(faulty_targets.SOUND[store])
    run = measure_run_with_workers(backend, profile, workers=1)
    count = run.calls.count
    results.measurements.append(Measurement.from_samples(GROUP, call, store, count, [run.seconds]))
    for kind, total in sorted(run.calls.kinds.items()):
        milliseconds = 1000 * total.seconds / total.count
        results.measurements.append(
            Measurement.from_samples(
                f"{CALLS}, {profile.name}", kind, store, total.count, [milliseconds], "ms"
            )
        )


def _measure_first_failures(store: str, count: int, results: Results) -> None:
    seconds = [find_first_failure(store, fault.__name__) for fault in FAULTS[:count]]
    results.measurements.append(
        Measurement.from_samples(GROUP, FIRST_FAILURE, store, count, seconds)
    )


def find_first_failure(store: str, fault: str) -> float:
    """Return the seconds from the start of a run to its first confirmed failure.

    Raises:
        LookupError: The suite finds nothing wrong.
    """
    target = f"{faulty_targets.__name__}:{store}__{fault}"
    backend, _ = resolve(target)
    started, times = time.perf_counter(), []

    def listen(event: Event) -> None:
        if isinstance(event, ClauseFailed):
            times.append(time.perf_counter() - started)

    check_backend(backend, "quick", target=target, listen=listen, fail_fast=True)
    if not times:
        raise LookupError(f"{target}: nothing fails")
    return times[0]
