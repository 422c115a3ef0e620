"""The model: the store that every backend is compared with, written to be read in two minutes.

It has no index, no limit and no speed. What it does is what SPEC.md says. `taken`, `selected` and
`named` are steps of several calls: a store that is to be wrong on purpose replaces one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.language.compiler import compile_query
from taskdb_spec.language.parser import check_keys
from taskdb_spec.records.domain import deep_copy
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord, checked_fields, with_defaults
from taskdb_spec.records.ordering import sort_key


class Model:
    """A dict of whole records. `capabilities` are those whose queries it answers."""

    def __init__(self, capabilities: frozenset[Capability] = QUERY_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self.records: dict[str, TaskRecord] = {}

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        fields = self.normalize_record(msg_id, rec)
        if msg_id in self.records:
            raise DuplicateRecord(f"there is a record {msg_id!r} already")
        self.records[msg_id] = with_defaults(fields)

    def get_record(self, msg_id: str, /) -> TaskRecord:
        self._must_have(msg_id)
        return self._copy(self.records[msg_id])

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        self._must_have(msg_id)
        fields = self.normalize_record(msg_id, rec)
        self.records[msg_id] = with_defaults({**self.records[msg_id], **fields})

    def drop_record(self, msg_id: str, /) -> None:
        self._must_have(msg_id)
        del self.records[msg_id]

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        for msg_id in self.select_ids(check):
            del self.records[msg_id]

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        found, names = self.select_ids(check), self.projection(keys)
        return {msg_id: self._copy(self.records[msg_id], names) for msg_id in found}

    def get_history(self) -> list[str]:
        return sorted(
            self.records, key=lambda msg_id: sort_key(self.records[msg_id].get("submitted"))
        )

    def close(self) -> None:
        pass

    def normalize_record(self, msg_id: str, rec: Any) -> dict[str, Any]:
        """The fields of a record or update, checked and copied."""
        return checked_fields(msg_id, rec)

    def select_ids(self, check: Any) -> list[str]:
        """The ids of the records that a query selects."""
        selects = compile_query(check, TASK_FIELDS, self.capabilities)
        return [msg_id for msg_id, record in self.records.items() if selects(record)]

    def projection(self, keys: Any) -> list[str] | None:
        """The fields that `keys` asks for, None for whole records."""
        return check_keys(keys)

    def _must_have(self, msg_id: object) -> None:
        if not isinstance(msg_id, str):
            raise RecordError(f"msg_id: must be a str, not {msg_id!r}")
        if msg_id not in self.records:
            raise RecordNotFound(f"there is no record {msg_id!r}")

    @staticmethod
    def _copy(record: TaskRecord, names: list[str] | None = None) -> TaskRecord:
        part: Any = {
            name: deep_copy(value)
            for name, value in record.items()
            if names is None or name in names or name == "msg_id"
        }
        return part  # type: ignore[no-any-return]


model_backend = Backend(name="model", open=lambda workdir: Model(), capabilities=QUERY_CAPABILITIES)
