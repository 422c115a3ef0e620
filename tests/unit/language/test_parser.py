"""Tests of invalid queries: which error they raise, and its text."""

from __future__ import annotations

import copy
import pickle
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from taskdb_spec import (
    CORE,
    BadValue,
    MalformedOperand,
    QueryError,
    UnknownField,
    UnknownOperator,
    check_keys,
    compile_query,
    parse_query,
)
from taskdb_spec.language import tree
from taskdb_spec.records.domain import MAX_DEPTH, safe_repr

INF, NAN = float("inf"), float("nan")
HUGE = 10**5000  # its repr raises
NOON = datetime(2012, 3, 4, 12, tzinfo=UTC)


def refusal(query: object, **options: Any) -> QueryError:
    with pytest.raises(QueryError) as caught:
        compile_query(query, **options)
    return caught.value


def nested(levels: int, name: str, innermost: Any, in_list: bool = False) -> Any:
    for _ in range(levels):
        innermost = {name: [innermost] if in_list else innermost}
    return innermost


def cyclic() -> list[Any]:
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


MALFORMED: list[tuple[object, str]] = [
    # not a query
    *((query, "check") for query in (None, 5, "completed", [], [{}], {"completed"}, b"")),
    # logic
    *(({name: x}, f"check['{name}']") for name in ("$and", "$or", "$nor") for x in ([], {}, 5, "")),
    ({"$or": [{}, 5]}, "check['$or'][1]"),
    ({"$and": [{"$or": [None]}]}, "check['$and'][0]['$or'][0]"),
    *(({"label": {"$not": x}}, "check['label']['$not']") for x in ({}, 5, None, "a", [], {"a": 1})),
    # mixed
    ({"header": {"a": 1, "$gt": 1}}, "check['header']"),
    ({"header": {"$gt": 1, "a": 1}}, "check['header']"),
    ({"header": {"$not": {"$gt": 1, "a": 1}}}, "check['header']['$not']"),
    ({"buffers": {"$elemMatch": {"$gt": 1, "a": 1}}}, "check['buffers']['$elemMatch']"),
    ({"buffers": {"$elemMatch": {"a": 1, "$gt": 1}}}, "check['buffers']['$elemMatch']"),
    # lists of operands
    *(
        ({"label": {name: x}}, f"check['label']['{name}']")
        for name in ("$in", "$nin", "$all")
        for x in (None, 5, "ab", {}, {"a"}, {"a": 1}, iter("ab"), range(2))
    ),
    *(
        ({"label": {name: ["a", {"$gt": 1}]}}, f"check['label']['{name}'][1]")
        for name in ("$in", "$nin", "$all")
    ),
    ({"buffers": {"$all": [{"$elemMatch": {"$gt": 1}}]}}, "check['buffers']['$all'][0]"),
    ({"label": {"$in": [{"a": 1, "$gt": 1}]}}, "check['label']['$in'][0]"),
    # single operands
    *(
        ({"label": {"$exists": x}}, "check['label']['$exists']")
        for x in (None, 0, 1, 1.0, "true", [], {}, HUGE)
    ),
    *(
        ({"label": {"$size": x}}, "check['label']['$size']")
        for x in (None, True, -1, -0.5, 1.5, NAN, INF, -INF, 2**63, HUGE, "1", [1], {"$gt": 1})
    ),
    *(
        ({"label": {"$mod": x}}, "check['label']['$mod']")
        for x in (None, 4, "40", {}, [], [4], [4, 0, 0], {4, 0})
    ),
    *(
        ({"label": {"$mod": [x, 0]}}, "check['label']['$mod'][0]")
        for x in (0, 0.0, 0.9, -0.9, True, None, "4", NAN, INF, 2**63, 2.0**63, 1e300, HUGE, [4])
    ),
    *(
        ({"label": {"$mod": [4, x]}}, "check['label']['$mod'][1]")
        for x in (True, None, "0", NAN, -INF, -(2**63) - 1, 1e19, -HUGE, {})
    ),
    *(({"label": {"$elemMatch": x}}, "check['label']['$elemMatch']") for x in (None, 5, [], "a")),
    # text
    *(({"label": {"$glob": x}}, "check['label']['$glob']") for x in (None, 5, b"a", ["a"], {})),
    *(
        ({"label": {"$regex": x}}, "check['label']['$regex']")
        for x in (
            None,
            5,
            b"a",
            ["a"],
            re.compile("a"),
            "(",
            "[",
            "*",
            "a{2,1}",
            "(?P<n",
            "(" * 9999,
        )
    ),
    *(
        ({"label": {"$regex": "a", "$options": x}}, "check['label']['$options']")
        for x in ("x", "u", "I", "i ", None, 2, ["i"])
    ),
    ({"label": {"$options": "i"}}, "check['label']['$options']"),
    # too deep
    (nested(MAX_DEPTH + 1, "$and", {}, in_list=True), "check['$and'][0]"),
    ({"label": nested(MAX_DEPTH + 1, "$not", {"$gt": "a"})}, "check['label']['$not']"),
    ({"label": nested(5000, "$elemMatch", {"$gt": "a"})}, "check['label']['$elemMatch']"),
]


