"""CompositeFilter puts the operators of the query language to one value."""

from typing import Any

import pytest

from taskdb_reference import CompositeFilter
from taskdb_spec import MalformedOperand, QueryError, UnknownOperator


@pytest.mark.parametrize(
    ("operators", "passes", "fails"),
    [
        ({"$lt": 5, "$gt": 1}, [2, 4.5], [1, 5, None, "3", True]),
        ({"$gt": "b"}, ["c"], ["a", "b", None]),
        ({"$in": ["a", None]}, ["a", None], ["b", 1]),
        ({"$ne": None}, ["a", 0, []], [None]),
        ({"$mod": [4, -1]}, [-13, -1], [3, None, "3"]),
        ({"$all": [1, 2]}, [[2, 1, 3]], [[1], 1, "12"]),
        ({"$glob": "*.py", "$ne": "setup.py"}, ["a.py"], ["setup.py", "a.PY", None, 1]),
        ({"$exists": True}, [None, 0], []),
        ({"$not": {"$lt": 5}}, [5, None, "a"], [4]),
        ({"$elemMatch": {"x": 1}}, [[{"x": 1}]], [{"x": 1}, [{"x": 2}]]),
        ({"$eq": {"a": 1}}, [{"a": 1}, [{"a": 1}]], [{"a": 2}, {}]),
        ({}, [None, 1, "a", {}, []], []),
    ],
)
def test_values(operators: dict[str, Any], passes: list[Any], fails: list[Any]) -> None:
    accepts = CompositeFilter(operators)
    assert [value for value in passes if not accepts(value)] == []
    assert [value for value in fails if accepts(value)] == []


@pytest.mark.parametrize(
    ("operators", "refusal"),
    [
        ({"$where": "1"}, UnknownOperator),
        ({"$and": [{}]}, UnknownOperator),
        ({"lt": 5}, MalformedOperand),
        ({"$lt": 5, "gt": 1}, MalformedOperand),
        ({"$in": "abc"}, MalformedOperand),
        ({"$mod": [0, 1]}, MalformedOperand),
        ({1: 5}, MalformedOperand),
        (5, MalformedOperand),
        (None, MalformedOperand),
        ({"$eq": {1, 2}}, QueryError),
    ],
)
def test_refusals_come_before_any_value(operators: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        CompositeFilter(operators)


def test_the_operators_may_change_later_without_effect() -> None:
    operators = {"$in": ["a"]}
    accepts = CompositeFilter(operators)
    operators["$in"].append("b")
    assert not accepts("b")
