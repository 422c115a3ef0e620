"""What `MongoDB` does beyond what every store does, which the suite checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from traitlets import TraitError

from taskdb_reference import BaseDB
from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo import MongoDB
from taskdb_reference.mongo.collection import get_collection
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import get_client
from taskdb_spec import DuplicateRecord, Predicate, RecordError, RecordNotFound
from tests.support.query_strategies import NOON

TOO_LARGE = b"a" * (9 << 20)  # one is kept, two are not


def test_it_is_configured_as_every_store(mongo_url: str) -> None:
    store = MongoDB(url=mongo_url, session="s")
    assert isinstance(store, BaseDB)
    assert (store.session, store.database, store.namespace) == ("s", "taskdb", "default")
    with pytest.raises(TraitError):
        MongoDB(url=mongo_url, timeout=0)


def test_microseconds_are_kept_replaced_and_forgotten(store: MongoDB) -> None:
    fine, coarse = NOON + timedelta(microseconds=1), NOON + timedelta(milliseconds=1)
    store.add_record("a", {"submitted": fine, "header": {"date": fine}})
    assert store.get_record("a")["submitted"] == fine
    store.update_record("a", {"submitted": coarse})
    assert store.get_record("a")["submitted"] == coarse
    assert store.get_record("a")["header"] == {"date": fine}
    store.update_record("a", {"header": {"date": coarse}, "submitted": fine})
    assert store.get_record("a")["header"] == {"date": coarse}
    assert store.get_record("a")["submitted"] == fine


def test_the_history_goes_by_the_microsecond(store: MongoDB) -> None:
    for count in (3, 1, 1000, 0, 2):
        store.add_record(str(count), {"submitted": NOON + timedelta(microseconds=count)})
    store.add_record("none", {})
    assert store.get_history() == ["none", "0", "1", "2", "3", "1000"]


def test_stores_of_one_collection_are_apart(mongo_url: str, store: MongoDB) -> None:
    other = MongoDB(url=mongo_url, namespace=f"{store.namespace}/other")
    store.add_record("a", {"label": "mine"})
    other.add_record("a", {"label": "other"})
    other.drop_matching_records({"label": {"$glob": "*"}})
    assert other.get_history() == []
    assert store.get_record("a")["label"] == "mine"


def test_of_many_who_add_the_same_record_one_does(store: MongoDB) -> None:
    def add(number: int) -> int | None:
        try:
            store.add_record("a", {"label": str(number)})
        except DuplicateRecord:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        added = [number for number in pool.map(add, range(24)) if number is not None]
    assert [store.get_record("a")["label"]] == [str(number) for number in added]


def test_a_record_too_large_is_refused(store: MongoDB) -> None:
    with pytest.raises(RecordError, match="16 MiB"):
        store.add_record("a", {"buffers": [TOO_LARGE, TOO_LARGE]})
    assert store.get_history() == []


@pytest.mark.parametrize("buffers", [[TOO_LARGE], [TOO_LARGE, TOO_LARGE]], ids=["sum", "alone"])
def test_an_update_too_large_is_refused(store: MongoDB, buffers: list[bytes]) -> None:
    store.add_record("a", {"buffers": [TOO_LARGE], "label": "before"})
    with pytest.raises(RecordError, match="16 MiB"):
        store.update_record("a", {"result_buffers": buffers, "label": "after"})
    record = store.get_record("a")
    assert (record["label"], record["result_buffers"]) == ("before", None)


@pytest.mark.parametrize("msg_id", [{"$ne": None}, None, 1, "\ud800"])
def test_what_is_no_id_is_not_found(store: MongoDB, msg_id: Any) -> None:
    store.add_record("a", {})
    for call in (store.get_record, store.drop_record):
        with pytest.raises(RecordNotFound):
            call(msg_id)
    assert store.get_history() == ["a"]


class Meddled(MongoDB):
    """Somebody else changes records while this store decides which of them to drop."""

    def _iter_matching(self, predicate: Predicate, *rest: Any) -> Iterator[Any]:
        found = list(super()._iter_matching(predicate, *rest))
        for document, _ in found:
            label = "keep" if document["msg_id"] == "a" else "drop too"
            MongoDB(url=self.url, namespace=self.namespace).update_record(
                document["msg_id"], {"label": label}
            )
            if label == "drop too":
                Meddled._iter_matching = MongoDB._iter_matching  # type: ignore[method-assign]
        return iter(found)


def test_a_record_that_has_changed_is_looked_at_again(store: MongoDB) -> None:
    for msg_id in "ab":
        store.add_record(msg_id, {"label": "drop"})
    meddled = Meddled(url=store.url, namespace=store.namespace)
    meddled.drop_matching_records({"label": {"$glob": "dr[o]p*"}})
    assert store.get_history() == ["a"]


def test_a_process_that_forks_has_a_client_of_its_own(mongo_url: str) -> None:
    server = Server(mongo_url)
    mine = get_client(server)
    assert get_client(server) is mine
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"own" if get_client(server) is not mine else b"shared")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"own"
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize(
    ("options", "expected"),
    [("", {"w": "majority", "j": True}), ("?journal=false&w=1", {"w": 1, "j": False})],
)
def test_writes_are_safe_unless_the_url_says_otherwise(
    mongo_url: str, options: str, expected: dict[str, Any]
) -> None:
    collection = get_collection(Server(mongo_url.partition("?")[0] + options))
    assert collection.write_concern.document == expected
    assert collection.read_concern.level == "majority"


def test_no_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TASKDB_MONGODB_URL", raising=False)
    with pytest.raises(StoreUnavailable, match=r"set TASKDB_MONGODB_URL, or MongoDB\(url=...\)"):
        MongoDB()


def test_a_url_that_is_none() -> None:
    with pytest.raises(ValueError, match="a url is like mongodb:"):
        MongoDB(url="http://127.0.0.1:27017")
