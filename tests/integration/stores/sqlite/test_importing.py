"""Files of ipyparallel's own SQLiteDB, sound ones and others, are read in without unpickling."""

from __future__ import annotations

import asyncio
import pickle
import pickletools
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskdb_reference import DictDB
from taskdb_reference.errors import StoreRefused
from taskdb_reference.sqlite import SQLiteDB
from taskdb_reference.sqlite.ipyparallel_import import ImportReport, import_ipyparallel
from taskdb_reference.sqlite.pickle_reader import UnexpectedPickleError, read_buffers
from tests.support.value_strategies import sure

NOON = datetime(2024, 1, 1, 12, 0, 0, 7, tzinfo=timezone(timedelta(hours=2)))
COLUMNS = (
    "msg_id text PRIMARY KEY, header dict text, metadata dict text, content dict text, "
    "buffers bufs blob, submitted timestamp, client_uuid text, completed timestamp, "
    "result_buffers bufs blob, error text, stdout text"
)


class Bomb:
    def __reduce__(self) -> Any:
        return (exec, ("raise SystemExit('a pickle was run')",))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "ipython.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE 'ipython-tasks' ({COLUMNS})")
    return path


def put(source: Path, table: str = "ipython-tasks", **cells: Any) -> None:
    names = ", ".join(cells)
    marks = ", ".join("?" for _ in cells)
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*cells.values()])
        connection.commit()


def imported(source: Path) -> tuple[ImportReport, DictDB]:
    target = DictDB()
    return import_ipyparallel(source, target), target


def write_with_ipyparallel(folder: Path, records: dict[str, dict[str, Any]]) -> None:
    from ipyparallel.controller.sqlitedb import SQLiteDB as TheirDB

    async def write() -> None:  # it wants a running loop
        db = TheirDB(location=str(folder), filename="ipython.db", table="", session="5cc8-e5ff")
        for msg_id, record in records.items():
            db.add_record(msg_id, record)
        db.close()

    asyncio.run(write())


def test_what_ipyparallel_wrote_is_imported(tmp_path: Path) -> None:
    done = {
        "msg_id": "b",
        "header": {"date": NOON, "msg_id": "b"},
        "buffers": [b"x" * 300, b"", b"x"],
        "submitted": NOON,
        "completed": NOON,
        "client_uuid": "c",
        "resubmitted": "a",
        "execute_result": {"data": {"text/plain": "1"}},
        "error": {"ename": "NameError"},
        "stdout": "printed",
        "result_buffers": [b"y"],
    }
    write_with_ipyparallel(tmp_path, {"a": {"msg_id": "a"}, "b": done})
    target = SQLiteDB(filename=":memory:")
    report = import_ipyparallel(tmp_path / "ipython.db", target)
    assert report == ImportReport(imported=["a", "b"])
    record = target.get_record("b")
    assert {name: record[name] for name in done} == {  # type: ignore[literal-required]
        **done,
        "header": {"date": NOON.isoformat(), "msg_id": "b"},
    }
    assert target.get_record("a")["completed"] is None
    target.close()


