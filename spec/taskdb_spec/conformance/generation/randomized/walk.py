"""The random walk: operations that are drawn one by one, given what is stored.

Targeted and combinatorial programs exercise one thing in a short sequence. A walk mixes all calls,
so it reaches states that only a long history produces.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.program import Operation, StoreAction
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import (
    GET_HISTORY,
    add,
    drop,
    find,
    get,
    purge,
    update,
)
from taskdb_spec.conformance.generation.invalid import (
    INVALID_QUERIES,
    applicable_invalid_queries,
    draw_invalid_fields,
)
from taskdb_spec.conformance.generation.queries import QUERY_GENERATORS
from taskdb_spec.conformance.generation.records import (
    draw_keys,
    draw_record,
    draw_update,
)
from taskdb_spec.conformance.generation.values import (
    ABSENT_IDS,
    IDS,
    MORE_IDS,
    TIME_DISTANCES,
    ValueGenerator,
)
from taskdb_spec.model import Model

QUERIED_FIELDS = (
    *("client_uuid", "engine_uuid", "completed", "submitted", "label", "msg_id", "queue"),
)
"""Fields that a store is likely to index."""


class RandomWalk:
    """Draws operations for a model that follows the store.

    Each method draws one kind of operation, as a list: some kinds need others before or after them.

    Args:
        generator: where the choices come from.
        capabilities: the capabilities that the backend claims.
    """

    def __init__(self, generator: ValueGenerator, capabilities: frozenset[Capability]) -> None:
        self.generator = generator
        # Sorted, so that a run does not depend on the order in which modules are imported.
        # IN-4 is left out: a query with 10,000 operands costs as much as a whole walk.
        self.query_clauses = [
            name
            for name in sorted(QUERY_GENERATORS, key=by_id)
            if name != "IN-4" and clauses()[name].needs <= capabilities
        ]
        self.invalid_query_clauses = applicable_invalid_queries(capabilities)
        self.is_durable = Capability.durable in capabilities

    def begin(self) -> list[Operation]:
        """Return adds for the first records: mostly few, because few are easier to shrink."""
        count = self.generator.choice((0, 1, 2, 3, 4, 6, 12))
        ids = [*self.generator.permutation(IDS), *MORE_IDS][:count]
        return [add(msg_id, draw_record(self.generator)) for msg_id in ids]

    def next(self, model: Model) -> list[Operation]:
        """Return the next operations: mostly one, or a few that belong together."""
        return self.generator.choice(_WEIGHTED_KINDS)(self, model)

    def add(self, model: Model) -> list[Operation]:
        """Draw an add, mostly of an id that is not stored."""
        msg_id = self.generator.msg_id()
        if msg_id in model.records and self.generator.chance(0.7):
            msg_id = self.generator.choice([*IDS, *MORE_IDS])
        fields = draw_record(self.generator)
        return [add(msg_id, fields, mutate_afterwards=self.generator.chance(0.1))]

    def update(self, model: Model) -> list[Operation]:
        """Draw an update."""
        mutate_afterwards = self.generator.chance(0.1)
        msg_id = self._mostly_stored_id(model)
        return [update(msg_id, draw_update(self.generator), mutate_afterwards=mutate_afterwards)]

    def get(self, model: Model) -> list[Operation]:
        """Draw a `get_record`."""
        msg_id = self._mostly_stored_id(model)
        return [get(msg_id, mutate_afterwards=self.generator.chance(0.2))]

    def drop(self, model: Model) -> list[Operation]:
        """Draw a drop."""
        return [drop(self._mostly_stored_id(model))]

    def history(self, _model: Model) -> list[Operation]:
        """Draw a `get_history`."""
        return [GET_HISTORY.replace(mutate_afterwards=self.generator.chance(0.2))]

    def find(self, model: Model) -> list[Operation]:
        """Draw a search, and the same search again, which a cache may answer."""
        updates, clause, query = self._draw_query(model)
        keys = [draw_keys(self.generator)] if self.generator.chance(0.2) else []
        again = find(query, *keys, target_clause=clause)
        first = again.replace(mutate_afterwards=self.generator.chance(0.1))
        return [*updates, first, again]

    def find_by_field(self, model: Model) -> list[Operation]:
        """Draw a search for a value of a record, before and after the record changes."""
        msg_id = self._mostly_stored_id(model)
        stored: dict[str, Any] = dict(model.records.get(msg_id, {}))
        name = self.generator.choice(QUERIED_FIELDS)
        query = {name: self.generator.choice((stored.get(name), {"$ne": stored.get(name)}))}
        # The id cannot be updated, so its record is dropped instead.
        change = update(msg_id, {name: self._draw_other_value(name)}) if name != "msg_id" else None
        changes = [change or drop(msg_id)]
        if self.generator.chance(0.2):
            add_again = add(msg_id, {name: self._draw_other_value(name)})
            changes = [drop(msg_id), add_again] if name != "msg_id" else [drop(msg_id)]
        return [find(query), *changes, find(query), GET_HISTORY]

    def purge(self, model: Model) -> list[Operation]:
        """Draw a purge, with the same search before and after it; one in ten drops everything."""
        updates, clause, query = self._draw_query(model)
        if self.generator.chance(0.1):
            query, clause = {}, ""
        search = find(query, target_clause=clause)
        steps = [search, purge(query, target_clause=clause), search, find({}), GET_HISTORY]
        return [*updates, *steps]

    def invalid_call(self, model: Model) -> list[Operation]:
        """Draw calls that must be refused."""
        if self.generator.chance(0.4):
            bad = draw_invalid_fields(self.generator)
            # No other operation adds an id that ends with "!".
            return [
                update(self._mostly_stored_id(model), bad),
                add(f"{self.generator.msg_id()}!", bad),
            ]
        clause = self.generator.choice(self.invalid_query_clauses)
        bad, _ = INVALID_QUERIES[clause](self.generator)
        return [self.generator.choice((find, purge))(bad)]

    def store_action(self, model: Model) -> list[Operation]:
        """Draw a reopening if the store is durable; else, one time in ten, a second store."""
        if self.is_durable:
            return [Operation(StoreAction.reopen)]
        # A second store costs more than a reopening, so it is mostly replaced by a read.
        if self.generator.chance(0.1):
            return [Operation(StoreAction.second_store)]
        return self.get(model)

    def _mostly_stored_id(self, model: Model) -> str:
        if model.records and self.generator.chance(0.9):
            return self.generator.choice(list(model.records))
        return self.generator.choice((*ABSENT_IDS, self.generator.msg_id()))

    def _draw_query(self, model: Model) -> tuple[list[Operation], str, dict[str, Any]]:
        """Draw updates that make witnesses of stored records, and a clause with its query."""
        clause = self.generator.choice(self.query_clauses)
        case = QUERY_GENERATORS[clause](self.generator)
        updates = [
            update(self.generator.choice(list(model.records)), witness)
            for witness in self.generator.choices(case.witnesses or ({},), 0, 2)
            if model.records
        ]
        return updates, clause, case.query

    def _draw_other_value(self, name: str) -> Any:
        if name in ("completed", "submitted"):
            return self.generator.choice((None, EPOCH + self.generator.choice(TIME_DISTANCES)))
        return self.generator.choice((None, "c1", "c2", "e1", "e2", "a"))


_WEIGHTED_KINDS: tuple[Callable[[RandomWalk, Model], list[Operation]], ...] = (
    *(RandomWalk.add, RandomWalk.add, RandomWalk.update, RandomWalk.update),
    *(RandomWalk.get, RandomWalk.drop, RandomWalk.history),
    *(RandomWalk.find, RandomWalk.find, RandomWalk.find, RandomWalk.find),
    *(RandomWalk.find_by_field, RandomWalk.find_by_field),
    *(RandomWalk.purge, RandomWalk.invalid_call, RandomWalk.store_action),
)
"""The kinds of operations, as often as they shall be drawn.

Six in sixteen are searches, because most clauses are about queries. Calls that remove records are
rare, so that most searches have records to choose from.
"""
