"""What the server finds is what the query selects, or more where the filter says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from taskdb_reference.mongo import MongoDB
from taskdb_reference.mongo.codec import Document, encode_value
from taskdb_reference.mongo.config import Server
from taskdb_reference.mongo.connection import get_client
from taskdb_reference.mongo.pushdown import make_server_filter
from taskdb_spec import compile_query
from taskdb_spec.model import Model
from tests.support.query_strategies import NOON, Draw
from tests.unit.language.test_mongodb_cases import ANSWERED, decoded

DEEP = 99  # the deepest that is a query; the server stops before


@pytest.fixture
def filled(store: MongoDB) -> tuple[MongoDB, Model]:
    """A store and a model with the same 80 records."""
    model, draw = Model(), Draw(0)
    for number in range(80):
        record = draw.record()
        store.add_record(str(number), record)
        model.add_record(str(number), record)
    return store, model


def found(store: Any, query: dict[str, Any]) -> set[str]:
    return set(store.find_records(query, ["msg_id"]))


def test_random_queries_find_what_the_model_finds(filled: tuple[MongoDB, Model]) -> None:
    store, model = filled
    draw, seen = Draw(1), Counter[str]()
    for _ in range(60):
        draw.record()  # its paths are those of the queries
    for _ in range(1500):
        query = draw.query()
        wanted = found(model, query)
        assert found(store, query) == wanted, query
        seen["some"] += 0 < len(wanted) < 80
        seen["exact"] += make_server_filter(compile_query(query).tree).is_exact
    assert seen["some"] > 200
    assert seen["exact"] > 600


def test_random_queries_drop_what_the_model_drops(filled: tuple[MongoDB, Model]) -> None:
    store, model = filled
    draw, emptied = Draw(2), 0
    for _ in range(60):
        draw.record()  # its paths are those of the queries
    for _ in range(200):
        query = draw.query()
        if len(found(model, query)) < 20:
            before = len(model.records)
            store.drop_matching_records(query)
            model.drop_matching_records(query)
            assert sorted(store.get_history()) == sorted(model.records), query
            emptied += len(model.records) < before
    assert emptied > 10


@pytest.fixture
def answers(mongo_url: str) -> Iterator[Any]:
    """A collection with the record of each case."""
    collection = get_client(Server(mongo_url))["taskdb-test-cases"].cases
    collection.drop()
    collection.insert_many(
        {"_id": case["id"], **encode_value(decoded(case["record"]))[0]} for case in ANSWERED
    )
    yield collection
    collection.drop()


def test_the_answers_of_a_real_server(answers: Any) -> None:
    exact = 0
    for case in ANSWERED:
        server_filter = make_server_filter(compile_query(decoded(case["query"]), fields=None).tree)
        answer = answers.find_one({"$and": [{"_id": case["id"]}, server_filter.filter]}) is not None
        assert answer or not case["expected"], case["id"]
        assert answer == case["expected"] or not server_filter.is_exact, case["id"]
        exact += server_filter.is_exact
    assert exact > 0.7 * len(ANSWERED)


def nested(query: dict[str, Any], operator: str) -> dict[str, Any]:
    for _ in range(DEEP):
        query = {operator: [query]}
    return query


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (nested({"label": "a"}, "$and"), {"1"}),
        (nested({"label": "a"}, "$nor"), {"2"}),  # an odd number of complements
        ({f"header.{'a.' * 150}b": None}, {"1", "2"}),
        ({"label": {"$in": ["a", *(f"{i:01000}" for i in range(18_000))]}}, {"1"}),
        ({"label": {"$regex": "a" * 40_000}}, set()),
        ({"label": {"$glob": f"*{'a' * 40_000}*"}}, set()),
        ({"label": {"$regex": "[ab]\0?"}}, {"1", "2"}),
        ({"header.a": {"$size": 2**40}}, set()),
        ({"label": {"$regex": r"\Aa(?#comment)\Z"}}, {"1"}),  # of Python's dialect alone
    ],
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value)[:30],
)
def test_what_the_server_would_refuse(
    store: MongoDB, query: dict[str, Any], expected: set[str]
) -> None:
    for msg_id, label in (("1", "a"), ("2", "b")):
        store.add_record(msg_id, {"label": label})
    assert found(store, query) == expected


@pytest.mark.parametrize(("options", "expected"), [("", set()), ("m", {"a"}), ("im", {"a", "b"})])
def test_a_search_with_options(store: MongoDB, options: str, expected: set[str]) -> None:
    for msg_id, label in (("a", "x\ny"), ("b", "x\nY")):
        store.add_record(msg_id, {"label": label})
    assert found(store, {"label": {"$regex": "^y", "$options": options}}) == expected


def test_a_long_search_is_not_given_up(store: MongoDB) -> None:
    """PCRE gives up on these, and says that nothing matches."""
    store.add_record("a", {"stdout": "a" * 100_000})
    assert found(store, {"stdout": {"$regex": "^(a|aa)+$"}}) == {"a"}
    assert found(store, {"stdout": {"$glob": "*a*a*a"}}) == {"a"}


@pytest.mark.parametrize("name", ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"])
def test_instants_compare_by_the_microsecond(store: MongoDB, name: str) -> None:
    model = Model()
    instants = [NOON + timedelta(microseconds=count) for count in (-1, 0, 1, 999, 1000, 1001)]
    for number, instant in enumerate(instants):
        for each in (store, model):
            each.add_record(str(number), {"submitted": instant, "header": {"a": [instant]}})
    for instant in instants:
        for path, operand in (
            ("submitted", instant),
            ("header.a", instant),
            ("header", {"a": [instant]}),
        ):
            query = {path: {name: operand}}
            assert found(store, query) == found(model, query), query


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ({}, {}),
        ({"completed": None}, {"completed": {"$eq": None}}),
        ({"msg_id": {"$in": ["a", "b"]}}, {"msg_id": {"$in": ["a", "b"]}}),
        ({"header.a\x00": 1}, {"header.a\x01\x02": {"$eq": 1}}),
        ({"completed": {"$lt": NOON}}, {"completed": {"$lt": NOON}}),
        (
            {"completed": {"$ne": None}, "queue": "q"},
            {"$and": [{"completed": {"$ne": None}}, {"queue": {"$eq": "q"}}]},
        ),
    ],
    ids=str,
)
def test_what_is_sent_whole(query: dict[str, Any], sent: Document) -> None:
    server_filter = make_server_filter(compile_query(query).tree)
    assert server_filter.is_exact
    assert server_filter.filter == sent
