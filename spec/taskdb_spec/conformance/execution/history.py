"""What a session has to remember of the program so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from taskdb_spec.conformance.core.program import Call, Method, Operation, instantiate
from taskdb_spec.model import Model
from taskdb_spec.records.fields import TaskRecord


@dataclass
class SessionHistory:
    """The ids, writes and calls of one program, as later steps are compared with them."""

    known_ids: dict[str, None] = field(default_factory=dict)
    """Every id that a call named, in order."""
    written: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the caller last wrote, by id and field."""
    dropped: dict[str, TaskRecord] = field(default_factory=dict)
    """The last record of each id that was dropped."""
    previous: dict[str, TaskRecord] = field(default_factory=dict)
    """The record before the last update, by id."""
    culled: set[str] = field(default_factory=set)
    added_again: set[str] = field(default_factory=set)
    """Ids that were culled, and added again."""
    last_purged: list[str] = field(default_factory=list)
    any_match_so_far: bool = False
    """Whether any query of the program has found a record."""
    last_history: list[str] | None = None
    """The answer of the last ``get_history``; None after a write."""
    unseen_evidence: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """What the latest write of each id is evidence for, once a comparison has seen its effect."""
    comparisons: int = 0
    """How often the records were compared with the model."""
    is_search_wrong: bool = False
    """Whether ``find_records({})`` disagrees with `get_record`, so that comparisons do without."""
    steps: list[Call] = field(default_factory=list)
    calls: list[Operation] = field(default_factory=list)
    """All calls, those between the steps included."""

    def record_ids(self, operation: Operation) -> None:
        """Remember the id that a call names."""
        if operation.call in (Method.add, Method.get, Method.update, Method.drop):
            msg_id = operation.args[0]
            if isinstance(msg_id, str):
                self.known_ids[msg_id] = None

    def record_write(self, operation: Operation, model: Model) -> None:
        """Remember what the caller writes, and what the model is about to lose by that."""
        self.last_history = None
        if operation.call is Method.add:
            msg_id, fields = operation.args
            self.written[msg_id] = {"msg_id": msg_id, **fields}
            self.previous.pop(msg_id, None)
        elif operation.call is Method.update:
            msg_id, fields = operation.args
            self.written.setdefault(msg_id, {}).update(fields)
            self.previous[msg_id] = model.records[msg_id]
        elif operation.call is Method.drop:
            self.dropped[operation.args[0]] = model.records[operation.args[0]]
        elif operation.call is Method.purge:
            self.last_purged = list(model.find_records(instantiate(operation.args[0])))
            for msg_id in self.last_purged:
                self.dropped[msg_id] = model.records[msg_id]
