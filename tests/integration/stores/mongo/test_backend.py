"""The targets: what they claim, where their stores are, and what discarding removes."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskdb_reference.backends.ipyparallel_mongodb import (
    REGISTRY_DATABASE,
    ipyparallel_mongodb_backend,
)
from taskdb_reference.backends.mongo import mongo_backend, read_server
from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo.connection import get_client
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES

BACKENDS = [mongo_backend, ipyparallel_mongodb_backend]
each = pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)


def test_what_they_claim() -> None:
    assert mongo_backend.capabilities == QUERY_CAPABILITIES | {"durable"}
    assert mongo_backend.resolution == "microsecond"
    assert ipyparallel_mongodb_backend.capabilities == {
        *("presence", "arith", "arrays", "glob", "durable")
    }
    assert ipyparallel_mongodb_backend.resolution == "millisecond"


@each
@pytest.mark.usefixtures("named")
def test_a_folder_is_opened_again(backend: Backend, tmp_path: Path) -> None:
    backend.open(tmp_path).add_record("a", {"msg_id": "a"})
    assert backend.open(tmp_path).get_history() == ["a"]
    assert backend.open(tmp_path / "b").get_history() == []
    backend.discard(tmp_path)


@each
@pytest.mark.usefixtures("named")
def test_discarding_a_folder(backend: Backend, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "a/b", "a/b/c", "a-neighbour", "a0", "b")]
    for folder in folders:
        backend.open(folder).add_record("a", {"msg_id": "a"})
    backend.discard(tmp_path / "a")
    left = [folder.name for folder in folders if backend.open(folder).get_history()]
    assert left == ["a-neighbour", "a0", "b"]
    backend.discard(tmp_path)
    assert not any(backend.open(folder).get_history() for folder in folders)
    backend.discard(tmp_path)


@pytest.mark.usefixtures("named")
def test_nothing_is_left_of_ipyparallels_databases(tmp_path: Path) -> None:
    before = set(get_client(read_server()).list_database_names())
    ipyparallel_mongodb_backend.open(tmp_path).add_record("a", {"msg_id": "a"})
    ipyparallel_mongodb_backend.discard(tmp_path)
    assert set(get_client(read_server()).list_database_names()) - before <= {REGISTRY_DATABASE}


@each
@pytest.mark.parametrize("url", ["", "no://url"])
def test_discarding_where_nothing_can_have_been_opened(
    backend: Backend, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKDB_MONGODB_URL", url)
    with pytest.raises((StoreUnavailable, ValueError)):
        backend.open(tmp_path)
    backend.discard(tmp_path)


@pytest.mark.usefixtures("named")
def test_the_defects_of_ipyparallels_store_are_left_in_sight(tmp_path: Path) -> None:
    store = ipyparallel_mongodb_backend.open(tmp_path)
    record = {"msg_id": "a", "header": {"x": 1}}
    store.add_record("a", record)
    assert "_id" in record
    store.update_record("a", {"header.x": 2})
    assert store.get_record("a")["header"] == {"x": 2}
    store.drop_record({"$ne": None})  # type: ignore[arg-type]
    assert store.find_records({}) == {}
    ipyparallel_mongodb_backend.discard(tmp_path)
