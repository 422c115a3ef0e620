"""A store behind the Hub: what the Hub says otherwise than the specification."""

import importlib
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ipyparallel.controller.app import IPController
from ipyparallel.controller.dictdb import BaseDB
from ipyparallel.controller.hub import empty_record, init_record
from ipyparallel.util import extract_dates
from jupyter_client.jsonutil import json_default
from traitlets import TraitError
from traitlets.config import Config

import taskdb_reference.ipyparallel as behind
from taskdb_reference import NoData
from taskdb_reference._lazy import STORE_NAMES
from taskdb_reference.ipyparallel.coercion import coerce_record
from taskdb_spec import DuplicateRecord, QueryError, RecordError, RecordNotFound

NOW = datetime(2024, 5, 1, 12, 30, 15, 123456, tzinfo=UTC)
NAIVE = datetime(2024, 5, 1, 12, 30)
AFTER_THE_END = datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))
BEFORE_THE_START = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(params=["DictDB", "SQLiteDB"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    settings = {"filename": str(tmp_path / "tasks.db")} if request.param == "SQLiteDB" else {}
    store = getattr(behind, request.param)(session="s", log=logging.getLogger("hub"), **settings)
    yield store
    store.close()
    store.close()


def message(**metadata: Any) -> dict[str, Any]:
    """As the Hub gets one of a client."""
    header = {"msg_id": "a", "msg_type": "apply_request", "date": NOW.isoformat()}
    buffers = [memoryview(b"one"), memoryview(b"")]
    return {"header": header, "content": {}, "metadata": metadata, "buffers": buffers}


def test_the_controller_takes_it(store: Any) -> None:
    assert isinstance(store, BaseDB)
    assert store.session == "s"
    assert IPController(db_class=f"taskdb_reference.ipyparallel.{type(store).__name__}").db_class


def test_what_the_hub_writes_of_a_task(store: Any) -> None:
    store.add_record("a", init_record(message(label="fit")))
    record = store.get_record("a")
    assert record["submitted"] == NOW
    assert record["header"]["date"] == NOW
    assert record["buffers"] == [b"one", b""]
    assert (record["label"], record["stdout"], record["display_data"]) == ("fit", "", None)


def test_output_that_comes_before_its_task(store: Any) -> None:
    with pytest.raises(KeyError):
        store.get_record("a")
    store.add_record("a", {**empty_record(), "msg_id": "a", "stdout": "early"})
    assert store.get_history() == ["a"]
    store.update_record("a", {**init_record(message()), "stdout": "early"})
    store.update_record("a", {"display_data": {"data": {"text/plain": "x"}}})
    assert store.get_record("a")["stdout"] == "early"
    assert store.get_record("a")["submitted"] == NOW


def test_refusals_are_those_that_the_hub_catches(store: Any) -> None:
    store.add_record("a", {})
    with pytest.raises(DuplicateRecord):
        store.add_record("a", {})
    for call in (store.get_record, store.drop_record):
        with pytest.raises(RecordNotFound):
            call("b")
    with pytest.raises(RecordNotFound):
        store.update_record("b", {})
    with pytest.raises(QueryError):
        store.find_records({"completed": {"$le": None}})
    with pytest.raises(RecordError):
        store.add_record("b", {"msg_id": "c"})
    assert store.get_history() == ["a"]


def test_records_come_in_a_list_and_are_the_callers(store: Any) -> None:
    store.add_record("a", {"buffers": [b"x"]})
    for keys in (None, [], ["buffers"]):
        [record] = store.find_records({"msg_id": {"$in": ["a", "b"]}}, keys)
        assert record.pop("buffers") == [b"x"]
    assert store.find_records({"msg_id": "b"}) == []
    assert store.get_record("a")["buffers"] == [b"x"]


def test_the_purges_of_the_hub(store: Any) -> None:
    for msg_id, engine, completed in (("a", "e", NOW), ("b", "e", None), ("c", "f", NOW)):
        store.add_record(msg_id, {"engine_uuid": engine, "completed": completed})
    store.drop_matching_records({"msg_id": {"$in": []}})
    assert len(store.get_history()) == 3
    store.drop_matching_records({"completed": {"$ne": None}, "engine_uuid": "e"})
    assert sorted(store.get_history()) == ["b", "c"]
    store.drop_matching_records({"completed": {"$ne": None}})
    assert store.get_history() == ["b"]
    store.drop_record("b")
    assert store.get_history() == []


LATER = NOW + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "abc"),
        ({"label": "x"}, "a"),
        ({"completed": NOW}, "a"),
        ({"completed": None}, "c"),
        ({"label": None, "completed": LATER}, "b"),
        ({"completed": {"$eq": NOW}}, "a"),
        ({"completed": {"$ne": NOW}}, "bc"),
        ({"completed": {"$ne": None}}, "ab"),
        ({"completed": {"$lt": LATER}}, "a"),
        ({"completed": {"$lte": LATER}}, "ab"),
        ({"completed": {"$gt": NOW}}, "b"),
        ({"completed": {"$gte": NOW}}, "ab"),
        ({"label": {"$gte": "x", "$lt": "y"}}, "a"),
        ({"completed": {"$in": [NOW, None]}}, "ac"),
        ({"completed": {"$in": []}}, ""),
        ({"completed": {"$nin": [NOW, None]}}, "b"),
        ({"completed": {"$nin": []}}, "abc"),
    ],
)
def test_queries_as_they_come_from_clients(store: Any, query: Any, found: str) -> None:
    """A client sends JSON, and the Hub makes dates of the texts that look like one."""
    store.add_record("a", {"label": "x", "completed": NOW})
    store.add_record("b", {"completed": LATER})
    store.add_record("c", {"label": "y"})
    sent = extract_dates(json.loads(json.dumps(query, default=json_default)))
    assert sorted(record["msg_id"] for record in store.find_records(sent)) == list(found)


