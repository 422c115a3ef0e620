"""DictDB against the naive model, with as many records as it takes for its indexes to matter."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from taskdb_reference import DictDB
from taskdb_reference.memory import record_table, sorted_index
from taskdb_reference.memory.query_planner import make_plan
from taskdb_spec import parse_query
from taskdb_spec.model import Model

DAY = datetime(2024, 5, 17, tzinfo=UTC)
LOG = logging.getLogger("taskdb_reference.tests.indexes")
TEXT_FIELDS = ("client_uuid", "engine_uuid", "label", "queue", "resubmitted", "stdout")
TIME_FIELDS = ("submitted", "started", "completed", "arrived")
DICT_FIELDS = ("header", "error")
INSTANTS = [DAY + timedelta(minutes=minute) for minute in range(60)]
TEXTS = ["", "a", "ab", "b", "\N{SNOWMAN}"]


class Drawn:
    """Records, updates and queries, drawn from few enough values that they meet."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.ids: list[str] = []

    def fields(self, most: int) -> dict[str, Any]:
        fields = [*TEXT_FIELDS, *TIME_FIELDS, *DICT_FIELDS]
        return {name: self.value(name) for name in self.random.sample(fields, k=most)}

    def value(self, name: str) -> Any:
        if name in TIME_FIELDS:
            return self.random.choice([None, *INSTANTS])
        if name in DICT_FIELDS:
            return self.random.choice([None, {}, {"a": 1}])
        return self.random.choice([None, *TEXTS])

    def query(self) -> dict[str, Any]:
        conditions = [self.condition() for _ in range(self.random.randint(1, 3))]
        if self.random.random() < 0.2:
            return {self.random.choice(["$and", "$or", "$nor"]): conditions}
        return {name: operand for part in conditions for name, operand in part.items()}

    def condition(self) -> dict[str, Any]:
        name = self.random.choice(["msg_id", *TEXT_FIELDS, *TIME_FIELDS, *TIME_FIELDS, "error"])
        if self.random.random() < 0.3:
            return {name: self.operand(name)}
        operators = self.random.sample([*OPERATORS], k=self.random.randint(1, 2))
        return {name: {operator: self.argument(operator, name) for operator in operators}}

    def argument(self, operator: str, name: str) -> Any:
        if operator in ("$in", "$nin"):
            return [self.operand(name) for _ in range(self.random.randint(0, 4))]
        if operator in ("$glob", "$regex"):
            return self.random.choice(["a", "[ab]", "^" if operator == "$regex" else "*"])
        if operator == "$not":
            return {"$lt": self.operand(name)}
        return self.random.random() < 0.8 if operator == "$exists" else self.operand(name)

    def operand(self, name: str) -> Any:
        if name == "msg_id":
            return self.random.choice([None, "x", *self.random.choices(self.ids or ["y"], k=4)])
        strange = self.random.choice([1, True, "a", DAY, b"a", [None], {}])
        return strange if self.random.random() < 0.1 else self.value(name)


OPERATORS = (
    *("$eq", "$ne", "$in", "$nin", "$lt", "$lte", "$gt", "$gte"),
    *("$exists", "$glob", "$regex", "$not"),
)


class Both:
    """A DictDB and a model to which the same is done."""

    def __init__(self) -> None:
        self.db, self.model = DictDB(log=LOG), Model()

    def write(self, call: str, *args: Any) -> None:
        for store in (self.db, self.model):
            getattr(store, call)(*args)

    def compare(self, query: dict[str, Any]) -> int:
        found = self.db.find_records(query, ["label"])
        expected = self.model.find_records(query, ["label"])
        assert found == expected, query
        return len(found)

    def compare_all(self) -> None:
        assert self.db.get_history() == self.model.get_history()
        assert self.db.find_records({}) == self.model.find_records({})


def live(both: Both, drawn: Drawn) -> None:
    """One write of a store's life."""
    dice = drawn.random.random()
    if dice < 0.4 or not drawn.ids:
        drawn.ids.append(f"id{drawn.random.randrange(10**9)}")
        both.write("add_record", drawn.ids[-1], drawn.fields(6))
    elif dice < 0.8:
        both.write("update_record", drawn.random.choice(drawn.ids), drawn.fields(3))
    else:
        index = drawn.random.randrange(len(drawn.ids))
        both.write("drop_record", drawn.ids.pop(index))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_found_while_records_come_and_go(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_index, "_BLOCK_SIZE", 5)
    monkeypatch.setattr(record_table, "_MAX_PENDING_REMOVALS", 10)
    both, drawn = Both(), Drawn(seed)
    matched = narrowed = 0
    for _ in range(400):
        live(both, drawn)
        query = drawn.query()
        found = both.compare(query)
        matched += 0 < found < len(drawn.ids)
        narrowed += make_plan(both.db._table, parse_query(query)).candidate_count < len(drawn.ids)
    both.compare_all()
    assert matched > 80, "most queries tell nothing apart"
    assert narrowed > 200, "most queries look at every record"


def test_what_is_found_in_thousands_of_records() -> None:
    both, drawn = Both(), Drawn(0)
    for _ in range(2500):
        drawn.ids.append(f"id{len(drawn.ids)}")
        both.write("add_record", drawn.ids[-1], drawn.fields(8))
    for _ in range(60):
        for _ in range(10):
            live(both, drawn)
        both.compare(drawn.query())
    both.compare_all()


@pytest.mark.parametrize("seed", range(3))
def test_what_is_dropped_by_a_query(seed: int) -> None:
    both, drawn = Both(), Drawn(seed)
    dropped = 0
    for _ in range(60):
        for _ in range(10):
            live(both, drawn)
        query = drawn.query()
        gone = both.compare(query)
        if gone <= len(drawn.ids) / 3:
            both.write("drop_matching_records", query)
            drawn.ids = list(both.model.records)
            dropped += gone
        both.compare_all()
    assert dropped > 30, "hardly anything was dropped"
