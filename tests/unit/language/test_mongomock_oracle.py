"""CORE queries against mongomock, an implementation of MongoDB by others.

One divergence of mongomock 4.3 is known, and left out as narrowly as can be: ``$lte`` and ``$gte``
None do not match a *missing* field there. Such a query is put to records that have all fields,
which is what every store holds.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import mongomock
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskdb_spec import CORE, compile_query

FIELDS = ("client_uuid", "completed", "resubmitted")
NOON = datetime(2012, 3, 4, 12, tzinfo=UTC)

texts = st.sampled_from(["", "a", "b", "ab", "é", "\U0001f600", "\uffff"])
instants = st.builds(
    lambda milliseconds, hours: (NOON + timedelta(milliseconds=milliseconds)).astimezone(
        timezone(timedelta(hours=hours))
    ),
    st.integers(-1, 1),
    st.sampled_from([0, 0, -7, 14]),
)
values = st.one_of(st.none(), texts, instants)
records = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, values))

tests = st.one_of(
    st.builds(
        lambda name, operand: {name: operand},
        st.sampled_from(["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"]),
        values,
    ),
    st.builds(
        lambda name, operands: {name: operands},
        st.sampled_from(["$in", "$nin"]),
        st.lists(values, max_size=5),
    ),
)
several = st.lists(tests, min_size=1, max_size=2).map(
    lambda parts: {name: operand for part in parts for name, operand in part.items()}
)
queries = st.dictionaries(st.sampled_from(FIELDS), several | values, min_size=1, max_size=2)


def orders_null(query: dict[str, Any]) -> bool:
    operators = [test for test in query.values() if isinstance(test, dict)]
    return any(test.get(name, 0) is None for test in operators for name in ("$lte", "$gte"))


def find_with_mongomock(stored: list[dict[str, Any]], query: dict[str, Any]) -> list[int]:
    collection = mongomock.MongoClient(tz_aware=True).db.tasks
    collection.insert_many({"_id": i, **record} for i, record in enumerate(stored))
    return sorted(found["_id"] for found in collection.find(query))


def find_with_compile_query(stored: list[dict[str, Any]], query: dict[str, Any]) -> list[int]:
    predicate = compile_query(query, capabilities=CORE)
    return [i for i, record in enumerate(stored) if predicate(record)]


def test_core_queries_agree() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=300, derandomize=True, deadline=None, database=None)
    @given(st.lists(records, min_size=5, max_size=9), st.lists(queries, min_size=4, max_size=4))
    def agree(stored: list[dict[str, Any]], several: list[dict[str, Any]]) -> None:
        for query in several:
            whole = [dict.fromkeys(FIELDS) | record for record in stored]
            asked = whole if orders_null(query) else stored
            found = find_with_compile_query(asked, query)
            assert found == find_with_mongomock(asked, query)
            seen["queries"] += 1
            seen["comparisons"] += len(stored)
            seen["some, not all"] += 0 < len(found) < len(stored)

    agree()
    assert seen["comparisons"] > 5000
    assert seen["some, not all"] > seen["queries"] / 4


@pytest.mark.parametrize("name", ["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"])
@pytest.mark.parametrize("operand", [None, "", "a", NOON], ids=repr)
def test_every_comparison_with_every_class(name: str, operand: object) -> None:
    stored = [{"label": value} for value in (None, "", "a", "b")]
    stored += [{"label": NOON + timedelta(milliseconds=shift)} for shift in (-1, 0, 1)]
    query = {"label": {name: operand}}
    assert find_with_compile_query(stored, query) == find_with_mongomock(stored, query)


@pytest.mark.parametrize("name", ["$in", "$nin"])
@pytest.mark.parametrize("operands", [[], [None], ["a"], [None, "a"], [NOON, None, ""]], ids=repr)
def test_every_membership(name: str, operands: list[Any]) -> None:
    stored = [{}, *({"label": value} for value in (None, "", "a", "b", NOON))]
    query = {"label": {name: operands}}
    assert find_with_compile_query(stored, query) == find_with_mongomock(stored, query)


def test_the_empty_query_selects_everything() -> None:
    stored = [{}, {"label": "a"}]
    assert find_with_compile_query(stored, {}) == find_with_mongomock(stored, {}) == [0, 1]


@pytest.mark.parametrize("name", ["$lte", "$gte"])
def test_the_known_divergence_is_still_there(name: str) -> None:
    """Should this fail, mongomock has been mended, and the exclusion above can go."""
    query = {"label": {name: None}}
    assert find_with_compile_query([{}], query) == [0]
    assert find_with_mongomock([{}], query) == []
