"""A server that goes away, and comes back with what was written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.servers import MongoServer
from taskdb_reference.errors import StoreUnavailable
from taskdb_reference.mongo import MongoDB
from tests.support.sample_calls import CALLS

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[MongoServer]:
    with MongoServer(durable=True) as started:
        yield started


def test_what_was_written_is_there_after_a_restart(server: MongoServer) -> None:
    MongoDB(url=server.url).add_record("a", {"label": "kept"})
    connected = MongoDB(url=server.url, timeout=5)
    impatient = MongoDB(url=server.url)
    server.stop()
    impatient.timeout = 0.05
    for store, calls in ((connected, ["get_record"]), (impatient, CALLS)):
        for call in calls:
            with pytest.raises(StoreUnavailable, match=f":{server.port}/ did not answer"):
                getattr(store, call)(*CALLS[call])
    server.start()
    assert connected.get_record("a")["label"] == "kept"
    assert connected.get_history() == ["a"]


def test_the_same_store_serves_again(server: MongoServer) -> None:
    store = MongoDB(url=server.url, namespace="again")
    server.stop()
    server.start()
    store.add_record("a", {})
    assert store.get_history() == ["a"]


def test_a_server_that_is_not_there(server: MongoServer) -> None:
    url = f"mongodb://user:secret@127.0.0.1:{server.port}/?replicaSet=other"
    with pytest.raises(StoreUnavailable, match="see that it runs") as refused:
        MongoDB(url=url, timeout=0.1)
    assert "secret" not in str(refused.value)
