"""The random walk: the next few operations, given what is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.program import Call, Operation
from taskdb_spec.conformance.generation import invalid as faults
from taskdb_spec.conformance.generation.builders import HISTORY, add, change, drop, find, get, purge
from taskdb_spec.conformance.generation.queries import MAKERS
from taskdb_spec.conformance.generation.records import FIELDS, record, update
from taskdb_spec.conformance.generation.values import EPOCH, IDS, NEVER, STEPS, Pools
from taskdb_spec.model import Model


class Walk:
    """Draws operations for a model that follows the store; `capabilities` are those claimed."""

    def __init__(self, pools: Pools, capabilities: frozenset[Capability]) -> None:
        self.pools = pools
        # Sorted, so that a run does not depend on the order in which modules are imported.
        self.queries = [
            name
            for name in sorted(MAKERS, key=by_id)
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
        count = self.pools.one_of((0, 1, 2, 3, 4, 6, 12))
        names = [*self.pools.shuffled(IDS), *(f"i{i}" for i in range(12))][:count]
        return [add(name, record(self.pools)) for name in names]

    def next(self, model: Model) -> list[Operation]:
        """The next operations: mostly one, or a few that belong together."""
        return self.pools.one_of(_STEPS)(self, model)

    def live(self, model: Model) -> str:
        """Mostly an id that is stored."""
        if model.records and self.pools.chance(9):
            return self.pools.one_of(list(model.records))
        return self.pools.one_of((*NEVER, self.pools.msg_id()))

    def add(self, model: Model) -> list[Operation]:
        msg_id = self.pools.msg_id()
        if msg_id in model.records and self.pools.chance(7):
            msg_id = self.pools.one_of([*IDS, *(f"i{i}" for i in range(12))])
        return [add(msg_id, record(self.pools), scribble=self.pools.chance(1))]

    def update(self, model: Model) -> list[Operation]:
        scribble = self.pools.chance(1)
        return [change(self.live(model), update(self.pools), scribble=scribble)]

    def get(self, model: Model) -> list[Operation]:
        return [get(self.live(model), scribble=self.pools.chance(2))]

    def drop(self, model: Model) -> list[Operation]:
        return [drop(self.live(model))]

    def history(self, model: Model) -> list[Operation]:
        return [HISTORY.but(scribble=self.pools.chance(2))]

    def find(self, model: Model) -> list[Operation]:
        planted, clause, query = self._query(model)
        keys = [self._keys()] if self.pools.chance(2) else []
        again = find(query, *keys, aim=clause)
        return [*planted, find(query, *keys, aim=clause, scribble=self.pools.chance(1)), again]

    def find_by_field(self, model: Model) -> list[Operation]:
        """Ask for what a record holds, before and after it changes: what goes stale shows here."""
        msg_id = self.live(model)
        stored: dict[str, Any] = dict(model.records.get(msg_id, {}))
        name = self.pools.one_of(INDEXED)
        query = {name: self.pools.one_of((stored.get(name), {"$ne": stored.get(name)}))}
        changes = ([change(msg_id, {name: self._other(name)})] if name != "msg_id" else []) or [
            drop(msg_id)
        ]
        if self.pools.chance(2):
            changes = [drop(msg_id), add(msg_id, {name: self._other(name)})][
                : 1 + (name != "msg_id")
            ]
        return [find(query), *changes, find(query), HISTORY]

    def purge(self, model: Model) -> list[Operation]:
        planted, clause, query = self._query(model)
        if self.pools.chance(1):
            query, clause = {}, ""
        look = find(query, aim=clause)
        return [*planted, look, purge(query, aim=clause), look, find({}), HISTORY]

    def fault(self, model: Model) -> list[Operation]:
        if self.pools.chance(4):
            bad = faults.bad_fields(self.pools)
            return [change(self.live(model), bad), add(f"{self.pools.msg_id()}!", bad)]
        bad, _ = faults.QUERIES[self.pools.one_of(self.faults)](self.pools)
        return [self.pools.one_of((find, purge))(bad)]

    def stores(self, model: Model) -> list[Operation]:
        if self.durable:
            return [Operation(Call.reopen)]
        return [Operation(Call.neighbour)] if self.pools.chance(1) else self.get(model)

    def _query(self, model: Model) -> tuple[list[Operation], str, dict[str, Any]]:
        """A query that tells stored records apart, and updates that plant what it asks for."""
        clause = self.pools.one_of(self.queries)
        sample = MAKERS[clause](self.pools)
        planted = [
            change(self.pools.one_of(list(model.records)), plant)
            for plant in self.pools.some(sample.plants or ({},), 0, 2)
            if model.records
        ]
        return planted, clause, sample.query

    def _keys(self) -> Sequence[str] | None:
        names = self.pools.some(("msg_id", *FIELDS), 0, 3)
        return self.pools.one_of((names, tuple(names), None))

    def _other(self, name: str) -> Any:
        if name in ("completed", "submitted"):
            return self.pools.one_of((None, EPOCH + self.pools.one_of(STEPS)))
        return self.pools.one_of((None, "c1", "c2", "e1", "e2", "a"))


INDEXED = ("client_uuid", "engine_uuid", "completed", "submitted", "label", "msg_id", "queue")

_STEPS: tuple[Callable[[Walk, Model], list[Operation]], ...] = (
    *(Walk.add, Walk.add, Walk.update, Walk.update, Walk.get, Walk.drop, Walk.history),
    *(Walk.find, Walk.find, Walk.find, Walk.find, Walk.find_by_field, Walk.find_by_field),
    *(Walk.purge, Walk.fault, Walk.stores),
)
