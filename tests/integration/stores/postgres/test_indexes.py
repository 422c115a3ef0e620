"""Each query of the Hub is answered by an index that also knows the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from taskdb_reference.postgres import PostgresDB
from taskdb_reference.sql.conditions import all_of
from taskdb_reference.sql.query_translation import QueryTranslator
from taskdb_spec import compile_query, finished_on, mia, outstanding, pending, queued_on, unassigned
from taskdb_spec.records.timestamps import to_microseconds

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
IDS = [f"id{number}" for number in range(10)]
BY = "taskdb_records_by_"

QUERIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "pending": (pending(), f"{BY}completed", "completed IS NULL"),
    "mia": (mia(), f"{BY}completed", "completed IS NULL"),
    "unassigned": (unassigned(), f"{BY}engine", "engine_uuid IS NULL"),
    "outstanding": (outstanding("c1"), f"{BY}client", "client_uuid = 'c1'"),
    "queued on": (queued_on("e1"), f"{BY}engine", "engine_uuid = 'e1'"),
    "finished on": (finished_on("e1"), f"{BY}engine", "completed IS NOT NULL"),
    "one id": ({"msg_id": "id7"}, "taskdb_records_pkey", "msg_id = 'id7'"),
    "ids": ({"msg_id": {"$in": IDS}}, "taskdb_records_pkey", "msg_id = ANY"),
    "submitted since": (
        {"submitted": {"$gte": NOON + timedelta(hours=80)}},
        f"{BY}submitted",
        "submitted >= ",
    ),
    "completed before": (
        {"completed": {"$lt": NOON + timedelta(hours=2)}},
        f"{BY}completed",
        "completed < ",
    ),
    "ids by prefix": ({"msg_id": {"$glob": "id12*"}}, "taskdb_records_pkey", "msg_id >= 'id12'"),
}


@pytest.fixture(scope="module")
def db(postgres_url: str):
    """A store of 5,000 tasks, one in a hundred pending, beside one as large."""
    stores = [PostgresDB(url=postgres_url, namespace=name) for name in ("indexes", "others")]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for store in stores:
            connection.execute(
                "INSERT INTO taskdb_records (store, msg_id, client_uuid, engine_uuid, submitted, "
                "completed) SELECT %s, 'id' || n, 'c' || n %% 50, "
                "CASE WHEN n %% 100 > 0 THEN 'e' || n %% 50 END, %s + n::bigint * 60000000, "
                "CASE WHEN n %% 100 > 0 THEN %s + n::bigint * 60000000 END "
                "FROM generate_series(1, 5000) AS n",
                (store.namespace, to_microseconds(NOON), to_microseconds(NOON)),
            )
        connection.execute("ANALYZE taskdb_records")
    yield stores[0]
    for store in stores:
        store.drop_matching_records({})
        store.close()


def plan(db: PostgresDB, sql: str, params: Any) -> str:
    with db._begin_read() as run:
        return "\n".join(line for (line,) in run(f"EXPLAIN {sql}", params))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_the_hub_uses_its_index(db: PostgresDB, name: str) -> None:
    query, index, condition = QUERIES[name]
    where = all_of(
        [db._in_store(), QueryTranslator(db.dialect).translate(compile_query(query).tree)]
    )
    lines = plan(db, f"SELECT * FROM taskdb_records WHERE {where.sql}", where.params)
    assert index in lines
    assert "Seq Scan" not in lines
    [index_condition] = [line for line in lines.splitlines() if "Index Cond" in line]
    assert "store = 'indexes'" in index_condition
    assert condition in index_condition


def test_the_history_is_read_from_its_index(db: PostgresDB) -> None:
    scope = db._in_store()
    order = f"ORDER BY {db.dialect.history_order}"
    with db._begin_read() as run:
        run("SET enable_sort = off", ())  # the index has the order, however large the store
        sql = f"EXPLAIN SELECT msg_id FROM taskdb_records WHERE {scope.sql} {order}"
        lines = "\n".join(line for (line,) in run(sql, scope.params))
        run("RESET enable_sort", ())
    assert "taskdb_records_by_submitted" in lines
    assert "Sort" not in lines