@pytest.mark.parametrize(("query", "location"), MALFORMED)
def test_malformed_queries(query: object, location: str) -> None:
    error = refusal(query)
    assert type(error) is MalformedOperand
    assert str(error).startswith(location)
    assert error.clause


@pytest.mark.parametrize(
    "query",
    [
        {"completed": {"$le": None}},
        {"completed": {"$and": [{}]}},
        {"completed": {"$where": "1"}},
        {"completed": {"$type": "date"}},
        {"completed": {"$comment": "a"}},
        {"completed": {"$not": {"$foo": 1}}},
        {"buffers": {"$elemMatch": {"$foo": 1}}},
        {"buffers": {"$elemMatch": {"$and": [{}], "$gt": 1}}},
        {"completed": {"$": 1}},
        {"completed": {"$LT": NOON}},
        *(
            {name: 1}
            for name in ("$where", "$expr", "$text", "$comment", "$jsonSchema", "$", "$foo")
        ),
        *({"header": {name: 1}} for name in ("$near", "$geoWithin", "$bitsAllSet", "$ref", "$id")),
        *({name: 1} for name in ("$not", "$eq", "$gt", "$in", "$regex", "$elemMatch")),
    ],
)
def test_unknown_operators(query: object) -> None:
    error = refusal(query)
    assert type(error) is UnknownOperator
    assert error.clause


@pytest.mark.parametrize(
    "query", [{"nope": 1}, {"": 1}, {".label": 1}, {"nope.a": 1}, {5: 1}, {None: 1}, {HUGE: 1}]
)
def test_unknown_fields(query: object) -> None:
    error = refusal(query)
    assert type(error) is UnknownField
    assert error.clause


@pytest.mark.parametrize(
    "operand",
    [
        {"a"},
        object(),
        1j,
        datetime(2012, 3, 4),
        re.compile("a"),
        bytearray(b"a"),
        2**63,
        -(2**63) - 1,
        HUGE,
        "\ud800",
        range(3),
        cyclic(),
        nested(MAX_DEPTH + 1, "a", 1),
        datetime.min.replace(tzinfo=UTC).date(),
    ],
    ids=lambda operand: type(operand).__name__,
)
def test_values_outside_the_domain(operand: object) -> None:
    queries = [
        {"header": operand},
        {"header": [operand]},
        {"header": {"a": (operand,)}},
        *({"header": {name: operand}} for name in ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte")),
        *({"header": {name: ["a", operand]}} for name in ("$in", "$nin", "$all")),
        {"$or": [{}, {"header": {"$not": {"$gt": operand}}}]},
    ]
    for query in queries:
        assert type(refusal(query)) is BadValue


@pytest.mark.parametrize("key", [1, None, ("a",), HUGE, "\ud800"], ids=safe_repr)
def test_keys_of_documents_must_be_str(key: object) -> None:
    assert type(refusal({"header": {key: 1}})) is BadValue
    assert type(refusal({"header": {"$in": [{"a": {key: 1}}]}})) is BadValue


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"completed": {"$lt": datetime(2012, 3, 4)}}, "check['completed']['$lt']: "),
        (
            {"completed": {"$le": 1}},
            "check['completed']: unknown operator '$le'; did you mean '$lt",
        ),
        ({"$an": [{}]}, "check: unknown operator '$an'; did you mean '$and'?"),
        ({"complete": None}, "check: no such field 'complete'; did you mean 'completed'?"),
        ({"zzzz": None}, "check: no such field 'zzzz'"),
        ({"label": {"$or": [{}]}}, "check['label']: '$or' belongs at the level of a query"),
        ({"$gt": 1}, "check: '$gt' belongs at the level of a field"),
        ({"$or": [{"header.a": {"$in": ["a", {1}]}}]}, "check['$or'][0]['header.a']['$in'][1]: "),
        ({"header": {"a": [1, {"b": 2**63}]}}, "check['header']['a'][1]['b']: an int must"),
        ({"label": {"$not": {"$size": -1}}}, "check['label']['$not']['$size']: "),
        (
            {"label": {"$size": 2**63}},
            "check['label']['$size']: must be a whole number in [0, 2**63)",
        ),
        ({"label": {"$mod": [4, 2**63]}}, "check['label']['$mod'][1]: must lie in [-2**63, 2**63)"),
        ({"label": {"$exists": 1}}, "check['label']['$exists']: must be True or False, not 1"),
    ],
)
def test_the_text_starts_with_the_location(query: object, text: str) -> None:
    assert str(refusal(query)).startswith(text)


def test_no_hint_without_a_similar_name() -> None:
    assert "did you mean" not in str(refusal({"zzzz": None}))


