"""Fixtures of pytest's: a store in memory, for the tests of tools that use one.

In the ``conftest.py`` at the root of your tests::

    pytest_plugins = ["taskdb_reference.testing"]

A test that asks for ``taskdb`` gets a store of its own. It is empty, or holds what the fixture
``taskdb_records`` says, which you may define anew for a folder, a module, a class or one test::

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

pytest loads this only where it is named, so nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from taskdb_reference.memory.store import DictDB

Records = Mapping[str, Mapping[str, Any]]


@pytest.fixture
def taskdb_records() -> Records:
    """The records that ``taskdb`` holds at the start, by msg_id: none, unless you define it anew.

    Fields that are left out are filled, as `DictDB.add_record` does it.
    """
    return {}


@pytest.fixture
def taskdb(taskdb_records: Records) -> Iterator[DictDB]:
    """A `DictDB` that holds the ``taskdb_records``, for one test."""
    store = DictDB()
    for msg_id, record in taskdb_records.items():
        store.add_record(msg_id, record)
    yield store
    store.close()
