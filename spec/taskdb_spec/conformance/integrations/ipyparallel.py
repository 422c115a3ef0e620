"""A run on each engine of an ipyparallel cluster, with seeds of their own, as one report."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from taskdb_spec._text import collapse_whitespace
from taskdb_spec.backend import Backend
from taskdb_spec.clauses import checked_clauses
from taskdb_spec.conformance.api import check_backend
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.core.events import (
    ClauseFailed,
    Listener,
    Progress,
    RunFinished,
    RunStarted,
)
from taskdb_spec.conformance.core.results import ClauseVerdict, Report
from taskdb_spec.conformance.execution.session import StoreNotOpened
from taskdb_spec.conformance.reporting.merge import merge_reports
from taskdb_spec.targets import resolve


class ClusterError(Exception):
    """No run could be made on the cluster; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class _Order:
    """What an engine is asked for: to check the target, by that name and with those claims."""

    target: str
    name: str
    capabilities: frozenset[str]
    profile: str
    strict: bool
    workers: int


def check_on_cluster(
    target: str,
    profile: str = "default",
    *,
    cluster: str = "default",
    seed: int = 0,
    strict: bool = False,
    workers: int = 1,
    backend: Backend | None = None,
    listen: Listener | None = None,
) -> Report:
    """Check a target, as ``module:attribute``, on all engines of a running cluster.

    `cluster` is the ipyparallel profile of the cluster. The first engine takes `seed`, the next
    `seed` + 1, and so on. `backend` says what to take the target as, where that is not what it says
    itself. The other arguments are those of `check_backend`.

    Raises `ClusterError` where the cluster cannot be used, `TargetError` for a target that is no
    backend, `StoreNotOpened` where an engine cannot open the store.
    """
    found, text = resolve(target)
    subject = backend or found
    tell = listen or (lambda event: None)
    order = _Order(text, subject.name, subject.capabilities, profile, strict, workers)
    with _connected(cluster) as client:
        claimed = len(checked_clauses(subject))
        planned = PROFILES[profile].operations * len(client.ids)
        tell(RunStarted(subject.name, profile, seed, claimed, planned))
        report = merge_reports(_collected(client, order, seed, tell))
    for result in report.with_verdict(ClauseVerdict.FAIL):
        if result.counterexample:
            tell(ClauseFailed(result.clause.id, result.clause.title, result.counterexample))
    tell(RunFinished(report))
    return report


@contextlib.contextmanager
def _connected(cluster: str) -> Iterator[Any]:
    """A client of the cluster, which has an engine at least."""
    try:
        import ipyparallel
    except ModuleNotFoundError as error:
        if error.name != "ipyparallel":
            raise
        raise ClusterError(
            "a cluster needs ipyparallel, which is not installed: "
            "pip install 'taskdb-spec[ipyparallel]' installs it"
        ) from error
    start = f"ipcluster start --profile={cluster} starts one"
    try:
        client = ipyparallel.Client(profile=cluster, timeout=_PATIENCE)
    except OSError as error:  # it is what a timeout is, too
        raise ClusterError(
            f"no cluster of the profile {cluster!r} answers; {start} ({collapse_whitespace(error)})"
        ) from error
    try:
        if not client.ids:
            raise ClusterError(f"the cluster of the profile {cluster!r} has no engines; {start}")
        yield client
    finally:
        client.close()


_PATIENCE = 5
"""How many seconds a cluster has to say that it is there."""


def _collected(client: Any, order: _Order, seed: int, tell: Listener) -> list[Report]:
    """The reports of all engines."""
    waiting = {
        engine: client[engine].apply_async(_check_here, order, seed + i)
        for i, engine in enumerate(client.ids)
    }
    engines, reports = len(waiting), []
    try:
        while waiting:
            client.wait(list(waiting.values()), timeout=0.5)
            for engine in [engine for engine, result in waiting.items() if result.ready()]:
                reports.append(_report_of(engine, waiting.pop(engine)))
            done = sum(report.operations for report in reports)
            tell(Progress(done, f"{len(reports)} of {engines} engines are done"))
    except BaseException:
        with contextlib.suppress(Exception):
            client.send_signal(signal.SIGINT, list(waiting))
        raise
    return reports


def _check_here(order: _Order, seed: int) -> Report:
    """What an engine does."""
    found, text = resolve(order.target)
    backend = replace(found, name=order.name, capabilities=order.capabilities)
    return check_backend(
        backend,
        order.profile,
        seed=seed,
        strict=order.strict,
        target=text,
        workers=order.workers,
    )


def _report_of(engine: int, result: Any) -> Report:
    from ipyparallel.error import EngineError, RemoteError

    try:
        report: Report = result.get()
    except RemoteError as error:
        told = collapse_whitespace(error.evalue)
        if error.ename == StoreNotOpened.__name__:
            raise StoreNotOpened(f"on engine {engine}: {told}") from None
        if error.ename == "TargetError":
            raise ClusterError(f"engine {engine} cannot import the target: {told}") from None
        if error.ename in ("ImportError", "ModuleNotFoundError"):
            raise ClusterError(
                f"engine {engine} cannot run the suite: {told}; "
                "install taskdb-spec where the engines run"
            ) from None
        raise ClusterError(f"engine {engine} failed with {error.ename}: {told}") from None
    except EngineError as error:
        raise ClusterError(f"engine {engine} has gone: {error}") from None
    return report