def test_dates_without_a_time_zone_are_local_time(store: Any) -> None:
    store.add_record("a", {"submitted": NAIVE, "header": {"dates": [NAIVE]}})
    local = NAIVE.astimezone()
    assert store.get_record("a")["submitted"] == local
    assert store.get_record("a")["header"] == {"dates": [local]}
    for query in ({"submitted": NAIVE}, {"submitted": {"$in": [NAIVE]}}):
        assert len(store.find_records(query)) == 1
    store.drop_matching_records({"submitted": {"$lte": NAIVE}})
    assert store.get_history() == []


@pytest.fixture(params=["UTC0", "<+05>-5", "<-05>+5"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A local time: its first or last hours may lie outside of the calendar of UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("zone")
def test_writes_of_dates_at_the_ends_of_the_calendar(store: Any) -> None:
    store.add_record("a", {"submitted": datetime.max, "label": "kept"})
    assert store.get_record("a")["label"] == "kept"
    store.update_record("a", {"submitted": NOW})
    store.update_record("a", {"submitted": datetime.min, "header": {"date": datetime.min}})
    record = store.get_record("a")
    assert (record["submitted"], record["header"]) == (NOW, {"date": str(datetime.min)})


@pytest.mark.usefixtures("zone")
def test_queries_for_dates_at_the_ends_of_the_calendar(store: Any) -> None:
    store.add_record("a", {"submitted": NOW})
    for query in ({"$gt": datetime.min}, {"$lt": datetime.max}, {"$ne": datetime.max}):
        assert len(store.find_records({"submitted": query})) == 1
    for query in ({"$lt": datetime.min}, {"$gt": datetime.max}, datetime.min):
        assert store.find_records({"submitted": query}) == []


@pytest.mark.parametrize("key", ["header", "$and", "$nor"])
def test_a_query_that_holds_itself_is_refused(store: Any, key: str) -> None:
    query: Any = {}
    query[key] = query if key == "header" else [query, query]
    with pytest.raises(QueryError, match="nested more than 100 deep"):
        store.find_records(query)
    with pytest.raises(QueryError, match="nested more than 100 deep"):
        store.drop_matching_records(query)


def test_dates_in_a_query_that_is_as_deep_as_it_may_be(store: Any) -> None:
    value: Any = NAIVE
    for _ in range(99):
        value = [value]
    store.add_record("a", {"content": {"x": value}})
    query: Any = {"content.x": value}
    for _ in range(100):
        query = {"$and": [query]}
    assert len(store.find_records(query)) == 1


def test_changes_are_told_once(store: Any, caplog: pytest.LogCaptureFixture) -> None:
    for msg_id in "ab":
        store.add_record(msg_id, {"cost": 3, "content": {"n": 2**64, "m": {2**65}}, "label": "x"})
    assert [record.message for record in caplog.records] == [
        "record a: cost: no such field, left out (logged once)",
        "record a: content: int as text (logged once)",
        "record a: content: set as text (logged once)",
    ]
    assert store.get_record("b")["content"] == {"n": str(2**64), "m": str({2**65})}
    assert store.get_record("b")["label"] == "x"


def test_an_update_is_mended_as_well(store: Any) -> None:
    store.add_record("a", {"stderr": "kept"})
    store.update_record("a", {"completed": NAIVE, "cost": 3, "started": "soon", "stdout": "done"})
    record = store.get_record("a")
    assert record["completed"] == NAIVE.astimezone()
    assert (record["started"], record["stdout"], record["stderr"]) == (None, "done", "kept")


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("fields", "kept", "changes"),
    [
        ({"label": None, "stdout": ""}, {"label": None, "stdout": ""}, []),
        ({"label": ["x"]}, {"label": "['x']"}, ["label: list as text"]),
        ({"submitted": AFTER_THE_END}, {}, ["submitted: datetime left out"]),
        ({"completed": BEFORE_THE_START}, {}, ["completed: datetime left out"]),
        (
            {"resubmitted": AFTER_THE_END, "content": {"at": BEFORE_THE_START}},
            {"resubmitted": str(AFTER_THE_END), "content": {"at": str(BEFORE_THE_START)}},
            ["resubmitted: datetime as text", "content: datetime as text"],
        ),
        ({"content": [1]}, {}, ["content: list left out"]),
        ({"completed": "soon"}, {}, ["completed: str left out"]),
        ({"buffers": (memoryview(b"x"), bytearray(b"y"))}, {"buffers": [b"x", b"y"]}, []),
        ({"buffers": b"x"}, {}, ["buffers: bytes left out"]),
        ({"buffers": ["x"]}, {}, ["buffers: list left out"]),
        ({"header": {"x": (1, memoryview(b"x"))}}, {"header": {"x": [1, b"x"]}}, []),
        ({"header": {1: 2}}, {"header": {"1": 2}}, ["header: int as text"]),
        (
            {"header": {"x": {1: "a", "1": "b"}}},
            {"header": {"x": {"1": "b"}}},
            [
                "header: int as text",
                "header: keys that are the same as text, the last one kept",
            ],
        ),
        ({"stdout": "a\ud800b"}, {"stdout": "a\\ud800b"}, ["stdout: str as text"]),
        (
            {"header": {"x": Unprintable()}},
            {"header": {"x": "an object of type Unprintable"}},
            ["header: Unprintable as text"],
        ),
    ],
)
def test_mending(fields: Any, kept: Any, changes: list[str]) -> None:
    assert coerce_record(fields) == (kept, changes)


def test_what_is_too_deep_becomes_text(store: Any) -> None:
    store.add_record("a", {"content": {"deep": DEEP}})
    inner = store.get_record("a")["content"]["deep"]
    while isinstance(inner, list):
        [inner] = inner
    assert inner.startswith("[[")


@pytest.mark.parametrize("name", sorted(STORE_NAMES))
def test_the_settings_are_those_of_the_store(name: str) -> None:
    made = getattr(behind, name)
    assert made.__name__ == name
    assert set(made.class_trait_names(config=True)) == set(
        made.store_class.class_trait_names(config=True)
    )


def controller(folder: Path, *arguments: str) -> Any:
    """An ``ipcontroller`` that has read its command line, and does not run."""
    app = IPController()
    app.parse_command_line([*arguments])
    app.profile_dir = SimpleNamespace(location=str(folder))
    return app


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(IPController, "profile_dir", None)
    return tmp_path


def test_settings_on_the_command_line(profile: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = controller(
        profile,
        "--IPController.db_class=taskdb_reference.ipyparallel.SQLiteDB",
        "--SQLiteDB.filename=hub.db",
        "--SQLiteDB.record_limit=2",
        "--SQLiteDB.cull_fraction=0.5",
    )
    store = app.db_class(session="s", parent=app, log=app.log)
    assert (store.store.filename, store.store.record_limit) == (str(profile / "hub.db"), 2)
    for msg_id in "abc":
        store.add_record(msg_id, {"completed": NOW})
    assert store.get_history() == ["c"]
    store.close()
    assert not caplog.records, "nothing that the config says is unknown"


def test_settings_in_the_config_file(profile: Path) -> None:
    app = controller(profile)
    app.update_config(Config({"DictDB": {"record_limit": 1}}))
    assert behind.DictDB(parent=app).store.record_limit == 1  # type: ignore[attr-defined]
    app.update_config(Config({"SQLiteDB": {"filename": str(profile / "other" / "x.db")}}))
    (profile / "other").mkdir()
    store = behind.SQLiteDB(parent=app)
    assert store.store.filename == str(profile / "other" / "x.db")  # type: ignore[attr-defined]
    store.close()


def test_settings_that_are_none(profile: Path) -> None:
    app = controller(profile)
    app.update_config(Config({"DictDB": {"record_limit": 0}}))
    with pytest.raises(TraitError, match="record_limit must be a whole number"):
        behind.DictDB(parent=app)


def test_the_store_that_stores_nothing() -> None:
    store = behind.NoDB()
    store.add_record("a", {"unknown": object()})
    with pytest.raises(NoData):
        store.get_record("a")
    with pytest.raises(NoData):
        store.find_records({})


def test_the_hub_ends_without_closing(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from taskdb_reference.ipyparallel import SQLiteDB\n"
        "SQLiteDB(filename=sys.argv[1]).add_record('a', {})\n"
    )
    file = tmp_path / "tasks.db"
    subprocess.run([sys.executable, "-c", program, str(file)], check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["tasks.db"], "the log was written back"


def test_other_names_are_none() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'RedisDB'"):
        _ = behind.RedisDB
    with pytest.raises(ImportError):
        IPController(db_class="taskdb_reference.ipyparallel.RedisDB")


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("MongoDB", "pymongo", "mongo"), ("PostgresDB", "psycopg", "postgres")],
)
def test_without_the_package_of_a_store_its_extra_is_named(
    name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [module for module in sys.modules if module.startswith("taskdb_reference")]:
        if module.split(".")[1:2] == [extra]:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(vars(behind), name, raising=False)
    needed = rf"needs {package}: pip install 'taskdb-spec\[{extra}\]'"
    with pytest.raises(ImportError, match=needed):
        getattr(behind, name)


def test_without_ipyparallel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipyparallel.controller", None)
    monkeypatch.delitem(sys.modules, "taskdb_reference.ipyparallel.hub_store")
    with pytest.raises(ImportError, match=r"pip install 'taskdb-spec\[ipyparallel\]'"):
        importlib.import_module("taskdb_reference.ipyparallel.hub_store")
