"""Workers that share a run: what they find is what one finds, whatever the store does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import Backend, Capability
from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.core.config import PROFILES, Profile
from taskdb_spec.conformance.core.events import ClauseFailed, Event, Progress, RunFinished
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.model import Model
from tests.support.crashing_backends import EndsInDrop

FOCUSED = Profile("focused", targeted_programs=9, operations=0)
WALKING = Profile("walking", targeted_programs=1, operations=3_000)
TINY = Profile("tiny", targeted_programs=3, operations=0)
CORE: frozenset[Capability] = frozenset()


@pytest.fixture(autouse=True)
def _profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    for profile in (FOCUSED, WALKING, TINY):
        monkeypatch.setitem(PROFILES, profile.name, profile)


class Wrong(Model):
    """Takes `$gt` for `$lt`, forgets updates of labels, and drops what is not there."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        if isinstance(check, dict):
            check = {
                name: {"$lt" if key == "$gt" else key: item for key, item in value.items()}
                if isinstance(value, dict)
                else value
                for name, value in check.items()
            }
        return super().find_records(check, keys)

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        kept = {"label": rec["label"]} if isinstance(rec, dict) and rec.get("label") == "a" else {}
        super().update_record(msg_id, rec)
        if kept:
            self.records[msg_id]["label"] = None

    def drop_record(self, msg_id: str, /) -> None:
        self.records.pop(msg_id, None)


def backend(store: type[Model]) -> Backend:
    """A backend that no fresh process can import, so that no time is spent on scripts."""
    return Backend(store.__name__, lambda workdir: store(CORE))


def run(store: type[Model], profile: Profile, workers: int) -> tuple[Report, list[Event]]:
    events: list[Event] = []
    report = check_backend(backend(store), profile.name, listen=events.append, workers=workers)
    return report, events


def failures(events: list[Event]) -> list[Event]:
    """The events that do not depend on time."""
    return [event for event in events if isinstance(event, ClauseFailed)]


def call_counts(report: Report) -> dict[str, int]:
    return {kind: total.count for kind, total in report.calls.kinds.items()}


def failing(report: Report) -> set[str]:
    return {result.clause.id for result in report.with_verdict("fail")}


@pytest.mark.parametrize(("profile", "workers"), [(FOCUSED, 2), (WALKING, 3)])
def test_the_number_of_workers_changes_nothing_but_the_time(profile: Profile, workers: int) -> None:
    alone, told = run(Wrong, profile, 1)
    together, told_together = run(Wrong, profile, workers)
    assert {"GT-1", "UPD-1", "DROP-2"} <= failing(alone)
    assert together.clauses == alone.clauses
    assert together.operations == alone.operations
    assert call_counts(together) == call_counts(alone)
    assert failures(told_together) == failures(told) != []
    assert (alone.workers, together.workers) == (1, workers)


def test_those_who_watch_see_one_run() -> None:
    report, told = run(Wrong, WALKING, 2)
    progress = [event for event in told if isinstance(event, Progress)]
    done = [event.operations for event in progress]
    assert done == sorted(done)
    assert done[-1] <= report.operations
    assert "untargeted programs" in {each.doing for each in progress}
    named = [event.clause for event in told if isinstance(event, ClauseFailed)]
    assert len(named) == len(set(named))
    assert set(named) == failing(report)
    assert told[-1] == RunFinished(report)


def test_all_of_them_work(tmp_path: Path) -> None:
    def opened(workdir: Path) -> Model:
        (tmp_path / str(os.getpid())).touch()
        return Model(CORE)

    store = Backend("noted", opened)
    assert check_backend(store, TINY.name, workers=3).operations >= TINY.operations
    opener, workers = 1, 3
    assert len(list(tmp_path.iterdir())) == opener + workers


def test_a_store_that_ends_a_worker_fails_as_it_does_with_one() -> None:
    alone, _ = run(EndsInDrop, TINY, 1)
    combine, _ = run(EndsInDrop, TINY, 2)
    assert "DROP-1" in failing(alone)
    assert combine.clauses == alone.clauses


def test_an_interruption_ends_all_of_them(forked: list[int]) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, ClauseFailed):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_backend(backend(Wrong), TINY.name, listen=listen, workers=2)
    assert forked
    for pid in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def test_there_must_be_one() -> None:
    with pytest.raises(ValueError, match="workers: there must be at least one, not 0"):
        check_backend(Model, workers=0)
