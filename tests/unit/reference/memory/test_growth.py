"""How the calls of DictDB grow with the number of records, shown by counting and not by timing."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from taskdb_reference import DictDB
from taskdb_reference.memory.query_planner import make_plan
from taskdb_spec import parse_query

DAY = datetime(2024, 5, 17, tzinfo=UTC)
LOG = logging.getLogger("taskdb_reference.tests.growth")
COUNT = 4000
PENDING = 7


def at(second: float) -> datetime:
    return DAY + timedelta(seconds=second)


def task(number: int) -> dict[str, Any]:
    """The last few are pending; a client has a hundredth of them, an engine and a label a tenth."""
    done = number % 1000 >= PENDING
    return {
        "header": {"user": "u"},
        "submitted": at(number),
        "client_uuid": f"c{number % 100}",
        "engine_uuid": f"e{number % 10}" if done else None,
        "label": f"l{number % 10}",
        "started": at(number) if done else None,
        "completed": at(number + 0.5) if done else None,
        "resubmitted": f"id{number - 1}" if number % 1000 == 500 else None,
        "error": {"ename": "E"} if number % 1000 == 501 else None,
    }


def filled(count: int, **traits: Any) -> DictDB:
    db = DictDB(log=LOG, **traits)
    for number in range(count):
        db.add_record(f"id{number}", task(number))
    return db


@pytest.fixture(scope="module")
def large() -> DictDB:
    return filled(COUNT)


def candidates(db: DictDB, query: dict[str, Any]) -> int:
    return make_plan(db._table, parse_query(query)).candidate_count


LOOKED_AT: dict[str, tuple[dict[str, Any], int]] = {
    "all": ({}, COUNT),
    "an id": ({"msg_id": "id7"}, 1),
    "an id that is not there": ({"msg_id": "x"}, 0),
    "an id and more": ({"msg_id": "id7", "client_uuid": "c7", "completed": {"$ne": None}}, 1),
    "an id and what no index knows": ({"msg_id": "id7", "header.user": {"$regex": "u"}}, 1),
    "ids": ({"msg_id": {"$in": ["id7", "id8", "id8", "x", None]}}, 2),
    "ids of a client": ({"msg_id": {"$in": ["id7", "id8"]}, "client_uuid": "c7"}, 2),
    "no ids": ({"msg_id": {"$in": []}}, 0),
    "pending": ({"completed": None}, 4 * PENDING),
    "pending, as the Hub asks": ({"completed": {"$in": [None]}}, 4 * PENDING),
    "completed": ({"completed": {"$ne": None}}, COUNT - 4 * PENDING),
    "mia": ({"arrived": None, "completed": None}, 4 * PENDING),
    "a client": ({"client_uuid": "c7"}, COUNT // 100),
    "clients": ({"client_uuid": {"$in": ["c7", "c8", "x"]}}, COUNT // 50),
    "clients by pattern": ({"client_uuid": {"$glob": "c1?"}}, COUNT // 10),
    "other clients": ({"client_uuid": {"$nin": ["c7", "c8"]}}, COUNT - COUNT // 50),
    "outstanding": ({"client_uuid": "c5", "completed": None}, 4 * PENDING),
    "unassigned": ({"engine_uuid": None}, 4 * PENDING),
    "finished on": ({"engine_uuid": "e1", "completed": {"$ne": None}}, COUNT // 10 - 4),
    "since": ({"submitted": {"$gte": at(COUNT - 10)}}, 10),
    "before": ({"submitted": {"$lt": at(10)}}, 10),
    "between": ({"submitted": {"$gt": at(2000), "$lte": at(2010)}}, 10),
    "between, in two": ({"$and": [{"started": {"$gte": at(8)}}, {"started": {"$lt": at(9)}}]}, 1),
    "at": ({"submitted": at(2000)}, 1),
    "after all": ({"submitted": {"$gt": at(COUNT)}}, 0),
    "an empty range": ({"submitted": {"$gt": at(10), "$lt": at(5)}}, 0),
    "completed in time": ({"completed": {"$lt": at(17)}, "label": "l7"}, 10),
    "resubmitted": ({"resubmitted": {"$ne": None}}, 4),
    "failed": ({"error": {"$ne": None}}, 4),
    "what no index knows": ({"header.user": "u"}, COUNT),
    "one or the other": ({"$or": [{"msg_id": "id7"}, {"msg_id": "id8"}]}, COUNT),
}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_how_many_records_a_query_looks_at(large: DictDB, name: str) -> None:
    query, expected = LOOKED_AT[name]
    assert candidates(large, query) == expected


def calls(act: Callable[[], object]) -> int:
    """How many functions are called, in Python or in C, by `act`."""
    counted = 0

    def count(frame: object, event: str, arg: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return counted


CALLS: dict[str, Callable[[DictDB], object]] = {
    "add": lambda db: db.add_record("new", task(COUNT)),
    "add of an old one": lambda db: db.add_record("old", {"submitted": at(1)}),
    "get": lambda db: db.get_record("id500"),
    "update": lambda db: db.update_record("id500", {"submitted": at(3), "completed": None}),
    "drop": lambda db: db.drop_record("id500"),
    "purge by id": lambda db: db.drop_matching_records({"msg_id": {"$in": ["id5", "id600"]}}),
    "find by id": lambda db: db.find_records({"msg_id": "id500"}),
    "find by ids": lambda db: db.find_records({"msg_id": {"$in": ["id1", "id2"]}}),
    "find a range": lambda db: db.find_records({"submitted": {"$gte": at(3), "$lt": at(9)}}),
    "history": lambda db: db.get_history(),
}
INDEXED: list[dict[str, Any]] = [
    {"completed": None},
    {"client_uuid": "c"},
    {"engine_uuid": "e"},
    {"completed": {"$lt": DAY}},
    {"started": {"$lt": DAY}},
]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_does_as_much_in_a_store_eight_times_as_large(name: str) -> None:
    small, large = filled(500 + 200), filled(8 * 700)
    for db in (small, large):
        db.get_history()
        for query in INDEXED:
            db.find_records(query)
    counted = [calls(lambda db=db: CALLS[name](db)) for db in (small, large)]
    assert counted[1] <= counted[0] + 12, "more is called where there are more records"


@pytest.mark.parametrize("limit", ["record_limit", "size_limit"])
def test_a_cull_does_as_much_in_a_store_eight_times_as_large(limit: str) -> None:
    counted = []
    for count in (700, 5600):
        db = filled(count)
        most = count if limit == "record_limit" else db.size
        db.set_trait(limit, most)
        db.cull_fraction = 50 / count if limit == "record_limit" else 50 * db.size / count / most
        db.update_record("id0", {"stderr": None})
        assert len(db.get_history()) == count
        new = task(count)
        counted.append(calls(lambda db=db, new=new: db.add_record("new", new)))
        assert 45 <= count - len(db.get_history()) <= 55
    assert counted[1] <= 1.1 * counted[0], "more is called where there are more records"


def test_an_add_does_not_wait_for_indexes() -> None:
    db = filled(100)
    before = calls(lambda: db.add_record("w", task(100)))
    db.find_records({"completed": None})
    for msg_id in "xyz":
        assert calls(lambda msg_id=msg_id: db.add_record(msg_id, task(101))) <= before
    assert db.get_history()[-4:] == ["w", "x", "y", "z"]
    assert len(db.find_records({"completed": None})) == PENDING
    assert len(db.find_records({"completed": {"$ne": None}})) == 104 - PENDING


def test_a_projection_copies_only_what_it_returns() -> None:
    counted = []
    for deep in ([], [{}] * 1000):
        db = DictDB()
        db.add_record("a", {"header": {"deep": deep}, "content": {"x": []}})
        db.find_records({}, ["label"])  # the first time, Python makes notes of its own
        counted.append(calls(lambda db=db: db.find_records({"msg_id": "a"}, ["content"])))
    assert counted[0] == counted[1]
