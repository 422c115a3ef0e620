"""The store that the mutants break: the model, in smaller steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from taskdb_spec import TaskRecord, parse_query
from taskdb_spec.language import tree
from taskdb_spec.model import Model
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.language import Language


class Store(Model):
    """Conforms. `taken`, `parsed`, `selected`, `purged` and `part` are there to be broken."""

    language = Language()

    def parsed(self, check: Any) -> tree.Query:
        """The tree of a query."""
        return parse_query(check, TASK_FIELDS, self.capabilities)

    def select_ids(self, check: Any) -> list[str]:
        """The ids of the records that a query selects."""
        selects = self.language.selector(self.parsed(check))
        return [msg_id for msg_id, record in self.records.items() if selects(record)]

    def purged(self, check: Any) -> list[str]:
        """The ids of the records that a query drops."""
        return self.select_ids(check)

    def part(self, record: TaskRecord, names: list[str] | None) -> Any:
        """The copy of a record that `find_records` returns."""
        return self._copy(record, names)

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        for msg_id in self.purged(check):
            del self.records[msg_id]

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, Any]:
        found, names = self.select_ids(check), self.projection(keys)
        return {msg_id: self.part(self.records[msg_id], names) for msg_id in found}
