"""Tests that a query is refused if and only if it needs a capability that is not claimed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from taskdb_spec import ALL, CORE, Capability, QueryError, UnsupportedOperator, compile_query
from taskdb_spec.capabilities import QUERY_CAPABILITIES

NOON = datetime(2012, 3, 4, 12, tzinfo=UTC)

NEEDS: dict[Capability, list[dict[str, Any]]] = {
    Capability.presence: [{"label": {"$exists": True}}, {"label": {"$exists": False}}],
    Capability.glob: [{"label": {"$glob": "a*"}}],
    Capability.arith: [{"label": {"$mod": [4, 0]}}],
    Capability.logic: [
        {"$and": [{}]},
        {"$or": [{}]},
        {"$nor": [{}]},
        {"label": {"$not": {"$gt": "a"}}},
    ],
    Capability.paths: [{"header.a": "b"}, {"header.0": None}, {"header.": {"$ne": "a"}}],
    Capability.documents: [
        {"header": {}},
        {"header": {"a": 1}},
        {"header": {"$eq": {"$gt": 1}}},
        {"header": {"$lt": {"a": b"b"}}},
        {"header": {"$in": [{"a": 1}]}},
    ],
    Capability.arrays: [
        {"buffers": []},
        {"buffers": [b"a"]},
        {"buffers": (1, 2)},
        {"buffers": {"$gte": []}},
        {"buffers": {"$in": [["a"]]}},
        {"buffers": {"$size": 1}},
        {"buffers": {"$all": []}},
        {"buffers": {"$all": ["a"]}},
        {"buffers": {"$elemMatch": {"$gt": "a"}}},
        {"buffers": {"$elemMatch": {"a": "b"}}},
    ],
    Capability.bytes: [{"label": b""}, {"label": {"$gt": b"a"}}, {"label": {"$nin": [b"a"]}}],
    Capability.numbers: [
        {"label": 0},
        {"label": True},
        {"label": {"$lt": 1.5}},
        {"label": {"$in": [None, False]}},
    ],
    Capability.regex: [{"label": {"$regex": "a"}}, {"label": {"$regex": "a", "$options": "i"}}],
}

PAIRS = [(capability, query) for capability, queries in NEEDS.items() for query in queries]


def test_every_query_capability_has_examples() -> None:
    assert set(NEEDS) == QUERY_CAPABILITIES


@pytest.mark.parametrize(("capability", "query"), PAIRS)
def test_a_query_is_refused_without_its_capability(
    capability: Capability, query: dict[str, Any]
) -> None:
    for claimed in (CORE, ALL - {capability}):
        with pytest.raises(UnsupportedOperator, match=f"capability '{capability}'") as caught:
            compile_query(query, capabilities=claimed)
        assert caught.value.capability is capability
    compile_query(query, capabilities={capability})


@pytest.mark.parametrize(("capability", "query"), PAIRS)
def test_a_query_is_refused_in_any_branch(capability: Capability, query: dict[str, Any]) -> None:
    others = ALL - {capability} | {Capability.logic}
    if capability is not Capability.logic:
        with pytest.raises(UnsupportedOperator):
            compile_query({"$or": [{}, query]}, capabilities=others)
    with pytest.raises(UnsupportedOperator):
        compile_query({"buffers": {"$elemMatch": query}}, capabilities=ALL - {capability})


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"label": None},
        {"label": "a", "completed": NOON},
        *({"label": {name: "a"}} for name in ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte")),
        *({"completed": {name: NOON}} for name in ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte")),
        *({"completed": {name: None}} for name in ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte")),
        *({"label": {name: []}} for name in ("$in", "$nin")),
        *({"label": {name: [None, "a", NOON]}} for name in ("$in", "$nin")),
        {"label": {"$gt": "a", "$lt": "c", "$ne": None}},
    ],
)
def test_core_needs_none(query: dict[str, Any]) -> None:
    compile_query(query, capabilities=CORE)


def test_capabilities_may_be_given_by_name() -> None:
    assert compile_query({"$or": [{"label": "a"}]}, capabilities=["logic"])({"label": "a"})
    with pytest.raises(ValueError, match="telepathy"):
        compile_query({}, capabilities=["telepathy"])


def test_an_unknown_operator_is_not_an_unsupported_one() -> None:
    with pytest.raises(QueryError) as caught:
        compile_query({"label": {"$foo": 1}}, capabilities=CORE)
    assert not isinstance(caught.value, UnsupportedOperator)
