"""Many programs may share one open store; what one of them leaves is blamed on no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from taskdb_spec import Backend, TaskDB
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Openings, Profile
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.model import Model

FEW = Profile("few", targeted_programs=2, operations=1_500)


class Store(Model):
    """A model that has its records in a folder, and counts its openings."""

    opened: ClassVar[Counter[str]] = Counter()
    records_of: ClassVar[dict[Path, dict[str, Any]]] = {}

    def __init__(self, workdir: Path) -> None:
        super().__init__()
        self.opened["store"] += 1
        self.records = self.records_of.setdefault(workdir, self.records)


class SlowToForget(Store):
    """Refuses an id that was dropped, as if the record were still there."""

    def __init__(self, workdir: Path) -> None:
        super().__init__(workdir)
        self.purged = False

    def drop_matching_records(self, check: Any, /) -> None:
        super().drop_matching_records(check)
        self.purged = self.purged or not check

    def get_history(self) -> list[str]:
        history = super().get_history()
        return history[1:] if self.purged else history


class KeepsAll(Store):
    """A purge of everything removes nothing."""

    def drop_matching_records(self, check: Any, /) -> None:
        if check:
            super().drop_matching_records(check)


class Upserts(Store):
    """An update of an unknown id is ignored."""

    def update_record(self, msg_id: Any, rec: Any, /) -> None:
        if msg_id in self.records:
            super().update_record(msg_id, rec)


@pytest.fixture(autouse=True)
def _new_counts() -> None:
    Store.opened.clear()
    Store.records_of.clear()


def run(
    store: Callable[[Path], TaskDB],
    folder: Path,
    openings: Openings = Openings.SHARED,
    *,
    reset: Callable[[Any], None] | None = None,
) -> Report:
    capabilities = QUERY_CAPABILITIES | {"durable"}
    backend = Backend("store", store, capabilities, reset=reset)
    writer = CounterexampleWriter(backend, None, None)
    config = RunConfig(backend, FEW, 0, writer, folder, openings=openings)
    return run_in_process(config, lambda event: None)


def failing(report: Report) -> set[str]:
    return {result.clause.id for result in report.with_verdict("fail")}


def test_a_shared_store_is_opened_less_often(tmp_path: Path) -> None:
    fresh = run(Store, tmp_path / "a", Openings.FRESH)
    openings = Store.opened["store"]
    shared = run(Store, tmp_path / "b")
    assert (Store.opened["store"] - openings) * 2 < openings
    verdicts = [[result.verdict for result in each.clauses] for each in (fresh, shared)]
    assert verdicts[0] == verdicts[1]
    assert (shared.openings, shared.reuse_problem) == ("shared", "")


def test_clauses_about_openings_have_their_evidence_all_the_same(tmp_path: Path) -> None:
    fresh = run(Store, tmp_path / "a", Openings.FRESH)
    shared = run(Store, tmp_path / "b")
    for clause in ("ISO-9", "DUR-1", "DUR-2", "CLOSE-1"):
        assert shared[clause].evidence == fresh[clause].evidence


def test_a_reset_is_used_instead_of_the_calls_of_the_interface(tmp_path: Path) -> None:
    report = run(Store, tmp_path, reset=lambda store: store.records.clear())
    assert report.calls.kinds["reset"].count > 100
    assert not failing(report)
    assert not report.reuse_problem


def test_a_failure_on_a_used_store_is_one_on_a_new_store_too(tmp_path: Path) -> None:
    report = run(Upserts, tmp_path)
    # An update with an id of another type is ignored as well.
    assert {"UPD-5"} <= failing(report) <= {"UPD-5", "REC-11"}
    assert not report.reuse_problem


def test_what_an_earlier_program_left_is_blamed_on_no_clause(tmp_path: Path) -> None:
    def leave_something(store: Any) -> None:
        store.records.clear()
        store.purged = True

    report = run(SlowToForget, tmp_path, reset=leave_something)
    alone = run(SlowToForget, tmp_path / "alone", Openings.FRESH)
    assert "a program fails on a used store and passes on a new one" in report.reuse_problem
    assert failing(report) == failing(alone)


@pytest.mark.parametrize(
    ("store", "reset", "problem"),
    [
        (KeepsAll, None, "`drop_matching_records({})` did not empty a used store"),
        (Store, lambda store: None, "`reset` did not empty a used store"),
        (Store, lambda store: 1 / 0, "`reset` raised ZeroDivisionError on a used store"),
    ],
)
def test_a_store_that_cannot_be_emptied_is_used_once(
    store: Callable[[Path], TaskDB],
    reset: Callable[[Any], None] | None,
    problem: str,
    tmp_path: Path,
) -> None:
    report = run(store, tmp_path, reset=reset)
    assert problem in report.reuse_problem
    assert failing(report) == failing(run(store, tmp_path / "alone", Openings.FRESH))


@pytest.mark.parametrize(
    ("reset", "asked", "openings"),
    [
        (None, None, "fresh"),
        (lambda store: store.records.clear(), None, "shared"),
        (lambda store: store.records.clear(), "fresh", "fresh"),
        (None, "shared", "shared"),
    ],
)
def test_a_backend_with_a_reset_shares_its_stores(
    reset: Callable[[Any], None] | None, asked: str | None, openings: str
) -> None:
    backend = Backend("model", lambda workdir: Model(), reset=reset)
    report = check_backend(backend, "quick", only=["GT-1", "ISO-9"], openings=asked)
    assert (report.openings, report.verdict) == (openings, "conforms")


def test_a_wrong_word_for_openings_is_refused() -> None:
    with pytest.raises(ValueError, match="openings: must be fresh or shared, not 'new'"):
        check_backend(Model, "quick", openings="new")


def test_several_workers_share_stores(tmp_path: Path) -> None:
    backend = Backend("model", lambda workdir: Model(), reset=lambda store: store.records.clear())
    report = check_backend(backend, "quick", only=["GT-*", "IN-*"], workers=2)
    assert report.verdict == "conforms"
    assert report.calls.kinds["open"].count <= 2
