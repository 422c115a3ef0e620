"""Every query of the Hub is answered from an index."""

from __future__ import annotations

from typing import Any

import pytest

from taskdb_reference.mongo import MongoDB
from taskdb_reference.mongo.collection import HISTORY_ORDER, get_collection
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.pushdown import make_server_filter
from taskdb_spec import compile_query, outstanding, pending
from tests.support.query_strategies import NOON


def stages(plan: Any) -> list[dict[str, Any]]:
    """The stages of a plan, from the last to the first."""
    if isinstance(plan, list):
        return [stage for part in plan for stage in stages(part)]
    inner = plan.get("inputStage") or plan.get("inputStages") or []
    return [plan, *stages(inner)] if "stage" in plan else []


def winning(cursor: Any) -> list[dict[str, Any]]:
    return stages(cursor.explain()["queryPlanner"]["winningPlan"])


@pytest.mark.parametrize(
    ("query", "member"),
    [
        (pending(), "completed"),
        (outstanding("c1"), "client_uuid"),
        ({"client_uuid": "c1"}, "client_uuid"),
        ({"engine_uuid": "e1", "completed": {"$ne": None}}, "engine_uuid"),
        ({"msg_id": "5"}, "msg_id"),
        ({"msg_id": {"$in": ["5", "6"]}}, "msg_id"),
        ({"msg_id": {"$in": ["5", "6"]}, "completed": {"$ne": None}}, "msg_id"),
        ({"msg_id": {"$glob": "5*"}}, "msg_id"),
    ],
    ids=str,
)
def test_a_query_of_the_hub(store: MongoDB, query: dict[str, Any], member: str) -> None:
    for number in range(60):
        at = NOON if number % 20 else None
        ids = {"client_uuid": f"c{number}", "engine_uuid": f"e{number}"}
        store.add_record(str(number), {"completed": at, **ids})
    server_filter = make_server_filter(compile_query(query).tree)
    filter = {"$and": [{"store": store.namespace}, server_filter.filter]}
    used = [s for s in winning(get_collection(Server(store.url)).find(filter)) if "indexName" in s]
    assert [tuple(stage["keyPattern"])[:2] for stage in used] == [("store", member)]
    assert used[0]["indexBounds"][member] != ["[MinKey, MaxKey]"]


def test_the_history(store: MongoDB) -> None:
    found = get_collection(Server(store.url)).find(
        {"store": store.namespace}, {"_id": 0, "msg_id": 1}
    )
    names = [stage["stage"] for stage in winning(found.sort(list(HISTORY_ORDER)))]
    assert names == ["PROJECTION_COVERED", "IXSCAN"]
