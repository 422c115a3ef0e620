"""``taskdb copy``, and `copy_records`, which does the work."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from taskdb_reference import DictDB
from taskdb_reference.adapters.ipyparallel_stores import open_sqlite
from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import RecordError, new_record
from taskdb_spec.conformance.cli.copy import Shown
from taskdb_spec.conformance.model import Model
from taskdb_spec.conformance.reporters.console import console_for
from taskdb_spec.copying import CopyReport, copy_records
from taskdb_spec.copying.copying import FIRST_BATCH
from taskdb_spec.copying.digests import encoded
from taskdb_spec.copying.instants import in_milliseconds
from taskdb_spec.copying.stores import open_store

Taskdb = Callable[..., Result]

NOON = datetime(2024, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
RECORDS: dict[str, Any] = {
    f"r{number:02}": {
        "submitted": NOON + timedelta(seconds=number),
        "header": {"n": number, "x": float(number), "dates": [NOON]},
        "buffers": [bytes([number])],
    }
    for number in range(25)
}


def filled(store: Any, ids: int = len(RECORDS)) -> Any:
    for msg_id in list(RECORDS)[:ids]:
        store.add_record(msg_id, RECORDS[msg_id])
    return store


# What counts as the same


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (1, 1.0),
        (0, False),
        ("1", 1),
        ("a", b"a"),
        (None, ""),
        ([], {}),
        ([], None),
        ("2024-05-01T12:00:00.123456+00:00", NOON),
        (NOON, NOON + timedelta(microseconds=1)),
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}),
        ({"x": {}}, {"x": []}),
        (["a", "b"], ["ab"]),
        (["ab"], ["a", "b"]),
        ([["a"], "b"], [["a", "b"]]),
        (2**53 + 1, float(2**53)),
        (float("nan"), "nan"),
        (float("inf"), float("-inf")),
    ],
)
def test_what_differs_has_different_encodings(a: Any, b: Any) -> None:
    assert encoded(new_record("a", header={"v": a})) != encoded(new_record("a", header={"v": b}))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (float("nan"), -float("nan")),
        (0.0, -0.0),
        (NOON, NOON.astimezone(timezone(timedelta(hours=5)))),
    ],
)
def test_what_is_the_same_has_the_same_encoding(a: Any, b: Any) -> None:
    assert encoded(new_record("a", header={"v": a})) == encoded(new_record("a", header={"v": b}))


def test_every_field_counts() -> None:
    stored = Model()
    stored.add_record("a", {})
    changes: list[dict[str, Any]] = [
        {"stdout": "x"},
        {"label": ""},
        {"result_buffers": []},
        {"arrived": NOON},
    ]
    encodings = {encoded(new_record("a", **change)) for change in changes}
    assert len(encodings | {encoded(stored.get_record("a"))}) == 5


# Copying


def test_all_records_are_copied_and_the_others_stay() -> None:
    source, target = filled(Model()), DictDB()
    target.add_record("other", {"label": "mine"})
    report = copy_records(source, target)
    assert (report.total, report.copied, report.complete) == (25, 25, True)
    for msg_id in RECORDS:
        assert target.get_record(msg_id) == source.get_record(msg_id)
    assert target.get_record("other")["label"] == "mine"
    assert report.checksums[0] == report.checksums[1]
    assert len(report.source) == 25, "the other record is not counted"


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


def test_what_is_there_already_is_passed_over() -> None:
    report = copy_records(filled(Model()), filled(DictDB(), 7))
    assert (report.copied, report.present, report.complete) == (18, 7, True)


def test_a_conflict_is_reported_and_not_overwritten() -> None:
    target = filled(DictDB())
    target.update_record("r03", {"label": "mine", "stdout": "x"})
    report = copy_records(filled(Model()), target)
    [conflict] = report.conflicts
    assert (conflict.msg_id, conflict.reason) == ("r03", "differs in label, stdout")
    assert (report.present, report.complete) == (24, False)
    assert target.get_record("r03")["label"] == "mine"
    assert report.checksums[0] == report.checksums[1], "of those that are the same"


def test_what_the_target_refuses_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert (report.copied, report.complete) == (22, False)


class Milliseconds(Model):
    def add_record(self, msg_id: str, rec: Any, /) -> None:
        super().add_record(msg_id, in_milliseconds(rec))


def test_a_target_that_alters_records_is_left_alone() -> None:
    source, target = filled(Model()), Milliseconds()
    report = copy_records(source, target)
    assert len(target.records) == FIRST_BATCH < len(RECORDS), "it stopped at once"
    assert not report.complete
    assert {problem.msg_id for problem in report.altered} == set(target.records)
    assert report.altered[0].reason == (
        "differs in header, submitted, but for less than a millisecond "
        "(--milliseconds leaves that out)"
    )
    assert report.checksums[0] != report.checksums[1]
    again = copy_records(source, target, milliseconds=True)
    assert (again.present, again.copied, again.shortened) == (10, 15, 15)
    assert again.complete


def test_milliseconds_that_are_whole_are_not_counted() -> None:
    source = Model()
    source.add_record("a", {"submitted": NOON.replace(microsecond=5000)})
    assert copy_records(source, Model(), milliseconds=True).shortened == 0


def test_a_target_that_culls_does_not_pass() -> None:
    report = copy_records(filled(Model()), DictDB(record_limit=20, cull_fraction=0.01))
    assert (report.copied, report.complete) == (25, False)
    assert report.altered[0].reason == "is not in the target: does it cull?"
    assert report.checksums[0] != report.checksums[1]


def test_what_the_source_has_lost_or_spoilt(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = filled(Model()), Model()
    history = source.get_history()
    monkeypatch.setattr(source, "get_history", lambda: [*history, "gone"])
    source.records["r00"] = {"msg_id": "r00", "label": 7}
    source.unreadable = [("r99", "buffers: no list")]
    report = copy_records(source, target)
    assert (report.total, report.copied, report.gone) == (27, 24, 1)
    assert [problem.msg_id for problem in report.refused] == ["r99", "r00"]
    assert report.refused[1].reason.startswith("is not a record: label: must be a str")
    assert not report.complete


def test_what_is_no_record_in_the_target() -> None:
    target = filled(Model())
    target.records["r00"] = {"msg_id": "r00", "label": 7}
    [conflict] = copy_records(filled(Model()), target).conflicts
    assert conflict.reason.startswith("is not a record in the target: label")


@pytest.mark.parametrize(("size", "least", "most"), [(1, 50, 50), (2_000, 5, 10), (30_000, 1, 1)])
def test_batches_are_small_where_records_are_large(
    size: int, least: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskdb_spec.copying.copying.MOST_RECORDS", 50)
    monkeypatch.setattr("taskdb_spec.copying.copying.MOST_BYTES", 20_000)
    source, batches = Model(), []
    for number in range(FIRST_BATCH + 50):
        source.add_record(f"{number}", {"stdout": "x" * size})

    def find(check: Any) -> Any:
        batches.append(len(check["msg_id"]["$in"]))
        return Model.find_records(source, check)

    monkeypatch.setattr(source, "find_records", find)
    copy_records(source, Model())
    first, *others = batches
    assert first == FIRST_BATCH
    assert least <= max(others) <= most


def test_a_copy_goes_on_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert (report.present, report.copied, report.complete) == (17, 8, True)


# The command


MODULE = """
from taskdb_reference import DictDB
from taskdb_spec.conformance.model import Model
from taskdb_spec.copying.instants import in_milliseconds
from taskdb_spec.copying.stores import open_store


