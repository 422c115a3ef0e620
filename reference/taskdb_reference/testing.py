"""pytest fixtures for the tests of tools that use a store: `taskdb`, a new store in memory.

Add this to the ``conftest.py`` at the root of your tests::

    pytest_plugins = ["taskdb_reference.testing"]

A test with the argument ``taskdb`` gets its own store. The store holds the records of the fixture
``taskdb_records``, which is empty unless you override it. You can override it in a folder, a
module, a class or one test::

    import pytest


    def oldest_pending(db):
        pending = db.find_records({"completed": None})
        return next((msg_id for msg_id in db.get_history() if msg_id in pending), None)


    def test_nothing_is_pending(taskdb):
        assert oldest_pending(taskdb) is None


    def test_a_pending_task(taskdb):
        taskdb.add_record("a", {"label": "fit"})
        assert oldest_pending(taskdb) == "a"


    class TestTwoClients:
        @pytest.fixture
        def taskdb_records(self):
            return {"a": {"client_uuid": "c"}, "b": {"client_uuid": "d"}}

        def test_both_are_pending(self, taskdb):
            assert len(taskdb.find_records({"completed": None})) == 2


    @pytest.mark.parametrize("taskdb_records", [{"a": {"stdout": "done"}}])
    def test_the_output(taskdb):
        assert taskdb.get_record("a")["stdout"] == "done"

pytest loads this module only if a project names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from taskdb_reference.memory.store import DictDB

Records = Mapping[str, Mapping[str, Any]]


@pytest.fixture
def taskdb_records() -> Records:
    """Return the initial records of ``taskdb`` by msg_id. Override it; the default has none.

    Missing fields are None, as in `DictDB.add_record`.
    """
    return {}


@pytest.fixture
def taskdb(taskdb_records: Records) -> Iterator[DictDB]:
    """Yield a `DictDB` that holds the ``taskdb_records``, for one test."""
    store = DictDB()
    for msg_id, record in taskdb_records.items():
        store.add_record(msg_id, record)
    yield store
    store.close()
