"""The answers that a MongoDB 6.0.5 server gave, case by case (see the data file's "about")."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import ALL, Capability, QueryError, UnsupportedOperator, compile_query
from taskdb_spec.capabilities import QUERY_CAPABILITIES

DATA = Path(__file__).parents[2] / "data" / "mongodb-6.0.5-cases.json"

DECODERS: dict[str, Any] = {
    "__dt__": datetime.fromisoformat,
    "__bytes__": base64.b64decode,
    "__float__": float,
    "__int__": int,
}

NEEDED_BY_OPERATOR = {
    "$exists": Capability.presence,
    "$glob": Capability.glob,
    "$mod": Capability.arith,
    "$and": Capability.logic,
    "$or": Capability.logic,
    "$nor": Capability.logic,
    "$not": Capability.logic,
    "$all": Capability.arrays,
    "$size": Capability.arrays,
    "$elemMatch": Capability.arrays,
    "$regex": Capability.regex,
    "$options": Capability.regex,
}

# A tag speaks of record and query together; "generic-scalars" are numbers in fields made up for
# the case, and the core needs no name.
TAGS = {"generic-scalars": Capability.numbers, "core": None}


def decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(key, item)] = value.items()
        if key in DECODERS:
            return DECODERS[key](item)
    return {key: decoded(item) for key, item in value.items()}


CASES = json.loads(DATA.read_text())["cases"]
ANSWERED = [case for case in CASES if case["expected"] != "error"]


def each(cases: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


def is_supported(query: Any, capabilities: frozenset[Capability]) -> bool:
    try:
        compile_query(query, fields=None, capabilities=capabilities)
    except UnsupportedOperator:
        return False
    return True


def needed(query: Any) -> frozenset[Capability]:
    """The capabilities that the query cannot do without."""
    return frozenset(one for one in QUERY_CAPABILITIES if not is_supported(query, ALL - {one}))


def written(query: Any) -> Iterator[Capability]:
    """The capabilities that can be read off the query's text, knowing nothing of its structure."""
    if isinstance(query, dict):
        for key, item in query.items():
            if key in NEEDED_BY_OPERATOR:
                yield NEEDED_BY_OPERATOR[key]
            elif "." in key:
                yield Capability.paths
            yield from written(item)
    elif isinstance(query, list):
        for item in query:
            yield from written(item)
    elif isinstance(query, int | float):  # bool as well
        yield Capability.numbers
    elif isinstance(query, bytes):
        yield Capability.bytes


# Numbers that are part of an operator's form are no operands that a field is compared with.
FORMAL = ("$mod", "$size", "$exists")


def without_formal(query: Any) -> Any:
    if isinstance(query, dict):
        return {key: None if key in FORMAL else without_formal(item) for key, item in query.items()}
    return [without_formal(item) for item in query] if isinstance(query, list) else query


@each(CASES)
def test_answer(case: dict[str, Any]) -> None:
    record, query = decoded(case["record"]), decoded(case["query"])
    if case["expected"] == "error":
        with pytest.raises(QueryError):
            compile_query(query, fields=None)
    else:
        assert compile_query(query, fields=None)(record) is case["expected"], case["why"]


@each(ANSWERED)
def test_the_tagged_capabilities_are_sufficient(case: dict[str, Any]) -> None:
    record, query = decoded(case["record"]), decoded(case["query"])
    predicate = compile_query(query, fields=None, capabilities=needed(query))
    assert predicate(record) is case["expected"]


@each(ANSWERED)
def test_the_capabilities_of_the_operators_are_necessary(case: dict[str, Any]) -> None:
    query = decoded(case["query"])
    plain = set(written(without_formal(query)))
    documents = {Capability.documents, Capability.arrays}
    # A number or bytes within a document belongs to the document: that alone is asked for.
    inside = {Capability.numbers, Capability.bytes} if needed(query) & documents else set()
    assert plain - inside <= needed(query)


@each(ANSWERED)
def test_no_other_capabilities_are_necessary(case: dict[str, Any]) -> None:
    query = decoded(case["query"])
    tags = {TAGS.get(tag, tag) for tag in case["capabilities"]}
    within_lists = {Capability.numbers, Capability.documents} if "$" in str(query) else set()
    assert needed(query) <= tags | within_lists


def test_the_cases_need_every_capability() -> None:
    reached = {capability for case in ANSWERED for capability in needed(decoded(case["query"]))}
    assert reached == QUERY_CAPABILITIES


def test_deviations_from_mongodb_are_rejections_only() -> None:
    """Where a case's answer is not MongoDB's, it is refused, or MongoDB does not know $glob."""
    for case in CASES:
        if case["expected"] != case["mongodb"]:
            assert case["expected"] == "error" or "$glob" in str(case["query"]), case["id"]