@pytest.mark.parametrize(
    ("query", "base"),
    [
        ({"nope": 1}, KeyError),
        ({"label": {"$foo": 1}}, KeyError),
        ({"label": {1}}, TypeError),
        ({"label": {"$in": 5}}, ValueError),
    ],
)
def test_the_builtin_base_classes_of_errors(query: object, base: type[Exception]) -> None:
    error = refusal(query)
    assert isinstance(error, base)
    assert isinstance(error, ValueError)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert (str(twin), vars(twin)) == (str(error), vars(error))


def test_an_unsupported_operator_is_a_key_error_that_can_be_pickled() -> None:
    error = refusal({"$or": [{}]}, capabilities=CORE)
    assert isinstance(error, KeyError)
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), vars(twin)) == (str(error), vars(error))


@pytest.mark.parametrize("where", ["check", "$and", "$or", "$nor"])
def test_validation_is_eager(where: str) -> None:
    """Also where evaluation would never come: behind a branch that decides alone."""
    bad = {"label": {"$foo": 1}}
    queries = {
        "check": {"client_uuid": {"$in": []}, **bad},
        "$and": {"$and": [{"client_uuid": {"$in": []}}, bad]},
        "$or": {"$or": [{}, bad]},
        "$nor": {"$nor": [{}, bad]},
    }
    assert type(refusal(queries[where])) is UnknownOperator


@pytest.mark.parametrize("kind", [dict, list])
def test_an_operand_that_contains_itself_twice_is_rejected_quickly(kind: type) -> None:
    itself: Any = kind()
    if isinstance(itself, dict):
        itself.update(a=itself, b=itself)
    else:
        itself.extend((itself, itself))
    for query in ({"header": itself}, {"header": {"$ne": itself}}, {"header": {"$in": [itself]}}):
        with pytest.raises(QueryError, match="nested more than 100 deep"):
            compile_query(query)


def test_arguments_are_not_modified() -> None:
    query = {
        "$or": [{"header": {"a": [1, {"b": (2, 3)}]}}, {"label": {"$in": ["a", None]}}],
        "buffers": {"$elemMatch": {"$gt": b"a"}, "$size": 2},
        "completed": {"$not": {"$regex": "a", "$options": "i"}},
    }
    before = copy.deepcopy(query)
    predicate = compile_query(query)
    predicate({"header": {"a": []}})
    assert repr(query) == repr(before)


def test_the_predicate_shares_nothing_with_the_query() -> None:
    operand = {"a": [1]}
    query = {"header": {"$in": [operand]}}
    predicate = compile_query(query)
    operand["a"].append(2)
    query["header"]["$in"].clear()
    assert predicate({"header": {"a": [1]}})


def test_ten_thousand_operands() -> None:
    names = [f"client-{i}" for i in range(10_000)]
    inside, outside = (compile_query({"label": {name: names}}) for name in ("$in", "$nin"))
    assert inside({"label": "client-9999"})
    assert not inside({"label": "client-10000"})
    assert outside({"label": "client-10000"})


@pytest.mark.parametrize("name", ["$not", "$elemMatch"])
def test_the_deepest_operators_work(name: str) -> None:
    compile_query({"buffers": nested(MAX_DEPTH, name, {"$gt": "a"})})


def test_the_deepest_logic_and_document_work() -> None:
    predicate = compile_query(nested(MAX_DEPTH, "$nor", {"label": "a"}, in_list=True))
    assert predicate({"label": "a"})
    document = nested(MAX_DEPTH, "a", 1)
    assert compile_query({"header": document})({"header": document})


def test_a_very_long_path() -> None:
    predicate = compile_query({"header." + "a." * 10_000 + "9" * 5000: None})
    assert predicate({"header": {"a": 1}})
    assert not predicate({"header": [1]})


def test_the_tree_of_a_query() -> None:
    path = tree.Path("header", ("a", "0"))
    assert parse_query({}) == tree.And(())
    assert parse_query({"header.a.0": 1}) == tree.Field(path, (tree.Eq(1),))
    assert parse_query({"header.a.0": {"$gt": 1, "$lt": 5}}) == tree.Field(
        path, (tree.Gt(1), tree.Lt(5))
    )
    assert parse_query({"label": "a", "$or": [{"queue": None}]}) == tree.And(
        (
            tree.Field(tree.Path("label"), (tree.Eq("a"),)),
            tree.Or((tree.Field(tree.Path("queue"), (tree.Eq(None),)),)),
        )
    )
    assert str(path) == "header.a.0"


@pytest.mark.parametrize("keys", [None, [], (), set(), {}])
def test_no_keys_mean_complete_records(keys: Any) -> None:
    assert check_keys(keys) is None


@pytest.mark.parametrize("keys", ["msg_id", b"msg_id", "", 5, HUGE], ids=safe_repr)
def test_keys_must_be_a_list(keys: object) -> None:
    with pytest.raises(MalformedOperand, match="keys: must be a list"):
        check_keys(keys)


@pytest.mark.parametrize("name", ["nope", "header.a", "", 5, None, [], HUGE], ids=safe_repr)
def test_unknown_keys(name: object) -> None:
    with pytest.raises(UnknownField, match="keys: no such field"):
        check_keys(["msg_id", name])
