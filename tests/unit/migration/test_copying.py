"""Tests of `copy_records`: what it copies, what it skips, and its report."""

from __future__ import annotations

from typing import Any

import pytest

from taskdb_reference import DictDB
from taskdb_spec import RecordError
from taskdb_spec.migration import copy_records
from taskdb_spec.migration.transfer import FIRST_BATCH_RECORDS
from taskdb_spec.model import Model
from taskdb_spec.records.timestamps import truncate_all_to_milliseconds
from tests.support.migration_records import NOON, RECORDS, filled


def test_all_records_are_copied_and_other_records_stay() -> None:
    source, target = filled(Model()), DictDB()
    target.add_record("other", {"label": "mine"})
    report = copy_records(source, target)
    assert (report.total, report.copied, report.is_complete) == (25, 25, True)
    for msg_id in RECORDS:
        assert target.get_record(msg_id) == source.get_record(msg_id)
    assert target.get_record("other")["label"] == "mine"
    assert report.checksums[0] == report.checksums[1]
    assert len(report.source_digests) == 25, "the other record is not counted"


def test_the_checksum_does_not_depend_on_the_order() -> None:
    backwards = Model()
    for msg_id in reversed(RECORDS):
        backwards.add_record(msg_id, {**RECORDS[msg_id], "submitted": None})
    forwards = Model()
    for msg_id in RECORDS:
        forwards.add_record(msg_id, {**RECORDS[msg_id], "submitted": None})
    assert forwards.get_history() != backwards.get_history()
    checksums = {copy_records(store, Model()).checksums for store in (forwards, backwards)}
    assert len(checksums) == 1


def test_records_of_the_target_are_skipped() -> None:
    report = copy_records(filled(Model()), filled(DictDB(), 7))
    assert (report.copied, report.present, report.is_complete) == (18, 7, True)


def test_a_conflict_is_reported_and_not_overwritten() -> None:
    target = filled(DictDB())
    target.update_record("r03", {"label": "mine", "stdout": "x"})
    report = copy_records(filled(Model()), target)
    [conflict] = report.conflicts
    assert (conflict.msg_id, conflict.reason) == ("r03", "differs in label, stdout")
    assert (report.present, report.is_complete) == (24, False)
    assert target.get_record("r03")["label"] == "mine"
    assert report.checksums[0] == report.checksums[1], "of those that are the same"


def test_records_that_the_target_refuses_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Model()
    refusals = {"r01": RecordError("too large"), "r02": TypeError("no"), "r03": KeyError("x")}

    def add(msg_id: str, record: Any) -> None:
        if msg_id in refusals:
            raise refusals[msg_id]
        Model.add_record(target, msg_id, record)

    monkeypatch.setattr(target, "add_record", add)
    report = copy_records(filled(Model()), target)
    assert [(p.msg_id, p.reason) for p in report.refused] == [
        ("r01", "the target refuses it: too large"),
        ("r02", "the target refuses it: no"),
    ]
    assert [(p.msg_id, p.reason) for p in report.conflicts] == [
        ("r03", "was added by somebody else just now")
    ]
    assert (report.copied, report.is_complete) == (22, False)


class Milliseconds(Model):
    def add_record(self, msg_id: str, rec: Any, /) -> None:
        super().add_record(msg_id, truncate_all_to_milliseconds(rec))


def test_the_copy_stops_at_a_target_that_alters_records() -> None:
    source, target = filled(Model()), Milliseconds()
    report = copy_records(source, target)
    assert len(target.records) == FIRST_BATCH_RECORDS < len(RECORDS), "it stopped at once"
    assert not report.is_complete
    assert {problem.msg_id for problem in report.altered} == set(target.records)
    assert report.altered[0].reason == (
        "differs in header, submitted, by less than a millisecond (--milliseconds ignores that)"
    )
    assert report.checksums[0] != report.checksums[1]
    again = copy_records(source, target, milliseconds=True)
    assert (again.present, again.copied, again.truncated_timestamps) == (10, 15, 15)
    assert again.is_complete


def test_timestamps_in_whole_milliseconds_are_not_counted() -> None:
    source = Model()
    source.add_record("a", {"submitted": NOON.replace(microsecond=5000)})
    assert copy_records(source, Model(), milliseconds=True).truncated_timestamps == 0


def test_a_target_that_culls_does_not_pass() -> None:
    report = copy_records(filled(Model()), DictDB(record_limit=20, cull_fraction=0.01))
    assert (report.copied, report.is_complete) == (25, False)
    assert report.altered[0].reason == "is not in the target: does it cull?"
    assert report.checksums[0] != report.checksums[1]


def test_records_that_the_source_dropped_or_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = filled(Model()), Model()
    history = source.get_history()
    monkeypatch.setattr(source, "get_history", lambda: [*history, "gone"])
    source.records["r00"] = {"msg_id": "r00", "label": 7}
    source.unreadable = [("r99", "buffers: no list")]
    report = copy_records(source, target)
    assert (report.total, report.copied, report.dropped_meanwhile) == (27, 24, 1)
    assert [problem.msg_id for problem in report.refused] == ["r99", "r00"]
    assert report.refused[1].reason.startswith("is not a record: label: must be a str")
    assert not report.is_complete


def test_an_invalid_record_in_the_target() -> None:
    target = filled(Model())
    target.records["r00"] = {"msg_id": "r00", "label": 7}
    [conflict] = copy_records(filled(Model()), target).conflicts
    assert conflict.reason.startswith("is not a record in the target: label")


@pytest.mark.parametrize(("size", "least", "most"), [(1, 50, 50), (2_000, 5, 10), (30_000, 1, 1)])
def test_batches_are_small_if_records_are_large(
    size: int, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskdb_spec.migration.transfer.MAX_BATCH_RECORDS", 50)
    monkeypatch.setattr("taskdb_spec.migration.transfer.MAX_BATCH_BYTES", 20_000)
    source, batches = Model(), []
    for number in range(FIRST_BATCH_RECORDS + 50):
        source.add_record(f"{number}", {"stdout": "x" * size})

    def find(check: Any) -> Any:
        batches.append(len(check["msg_id"]["$in"]))
        return Model.find_records(source, check)

    monkeypatch.setattr(source, "find_records", find)
    copy_records(source, Model())
    first, *others = batches
    assert first == FIRST_BATCH_RECORDS
    assert least <= max(others) <= most


def test_a_second_copy_continues_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = filled(Model()), Model()

    def add(msg_id: str, record: Any) -> None:
        if msg_id == "r17":
            raise ConnectionError("the server went away")
        Model.add_record(target, msg_id, record)

    with monkeypatch.context() as patched:
        patched.setattr(target, "add_record", add)
        with pytest.raises(ConnectionError):
            copy_records(source, target)
    report = copy_records(source, target)
    assert (report.present, report.copied, report.is_complete) == (17, 8, True)
