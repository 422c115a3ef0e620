"""The queries that every store has to answer, made of the records that are there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

Record = dict[str, Any]
Check = dict[str, Any]
Holds = Callable[[Record], bool]


class Query(NamedTuple):
    """A query: its title, and what makes it, and says which records it selects."""

    title: str
    make: Callable[[list[Record]], tuple[Check, Holds]]


def fixed(title: str, check: Check, holds: Holds) -> Query:
    return Query(title, lambda records: (check, holds))


def compared(operator: str, holds: Callable[[datetime, datetime], bool]) -> Query:
    """Completed before or after the task in the middle; some task is not completed."""

    def make(records: list[Record]) -> tuple[Check, Holds]:
        middle = _middle(records)
        return (
            {"completed": {operator: middle}},
            lambda record: record["completed"] is not None and holds(record["completed"], middle),
        )

    return Query(f"`{operator}`", make)


def _middle(records: list[Record]) -> datetime:
    dates = sorted(record["completed"] for record in records if record["completed"])
    middle: datetime = dates[len(dates) // 2]
    return middle


def _of_an_engine(records: list[Record]) -> tuple[Check, Holds]:
    uuid = next(record["engine_uuid"] for record in records if not record["completed"])
    return (
        {"engine_uuid": uuid, "completed": None},
        lambda record: record["engine_uuid"] == uuid and record["completed"] is None,
    )


def _in_a_span(records: list[Record]) -> tuple[Check, Holds]:
    first, middle = min(record["submitted"] for record in records), _middle(records)
    return (
        {"submitted": {"$gt": first, "$lt": middle}},
        lambda record: first < record["submitted"] < middle,
    )


def _of_a_date(records: list[Record]) -> tuple[Check, Holds]:
    date = records[0]["submitted"]
    return {"submitted": date}, lambda record: record["submitted"] == date


def _among_ids(records: list[Record]) -> tuple[Check, Holds]:
    ids = [record["msg_id"] for record in records[::2]]
    return {"msg_id": {"$in": ids}}, lambda record: record["msg_id"] in ids


def _not_among_ids(records: list[Record]) -> tuple[Check, Holds]:
    ids = [record["msg_id"] for record in records[::2]]
    return {"msg_id": {"$nin": ids}}, lambda record: record["msg_id"] not in ids


QUERIES = [
    fixed("`{}`", {}, lambda record: True),
    fixed("equality", {"label": "adds"}, lambda record: record["label"] == "adds"),
    Query("equality of dates", _of_a_date),
    fixed("equality with None", {"completed": None}, lambda record: record["completed"] is None),
    Query("two fields", _of_an_engine),
    fixed("`$eq`", {"queue": {"$eq": "mux"}}, lambda record: record["queue"] == "mux"),
    fixed("`$ne`", {"label": {"$ne": "adds"}}, lambda record: record["label"] != "adds"),
    fixed(
        "`$ne` None",
        {"completed": {"$ne": None}},
        lambda record: record["completed"] is not None,
    ),
    compared("$lt", lambda date, middle: date < middle),
    compared("$lte", lambda date, middle: date <= middle),
    compared("$gt", lambda date, middle: date > middle),
    compared("$gte", lambda date, middle: date >= middle),
    Query("`$gt` and `$lt`", _in_a_span),
    Query("`$in`", _among_ids),
    fixed(
        "`$in` with None",
        {"label": {"$in": ["other", None]}},
        lambda record: record["label"] is None,
    ),
    fixed("`$in` nothing", {"msg_id": {"$in": []}}, lambda record: False),
    Query("`$nin`", _not_among_ids),
    fixed(
        "`$nin` with None",
        {"label": {"$nin": [None]}},
        lambda record: record["label"] is not None,
    ),
    fixed("`$nin` nothing", {"msg_id": {"$nin": []}}, lambda record: True),
]
