"""Literals: the source of a value creates an equal value, and its names are known."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from taskdb_spec.conformance.core.literals import SourceWriter, to_source
from taskdb_spec.conformance.core.program import GeneratedList, Method, Operation

IMPORTABLE = {
    **{kind.__name__: kind for kind in (date, datetime, timedelta, timezone)},
    **{kind.__name__: kind for kind in (Decimal, SimpleNamespace, UUID)},
    "re": re,
}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"a": [1, None, True, (), (1,), b"x", {2}, set()]}, set()),
        ([0.5, float("inf"), -float("inf")], set()),
        (["x" * 256, b"\x00" * 256, "xy" * 60, "\u00e9\n"], set()),
        (GeneratedList(3, ("a", 1)), set()),
        (bytearray(b"a"), set()),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), {"datetime", "timezone"}),
        (datetime(2024, 2, 29, 12, 0, 1, 5), {"datetime"}),
        (
            datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=-5))),
            {"datetime", "timezone", "timedelta"},
        ),
        ([date(2024, 2, 29)], {"date"}),
        (timedelta(minutes=1), {"timedelta"}),
        ((Decimal("1.5"), UUID(int=1)), {"Decimal", "UUID"}),
        (SimpleNamespace(a=timedelta(1)), {"SimpleNamespace", "timedelta"}),
        (re.compile("a"), {"re"}),
        ((1 + 2j, range(3), frozenset("a")), set()),
    ],
)
def test_the_source_creates_the_value(value: Any, names: set[str]) -> None:
    writer = SourceWriter()
    source = writer.value(value)
    assert writer.names == names
    created = eval(source, {name: IMPORTABLE[name] for name in names})
    assert created == value
    assert to_source(value) == source


def test_a_long_repetition_is_short() -> None:
    assert to_source("x" * 70_000) == "'x' * 70000"
    assert to_source("x" * 48) == repr("x" * 48)


def test_a_call_may_have_expressions_for_its_arguments() -> None:
    find = Operation(Method.find, ({"label": "x"}, ["queue"]))
    assert SourceWriter().call(find) == "db.find_records({'label': 'x'}, ['queue'])"
    by_name = find.replace(keys_by_keyword=True)
    assert SourceWriter().call(by_name, ("query",)) == "db.find_records(query, keys=['queue'])"
    assert SourceWriter().call(Operation(Method.history), store=None) == "get_history()"