def test_all_sessions_are_imported_and_a_second_import_refuses_them(source: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(f"""CREATE TABLE "se'ss""ion" ({COLUMNS})""")
    put(source, msg_id="a", stdout="")
    put(source, 'se\'ss""ion', msg_id="b", stdout=None)
    report, target = imported(source)
    assert report.imported == ["a", "b"]
    assert [target.get_record(i)["stdout"] for i in "ab"] == ["", None]
    again = import_ipyparallel(source, target)
    assert again.imported == []
    assert str(again).startswith(
        "0 records imported, 2 refused\nipython-tasks: 'a': there is already"
    )


SPOILT: dict[str, tuple[dict[str, Any], str]] = {
    "no JSON": ({"header": "{'a': 1}"}, "header: is not JSON text: Expecting"),
    "no dict": ({"content": "[1]"}, "content: must be a dict, not list"),
    "a blob for JSON": ({"header": b"{}"}, "header: is not JSON text, but a bytes"),
    "an int out of range": ({"header": '{"a": 9223372036854775808}'}, r"header\['a'\]: an int"),
    "a lone surrogate": ({"header": '{"a": "\\ud800"}'}, "lone surrogates"),
    "nested too deep": ({"header": '{"a":' * 2000 + "1" + "}" * 2000}, "header.*: .*nested"),
    "nested far too deep": ({"header": "[" * 200_000}, "header: is nested too deep"),
    "a naive date": (
        {"submitted": "2024-01-01T12:00:00"},
        "submitted: a datetime must have a time",
    ),
    "no date": ({"completed": "yesterday"}, "completed: is not a date and time: Invalid"),
    "a number for a date": ({"completed": 5}, "completed: is not a date and time, but a int"),
    "a pickle that runs": ({"buffers": pickle.dumps([Bomb()])}, "holds more than a list of bytes"),
    "an old pickle": ({"buffers": pickle.dumps([b"a"], 2)}, "holds more than a list of bytes"),
    "no list": ({"buffers": pickle.dumps(b"a")}, "buffers: is not a pickled list of bytes"),
    "no pickle": ({"buffers": b"nonsense"}, "buffers: is not a pickled list of bytes"),
    "text for a pickle": (
        {"buffers": "text"},
        "buffers: is not a pickled list of bytes, but a str",
    ),
    "no text": ({"stdout": b"x"}, "stdout: must be a str, not bytes"),
    "no id": ({"msg_id": None}, "msg_id: must be a str"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_record_that_is_spoilt_is_refused_alone(source: Path, name: str) -> None:
    cells, reason = SPOILT[name]
    put(source, msg_id="before")
    put(source, **{"msg_id": "spoilt", **cells})
    put(source, msg_id="after")
    report, target = imported(source)
    assert report.imported == ["before", "after"]
    [refused] = report.refused
    assert refused.msg_id == cells.get("msg_id", "spoilt")
    with pytest.raises(ValueError, match=reason):
        raise ValueError(refused.reason)
    assert target.get_history() == ["before", "after"]


def test_a_text_that_is_no_utf_8_spoils_its_record_alone(source: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(
            "INSERT INTO 'ipython-tasks' (msg_id, stdout) VALUES ('spoilt', CAST(x'ff' AS TEXT))"
        )
        connection.commit()
    put(source, msg_id="after")
    report, _ = imported(source)
    assert (report.imported, [r.msg_id for r in report.refused]) == (["after"], ["spoilt"])


def test_columns_of_other_versions_are_named(source: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("ALTER TABLE 'ipython-tasks' ADD COLUMN pyout text")
        connection.execute("CREATE TABLE unrelated (x)")
    put(source, msg_id="a", pyout="1")
    report, _ = imported(source)
    assert report.ignored_columns == {"ipython-tasks": ["pyout"]}
    assert "table ipython-tasks: ignored the columns pyout" in str(report)


def test_the_file_is_only_read(source: Path) -> None:
    put(source, msg_id="a")
    before = source.read_bytes()
    imported(source)
    assert source.read_bytes() == before
    assert [path.name for path in source.parent.iterdir()] == [source.name]


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere\.db"):
        imported(tmp_path / "nowhere.db")


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(b"a diary" * 100)
    with pytest.raises(StoreRefused, match="is no SQLite file"):
        imported(path)
    path.write_bytes(b"")
    with pytest.raises(StoreRefused, match="holds no table of tasks"):
        imported(path)


@sure
@given(st.lists(st.binary(max_size=300), max_size=5), st.booleans(), st.sampled_from([3, 4, 5]))
def test_lists_of_bytes_come_out_of_their_pickles(
    buffers: list[bytes], twice: bool, protocol: int
) -> None:
    buffers = buffers * 2 if twice else buffers  # the second time, a pickle refers to the first
    data = pickle.dumps(buffers, protocol)
    assert read_buffers(data) == buffers
    assert read_buffers(pickletools.optimize(data)) == buffers


def test_a_list_longer_than_a_batch_of_a_pickle() -> None:
    buffers = [b"%d" % number for number in range(3000)]
    assert read_buffers(pickle.dumps(buffers)) == buffers


@sure
@given(st.binary(max_size=30) | st.binary(max_size=30).map(lambda tail: b"\x80\x05]\x94(" + tail))
def test_whatever_is_no_such_pickle_is_refused(data: bytes) -> None:
    try:
        buffers = read_buffers(data)
    except UnexpectedPickleError:
        return
    assert all(type(item) is bytes for item in buffers)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"\x80\x05.",
        b"\x80\x05](.",
        b"\x80\x05]]a.",
        b"\x80\x05h\x00.",
        b"\x80\x05e.",
        b"]r",
        b"\x80\x04C\x01aC\x01b.",
    ],
)
def test_pickles_that_are_damaged(data: bytes) -> None:
    with pytest.raises(UnexpectedPickleError):
        read_buffers(data)
