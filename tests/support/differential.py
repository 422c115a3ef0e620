"""Random queries on random records, put to a store and to the model."""

from __future__ import annotations

from typing import Any

from taskdb_spec import TaskDB
from taskdb_spec.conformance.core.program import instantiate
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS, QueryCase
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.model import Model
from taskdb_spec.records.domain import strictly_equal


class Differential:
    """One store and one model, that hold the same records."""

    def __init__(self, store: TaskDB, seed: int) -> None:
        self.store, self.model = store, Model()
        self.generator = ValueGenerator(RandomSource(seed))
        self.matched = 0

    def fill(self, samples: int) -> list[dict[str, Any]]:
        """Add the records that some queries have to tell apart; return the queries."""
        names = sorted(QUERY_GENERATORS)
        drawn = [
            QUERY_GENERATORS[self.generator.choice(names)](self.generator) for _ in range(samples)
        ]
        for sample in drawn:
            self.plant(sample)
        return [instantiate(sample.query) for sample in drawn]

    def plant(self, sample: QueryCase) -> None:
        for plant in sample.witnesses:
            msg_id = f"{len(self.model.records)}{self.generator.choice(('', chr(0), chr(1), '%'))}"
            for db in (self.store, self.model):
                db.add_record(msg_id, {**instantiate(plant), "msg_id": msg_id})

    def compound(self, queries: list[dict[str, Any]], depth: int = 3) -> dict[str, Any]:
        """A query made of others, negated or not."""
        if depth == 0 or self.generator.chance(0.3):
            return self.generator.choice(queries)
        parts = [self.compound(queries, depth - 1) for _ in range(self.generator.integer(1, 3))]
        return {self.generator.choice(["$and", "$or", "$nor"]): parts}

    def negated(self, query: dict[str, Any]) -> dict[str, Any]:
        """The query with the operators on its fields under ``$not``, where there are any."""
        return {
            name: {"$not": operand}
            if isinstance(operand, dict) and operand and all(key.startswith("$") for key in operand)
            else operand
            for name, operand in query.items()
        }

    def compare(self, query: dict[str, Any]) -> None:
        keys = self.generator.choice([None, ["label"], ["header", "resubmitted", "buffers"]])
        expected = self.model.find_records(instantiate(query), keys)
        found = self.store.find_records(instantiate(query), keys)
        assert found.keys() == expected.keys(), query
        for msg_id, record in expected.items():
            assert found[msg_id].keys() == record.keys(), query
            assert all(strictly_equal(found[msg_id][name], record[name]) for name in record), query
        self.matched += 0 < len(expected) < len(self.model.records)

    def purge(self, query: dict[str, Any]) -> None:
        for db in (self.store, self.model):
            db.drop_matching_records(instantiate(query))
        assert set(self.store.get_history()) == set(self.model.records), query


def run(store: TaskDB, seed: int, samples: int = 40, queries: int = 120) -> None:
    """Compare the answers to drawn queries; at last, purge by some of them."""
    differential = Differential(store, seed)
    drawn = differential.fill(samples)
    for query in drawn:
        differential.compare(query)
        differential.compare(differential.negated(query))
    for _ in range(queries):
        differential.compare(differential.compound(drawn))
    assert differential.matched > queries / 4, "most queries tell nothing apart"
    for query in drawn[:5]:
        differential.purge({"$nor": [query]} if len(differential.model.records) > 50 else query)