class Failing(DictDB):
    error = ConnectionError("the server went away")
    left = 12

    def add_record(self, msg_id, rec):
        self.left -= 1
        if not self.left:
            raise self.error
        super().add_record(msg_id, rec)


class Interrupted(Failing):
    error = KeyboardInterrupt()
    left = 4


class Shut(DictDB):
    def find_records(self, check, keys=None):
        raise ConnectionError("the server is away")


class Milliseconds(DictDB):
    def add_record(self, msg_id, rec):
        super().add_record(msg_id, in_milliseconds(rec))


def broken():
    raise RuntimeError("no luck")
"""


@pytest.fixture(autouse=True)
def folder(stores: Path) -> Path:
    """The current folder, with a file of records and a module of stores."""
    store = filled(SQLiteDB(filename="source.db"))
    store.close()
    (stores / "made_targets.py").write_text(MODULE)
    (stores / "empty.db").touch()
    return stores


def history(file: str) -> list[str]:
    store = SQLiteDB(filename=file)
    try:
        return store.get_history()
    finally:
        store.close()


def test_from_file_to_file(taskdb: Taskdb) -> None:
    made = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    assert made.exit_code == 0
    *progress, counts, source, target = made.output.splitlines()
    assert progress == ["10 of 25 records", "25 of 25 records"]
    assert counts == "25 records: 25 copied, 0 there already, 0 in conflict, 0 not copied"
    assert source.partition(": ")[0] == "sha256 of 25 records in the source"
    assert source.partition(": ")[2] == target.partition(": ")[2]
    assert sorted(history("target.db")) == sorted(RECORDS)
    again = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    assert again.exit_code == 0
    assert "25 records: 0 copied, 25 there already, 0 in conflict" in again.output


def test_a_conflict(taskdb: Taskdb) -> None:
    target = SQLiteDB(filename="target.db")
    target.add_record("r03", {"label": "mine"})
    target.close()
    made = taskdb("copy", "sqlite:source.db", "sqlite:target.db")
    assert made.exit_code == 1
    assert "conflict: r03 differs in header, buffers, submitted, label" in made.output
    assert "24 copied, 0 there already, 1 in conflict" in made.output


def test_an_empty_source(taskdb: Taskdb) -> None:
    made = taskdb("copy", "taskdb_reference:DictDB", "sqlite:target.db")
    assert made.exit_code == 0
    assert "0 records: 0 copied" in made.output


def test_a_file_of_ipyparallels(taskdb: Taskdb, tmp_path: Path) -> None:
    theirs = open_sqlite(tmp_path)
    theirs.add_record("a", dict(new_record("a", label="x", buffers=[b"x"], submitted=NOON)))
    theirs.add_record("b", dict(new_record("b", header={"x": [1, None]})))
    theirs.close()
    made = taskdb("copy", "ipyparallel-sqlite:tasks.db", "sqlite:target.db")
    assert (made.exit_code, "2 records: 2 copied" in made.output) == (0, True), made.output
    target = SQLiteDB(filename="target.db")
    assert target.get_record("a")["buffers"] == [b"x"]
    assert target.get_record("a")["submitted"] == NOON
    target.close()


def test_what_cannot_be_read_of_a_file_of_ipyparallels(taskdb: Taskdb, tmp_path: Path) -> None:
    theirs = open_sqlite(tmp_path)
    for msg_id in "ab":
        theirs.add_record(msg_id, dict(new_record(msg_id, header={"x": 1})))
    theirs.close()
    with closing(sqlite3.connect("tasks.db")) as file, file:
        file.execute("UPDATE tasks SET header = 'no JSON' WHERE msg_id = 'a'")
    made = taskdb("copy", "ipyparallel-sqlite:tasks.db", "sqlite:target.db")
    assert made.exit_code == 1
    assert "not copied: 'a' header: is not JSON text" in made.output
    assert "2 records: 1 copied, 0 there already, 0 in conflict, 1 not copied" in made.output


def test_milliseconds(taskdb: Taskdb) -> None:
    made = taskdb("copy", "sqlite:source.db", "made_targets:Milliseconds")
    assert made.exit_code == 1
    assert "not the same in the target: r00 differs in header, submitted, but" in made.output
    assert "stopped early, because the target alters what it is given" in made.output
    made = taskdb("copy", "--milliseconds", "sqlite:source.db", "made_targets:Milliseconds")
    assert made.exit_code == 0
    assert "25 with dates cut to milliseconds" in made.output


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("Failing", 1, "11 records copied, then: ConnectionError: the server went away; do it"),
        ("Interrupted", 1, "3 records copied, then: interrupted; do it again to go on"),
        ("Shut", 2, "nothing was copied: ConnectionError: the server is away"),
        ("broken", 2, "made_targets:broken: opening it failed with RuntimeError: no luck"),
    ],
)
def test_stores_that_fail(taskdb: Taskdb, target: str, status: int, message: str) -> None:
    made = taskdb("copy", "sqlite:source.db", f"made_targets:{target}")
    assert made.exit_code == status
    assert f"Error: {message}" in made.output


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("source.db", "this names no store; write kind:place, such as sqlite:tasks.db"),
        ("sqlite:none.db", "there is no file 'none.db' to copy from"),
        ("sqlite:made_targets.py", "made_targets.py is no SQLite file"),
        ("ipyparallel-sqlite:none.db", "there is no file 'none.db' to copy from"),
        ("ipyparallel-sqlite:empty.db", "holds no table of tasks that ipyparallel wrote"),
        ("nosuch:store", "there is no module 'nosuch'"),
        ("made_targets:nosuch", "has no attribute 'nosuch'"),
        ("taskdb_reference:NoDB", "NoDB stores nothing"),
    ],
)
def test_sources_that_are_none(taskdb: Taskdb, name: str, message: str, folder: Path) -> None:
    made = taskdb("copy", name, "taskdb_reference:DictDB")
    assert made.exit_code == 2
    assert message in made.output
    assert not (folder / "none.db").exists()


def test_targets_that_are_none(taskdb: Taskdb) -> None:
    made = taskdb("copy", "sqlite:source.db", "ipyparallel-sqlite:target.db")
    assert made.exit_code == 2
    assert "such a file can only be read" in made.output


@pytest.mark.parametrize(
    ("name", "cls", "settings"),
    [
        ("mongodb://h:1/?w=1#hub", "MongoDB", {"url": "mongodb://h:1/?w=1", "namespace": "hub"}),
        ("mongodb:", "MongoDB", {}),
        ("postgresql://u@h/db", "PostgresDB", {"url": "postgresql://u@h/db"}),
        ("postgres://u@h/db", "PostgresDB", {"url": "postgresql://u@h/db"}),
        ("postgres:host=h dbname=db", "PostgresDB", {"url": "host=h dbname=db"}),
        ("postgres:#hub", "PostgresDB", {"namespace": "hub"}),
    ],
)
def test_stores_on_servers(
    name: str, cls: str, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def store_class(name: str) -> Any:
        return lambda **given: opened.append((name, given))

    monkeypatch.setattr("taskdb_reference.stores.store_class", store_class)
    open_store(name, "target")
    assert opened == [(cls, settings)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with Shown(console_for(screen)) as shown:
        shown(CopyReport(total=4, copied=3))
    assert "3/4" in screen.getvalue()
    assert screen.getvalue().endswith("\x1b[2K"), "the bar is taken off the screen"
