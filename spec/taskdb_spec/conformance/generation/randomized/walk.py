"""The random walk: the next few operations, given what is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import GET_HISTORY, add, update, drop, find, get, purge
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.records import FIELDS_WITHOUT_ID, draw_record, draw_update
from taskdb_spec.conformance.generation.values import ABSENT_IDS, EPOCH, IDS, TIME_DISTANCES, ValueGenerator
from taskdb_spec.model import Model


class RandomWalk:
    """Draws operations for a model that follows the store; `capabilities` are those select_claimed."""

    def __init__(self, generator: ValueGenerator, capabilities: frozenset[Capability]) -> None:
        self.generator = generator
        # Sorted, so that a run does not depend on the order in which modules are imported.
        self.queries = [
            name
            for name in sorted(QUERY_GENERATORS, key=by_id)
            if name != "IN-4" and clauses()[name].needs <= capabilities
        ]
        self.faults = [
            name
            for name in sorted(faults.QUERIES, key=by_id)
            if clauses()[name].applies_with(capabilities)
        ]
        self.durable = Capability.durable in capabilities

    def begin(self) -> list[Operation]:
        """The records that a program starts with: mostly few, at times more than an index page."""
        count = self.generator.choice((0, 1, 2, 3, 4, 6, 12))
        names = [*self.generator.permutation(IDS), *(f"i{i}" for i in range(12))][:count]
        return [add(name, draw_record(self.generator)) for name in names]

    def next(self, model: Model) -> list[Operation]:
        """The next operations: mostly one, or a few that belong together."""
        return self.generator.choice(_STEPS)(self, model)

    def live(self, model: Model) -> str:
        """Mostly an id that is stored."""
        if model.records and self.generator.chance(0.9):
            return self.generator.choice(list(model.records))
        return self.generator.choice((*ABSENT_IDS, self.generator.msg_id()))

    def add(self, model: Model) -> list[Operation]:
        msg_id = self.generator.msg_id()
        if msg_id in model.records and self.generator.chance(0.7):
            msg_id = self.generator.choice([*IDS, *(f"i{i}" for i in range(12))])
        return [add(msg_id, draw_record(self.generator), mutate_afterwards=self.generator.chance(0.1))]

    def update(self, model: Model) -> list[Operation]:
        mutate_afterwards = self.generator.chance(0.1)
        return [
            update(self.live(model), draw_update(self.generator), mutate_afterwards=mutate_afterwards)
        ]

    def get(self, model: Model) -> list[Operation]:
        return [get(self.live(model), mutate_afterwards=self.generator.chance(0.2))]

    def drop(self, model: Model) -> list[Operation]:
        return [drop(self.live(model))]

    def history(self, model: Model) -> list[Operation]:
        return [GET_HISTORY.replace(mutate_afterwards=self.generator.chance(0.2))]

    def find(self, model: Model) -> list[Operation]:
        planted, clause, query = self._query(model)
        keys = [self._keys()] if self.generator.chance(0.2) else []
        again = find(query, *keys, target_clause=clause)
        return [
            *planted,
            find(query, *keys, target_clause=clause, mutate_afterwards=self.generator.chance(0.1)),
            again,
        ]

    def find_by_field(self, model: Model) -> list[Operation]:
        """Ask for what a record holds, before and after it changes: what goes stale shows here."""
        msg_id = self.live(model)
        stored: dict[str, Any] = dict(model.records.get(msg_id, {}))
        name = self.generator.choice(QUERIED_FIELDS)
        query = {name: self.generator.choice((stored.get(name), {"$ne": stored.get(name)}))}
        changes = ([update(msg_id, {name: self._other(name)})] if name != "msg_id" else []) or [
            drop(msg_id)
        ]
        if self.generator.chance(0.2):
            changes = [drop(msg_id), add(msg_id, {name: self._other(name)})][
                : 1 + (name != "msg_id")
            ]
        return [find(query), *changes, find(query), GET_HISTORY]

    def purge(self, model: Model) -> list[Operation]:
        planted, clause, query = self._query(model)
        if self.generator.chance(0.1):
            query, clause = {}, ""
        look = find(query, target_clause=clause)
        return [*planted, look, purge(query, target_clause=clause), look, find({}), GET_HISTORY]

    def fault(self, model: Model) -> list[Operation]:
        if self.generator.chance(0.4):
            bad = faults.invalid_fields(self.generator)
            return [update(self.live(model), bad), add(f"{self.generator.msg_id()}!", bad)]
        bad, _ = faults.QUERIES[self.generator.choice(self.faults)](self.generator)
        return [self.generator.choice((find, purge))(bad)]

    def stores(self, model: Model) -> list[Operation]:
        if self.durable:
            return [Operation(StoreAction.reopen)]
        return (
            [Operation(StoreAction.second_store)] if self.generator.chance(0.1) else self.get(model)
        )

    def _query(self, model: Model) -> tuple[list[Operation], str, dict[str, Any]]:
        """A query that tells stored records apart, and updates that plant what it asks for."""
        clause = self.generator.choice(self.queries)
        sample = QUERY_GENERATORS[clause](self.generator)
        planted = [
            update(self.generator.choice(list(model.records)), plant)
            for plant in self.generator.choices(sample.witnesses or ({},), 0, 2)
            if model.records
        ]
        return planted, clause, sample.query

    def _keys(self) -> Sequence[str] | None:
        names = self.generator.choices(("msg_id", *FIELDS_WITHOUT_ID), 0, 3)
        return self.generator.choice((names, tuple(names), None))

    def _other(self, name: str) -> Any:
        if name in ("completed", "submitted"):
            return self.generator.choice((None, EPOCH + self.generator.choice(TIME_DISTANCES)))
        return self.generator.choice((None, "c1", "c2", "e1", "e2", "a"))


QUERIED_FIELDS = ("client_uuid", "engine_uuid", "completed", "submitted", "label", "msg_id", "queue")

_STEPS: tuple[Callable[[RandomWalk, Model], list[Operation]], ...] = (
    *(
        RandomWalk.add,
        RandomWalk.add,
        RandomWalk.update,
        RandomWalk.update,
        RandomWalk.get,
        RandomWalk.drop,
        RandomWalk.history,
    ),
    *(
        RandomWalk.find,
        RandomWalk.find,
        RandomWalk.find,
        RandomWalk.find,
        RandomWalk.find_by_field,
        RandomWalk.find_by_field,
    ),
    *(RandomWalk.purge, RandomWalk.fault, RandomWalk.stores),
)
