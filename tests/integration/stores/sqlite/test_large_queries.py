"""Queries larger than SQL takes are answered all the same, as the model answers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec.model import Model

RECORDS = {"a": "x", "b": "y", "c": None, "d\x00": "\x01", "e": "y"}


@pytest.fixture
def found() -> Any:
    """The ids that a query finds, in store and model alike."""
    db, model = SQLiteDB(filename=":memory:"), Model()
    for store in (db, model):
        for msg_id, label in RECORDS.items():
            store.add_record(msg_id, {"label": label, "header": {"n": label}})

    def ask(query: dict[str, Any]) -> list[str]:
        answer = sorted(db.find_records(query, keys=["label"]))
        assert answer == sorted(model.find_records(query))
        return answer

    yield ask
    db.close()


Found = Callable[[dict[str, Any]], list[str]]


@pytest.mark.parametrize("count", [1, 499, 500, 501, 3_000])
def test_as_many_branches_as_one_likes(found: Found, count: int) -> None:
    others: list[Any] = [{"label": f"no{number}"} for number in range(count)]
    assert found({"$or": [*others, {"label": "x"}]}) == ["a"]
    assert found({"$nor": [*others, {"label": "x"}]}) == ["b", "c", "d\x00", "e"]
    assert len(found({"$and": [{"label": {"$ne": f"no{n}"}} for n in range(count)]})) == 5
    assert found({"$or": [{"completed": None, "label": None}] * count}) == ["c"]


@pytest.mark.parametrize("depth", [1, 2, 5, 6, 7, 11, 12, 13, 14, 50, 95])
def test_as_deep_as_queries_may_be(found: Found, depth: int) -> None:
    nested: dict[str, Any] = {"label": "x", "msg_id": "a"}
    negated: dict[str, Any] = {"label": "x"}
    for level in range(depth):
        other = {"label": "y", "msg_id": {"$ne": "b"}}
        nested = {"$or": [other, nested]} if level % 2 else {"$and": [{"label": "x"}, nested]}
        negated = {"$nor": [negated, {"msg_id": "b", "label": "x"}]}
    assert found(nested) == (["a", "e"] if depth % 2 == 0 else ["a"])
    assert found(negated) == (["a"] if depth % 2 == 0 else ["b", "c", "d\x00", "e"])


@pytest.mark.parametrize("depth", [3, 12, 13, 14, 90])
@pytest.mark.parametrize("path", ["label", "header.n"])
def test_negations_as_deep_as_they_may_be(found: Found, path: str, depth: int) -> None:
    operators: dict[str, Any] = {"$eq": "x"}
    for _ in range(depth):
        operators = {"$not": operators}
    assert found({path: operators}) == (["b", "c", "d\x00", "e"] if depth % 2 else ["a"])


@pytest.mark.parametrize("count", [8, 9, 10_000, 40_000])
def test_ten_thousand_ids_and_more(found: Found, count: int) -> None:
    ids = [f"never{number}" for number in range(count)]
    assert found({"msg_id": {"$in": [*ids, "a", "d\x00"]}}) == ["a", "d\x00"]
    assert found({"msg_id": {"$nin": [*ids, "a", None]}}) == ["b", "c", "d\x00", "e"]
    assert found({"label": {"$in": [*ids, "\x01", None]}}) == ["c", "d\x00"]
    assert found({"header.n": {"$in": [*ids, "\x01", None]}}) == ["c", "d\x00"]
