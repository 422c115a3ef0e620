"""Each query of the Hub is answered by an index, whatever SQLite believes of the table's size."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from taskdb_reference.sql.query_translation import QueryTranslator
from taskdb_reference.sqlite import SQLiteDB
from taskdb_reference.sqlite.culling import CULL_ORDER
from taskdb_spec import compile_query, finished_on, mia, outstanding, pending, queued_on, unassigned

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
IDS = [f"id{number}" for number in range(10_000)]

QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "pending": (pending(), "records_by_completed (completed=?)"),
    "mia": (mia(), "records_by_completed (completed=?)"),
    "unassigned": (unassigned(), "records_by_engine (engine_uuid=? AND completed=?)"),
    "outstanding": (outstanding("c"), "records_by_client (client_uuid=? AND completed=?)"),
    "queued on": (queued_on("e"), "records_by_engine (engine_uuid=? AND completed=?)"),
    "finished on": (finished_on("e"), "records_by_engine (engine_uuid=? AND completed>?)"),
    "one id": ({"msg_id": "id7"}, "sqlite_autoindex_records_1 (msg_id=?)"),
    "ids": ({"msg_id": {"$in": IDS}}, "sqlite_autoindex_records_1 (msg_id=?)"),
    "ids of a client": (
        {"msg_id": {"$in": IDS}, "completed": {"$ne": None}},
        "sqlite_autoindex_records_1 (msg_id=?)",
    ),
    "submitted since": ({"submitted": {"$gte": NOON}}, "records_by_submitted (submitted>?)"),
    "submitted between": (
        {"submitted": {"$gte": NOON, "$lt": NOON}},
        "records_by_submitted (submitted>? AND submitted<?)",
    ),
    "completed before": ({"completed": {"$lt": NOON}}, "records_by_completed (completed<?)"),
    "ids by prefix": ({"msg_id": {"$glob": "id1*"}}, "(msg_id>? AND msg_id<?)"),
    "text in a header of a client's": (
        {"client_uuid": "c", "header.user": "x"},
        "records_by_client (client_uuid=?)",
    ),
}


@pytest.fixture(scope="module")
def db():
    store = SQLiteDB(filename=":memory:")
    for number in range(200):
        store.add_record(IDS[number], {"client_uuid": "c", "submitted": NOON})
    yield store
    store.close()


def plan(db: SQLiteDB, rest: str, params: Any = ()) -> str:
    with db._begin_read() as run:
        rows = list(run(f"EXPLAIN QUERY PLAN SELECT * FROM records {rest}", params))
    return "; ".join(row[-1] for row in rows)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_the_hub_uses_its_index(db: SQLiteDB, name: str) -> None:
    query, index = QUERIES[name]
    where = QueryTranslator(db.dialect).translate(compile_query(query).tree)
    assert index in plan(db, f"WHERE {where.sql}", where.params)


def test_the_history_is_read_from_its_index(db: SQLiteDB) -> None:
    with db._begin_read() as run:
        sql = f"EXPLAIN QUERY PLAN SELECT msg_id FROM records ORDER BY {db.dialect.history_order}"
        [row] = run(sql, ())
    assert row[-1] == "SCAN records USING COVERING INDEX records_by_submitted"


def test_a_cull_reads_as_far_as_it_has_to(db: SQLiteDB) -> None:
    assert plan(db, f"ORDER BY {CULL_ORDER}") == "SCAN records USING INDEX records_to_cull"
