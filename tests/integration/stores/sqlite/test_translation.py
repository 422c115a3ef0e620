"""From trees to conditions: what SQL decides alone, what it narrows, and that nothing is pasted."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from taskdb_reference.sql.conditions import MAX_LEAVES, SqlCondition
from taskdb_reference.sql.query_translation import QueryTranslator
from taskdb_reference.sqlite import SQLiteDB
from taskdb_spec import compile_query
from taskdb_spec.conformance.core.program import instantiate
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.values import ValueGenerator

DAY = datetime(1970, 1, 2, tzinfo=UTC)
MICROSECONDS = 86_400_000_000
AMONG = "IN (SELECT value FROM json_each(?))"


def translated(query: dict[str, Any]) -> SqlCondition:
    return QueryTranslator(SQLiteDB.dialect).translate(compile_query(query).tree)


EXACT: list[tuple[dict[str, Any], str, tuple[Any, ...]]] = [
    ({}, "TRUE", ()),
    ({"label": "a\x00"}, "label = ?", ("a\x01\x01",)),
    ({"label": None}, "label IS NULL", ()),
    ({"label": {"$ne": None}}, "label IS NOT NULL", ()),
    ({"label": {"$ne": "a"}}, "(label = ?) IS NOT TRUE", ("a",)),
    ({"label": {"$gt": "a", "$lte": "b"}}, "(label > ? AND label <= ?)", ("a", "b")),
    ({"label": {"$gte": None}}, "label IS NULL", ()),
    ({"label": {"$gt": None}}, "FALSE", ()),
    ({"label": {"$in": ["a", "b", None]}}, f"(label IS NULL OR label {AMONG})", ('["a", "b"]',)),
    ({"label": {"$in": []}}, "FALSE", ()),
    ({"label": {"$nin": []}}, "TRUE", ()),
    ({"label": {"$in": [1, b"a", DAY, [], {}]}}, "FALSE", ()),
    ({"label": 1}, "FALSE", ()),
    ({"label": {"$lt": DAY}}, "FALSE", ()),
    ({"label": {"$exists": True}}, "TRUE", ()),
    ({"label": {"$exists": False}}, "FALSE", ()),
    ({"label": {"$mod": [2, 0]}}, "FALSE", ()),
    ({"label": {"$size": 0}}, "FALSE", ()),
    ({"label": {"$glob": "plain"}}, "label = ?", ("plain",)),
    ({"label": {"$all": []}}, "FALSE", ()),
    ({"label": {"$all": ["a", "b"]}}, "(label = ? AND label = ?)", ("a", "b")),
    ({"label": {"$not": {"$eq": "a"}}}, "(label = ?) IS NOT TRUE", ("a",)),
    ({"label.a": None}, "TRUE", ()),
    ({"label.a": {"$exists": True}}, "FALSE", ()),
    ({"label.a": {"$ne": "x"}}, "TRUE", ()),
    ({"submitted": DAY}, "submitted = ?", (MICROSECONDS,)),
    ({"submitted": {"$in": [DAY, "a"]}}, f"submitted {AMONG}", (f"[{MICROSECONDS}]",)),
    ({"submitted": {"$regex": "."}}, "FALSE", ()),
    ({"submitted": {"$glob": "a*"}}, "FALSE", ()),
    ({"resubmitted": "a"}, "resubmitted = ?", ("a",)),
    ({"resubmitted": {"$lt": DAY}}, "resubmitted_at < ?", (MICROSECONDS,)),
    ({"resubmitted": None}, "(resubmitted IS NULL AND resubmitted_at IS NULL)", ()),
    (
        {"resubmitted": {"$ne": None}},
        "(resubmitted IS NOT NULL OR resubmitted_at IS NOT NULL)",
        (),
    ),
    ({"header": None}, "header IS NULL", ()),
    ({"buffers": {"$ne": None}}, "buffers IS NOT NULL", ()),
    ({"header": {"$exists": True}}, "TRUE", ()),
    ({"$or": [{"label": "a"}, {"label": 1}]}, "label = ?", ("a",)),
    (
        {"$nor": [{"label": "a"}, {"label": None}]},
        "((label = ?) IS NOT TRUE AND (label IS NULL) IS NOT TRUE)",
        ("a",),
    ),
]


@pytest.mark.parametrize(("query", "sql", "params"), EXACT, ids=lambda value: repr(value)[:60])
def test_what_sql_decides_alone(query: dict[str, Any], sql: str, params: tuple[Any, ...]) -> None:
    condition = translated(query)
    assert (condition.sql, condition.params, condition.is_exact) == (sql, params, True)


NARROWED: list[tuple[dict[str, Any], str, tuple[Any, ...]]] = [
    ({"label": {"$glob": "a*"}}, "(label >= ? AND label < ?)", ("a", "b")),
    ({"label": {"$glob": "*a"}}, "label IS NOT NULL", ()),
    ({"label": {"$regex": "a"}}, "label IS NOT NULL", ()),
    ({"header.a": "x"}, "instr(header, ?) > 0", ('"x"',)),
    ({"header.a": DAY}, "instr(header, ?) > 0", (f'{{"$date":{MICROSECONDS}}}',)),
    ({"header.a": b"x"}, "instr(header, ?) > 0", ('{"$bytes":"eA=="}',)),
    (
        {"header.a": {"$in": ["x", "y"]}},
        "(instr(header, ?) > 0 OR instr(header, ?) > 0)",
        ('"x"', '"y"'),
    ),
    (
        {"header.a": {"$all": ["x", "y"]}},
        "(instr(header, ?) > 0 AND instr(header, ?) > 0)",
        ('"x"', '"y"'),
    ),
    ({"header.a": {"$in": ["x", 1]}}, "(instr(header, ?) > 0 OR header IS NOT NULL)", ('"x"',)),
    ({"header.a": {"$in": list("abcdefghi")}}, "header IS NOT NULL", ()),
    ({"header.a": 1}, "header IS NOT NULL", ()),
    ({"header": {}}, "header IS NOT NULL", ()),
    ({"buffers": b"x"}, "buffers IS NOT NULL", ()),
    ({"header.a": {"$exists": True}}, "header IS NOT NULL", ()),
    ({"header.a": None}, "TRUE", ()),
    ({"header.a": {"$exists": False}}, "TRUE", ()),
    ({"header.a": {"$ne": "x"}}, "TRUE", ()),
    ({"header.a": {"$nin": ["x"]}}, "TRUE", ()),
    ({"header.a": {"$not": {"$eq": "x"}}}, "TRUE", ()),
    ({"label": {"$not": {"$glob": "a*"}}}, "TRUE", ()),
    ({"$nor": [{"header.a": "x"}, {"label": None}]}, "(label IS NULL) IS NOT TRUE", ()),
    ({"$or": [{"header.a": {"$ne": 1}}, {"label": None}]}, "TRUE", ()),
    ({"header.a": 1, "label": "x"}, "(header IS NOT NULL AND label = ?)", ("x",)),
]


@pytest.mark.parametrize(("query", "sql", "params"), NARROWED, ids=lambda value: repr(value)[:60])
def test_what_sql_narrows(query: dict[str, Any], sql: str, params: tuple[Any, ...]) -> None:
    condition = translated(query)
    assert (condition.sql, condition.params, condition.is_exact) == (sql, params, False)


def test_what_is_too_large_for_sql_is_left_to_the_predicate() -> None:
    branches: list[Any] = [{"label": str(number)} for number in range(MAX_LEAVES)]
    assert translated({"$or": branches}).is_exact
    assert translated({"$or": [*branches, {"label": "x"}]}) == SqlCondition("TRUE", is_exact=False)
    beside = translated({"$or": [*branches, {"label": "x"}], "queue": "q"})
    assert (beside.sql, beside.params, beside.is_exact) == ("queue = ?", ("q",), False)


@pytest.mark.parametrize("clause", sorted(QUERY_GENERATORS))
def test_operands_are_never_part_of_the_sql(clause: str) -> None:
    generator = ValueGenerator(RandomSource(clause))
    for _ in range(10):
        condition = translated(instantiate(QUERY_GENERATORS[clause](generator).query))
        assert re.fullmatch(r"[A-Za-z_ ().,?<>=0]*", condition.sql)
        assert condition.sql.count("?") == len(condition.params)
