"""The model: a minimal store that does what SPEC.md says, with which every backend is compared.

It has no index, no limit and no file.
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
    """A dict of complete records; it answers the queries that need only `capabilities`."""

    def __init__(self, capabilities: frozenset[Capability] = QUERY_CAPABILITIES) -> None:
        self.capabilities = capabilities
        self.records: dict[str, TaskRecord] = {}

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a copy of a record with a new id (ADD-2); absent fields get defaults (REC-2)."""
        fields = checked_fields(msg_id, rec)
        if msg_id in self.records:
            raise DuplicateRecord(f"there is a record {msg_id!r} already")
        self.records[msg_id] = with_defaults(fields)

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return a copy of the record (GET-1)."""
        return self._copy(self._look_up(msg_id))

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names (UPD-1) and no others (UPD-2), each whole (UPD-3)."""
        stored = self._look_up(msg_id)
        self.records[msg_id] = with_defaults({**stored, **checked_fields(msg_id, rec)})

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record (DROP-1)."""
        self._look_up(msg_id)
        del self.records[msg_id]

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds (PURGE-1)."""
        for msg_id in self._select(check):
            del self.records[msg_id]

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Return copies of the selected records by id (FIND-1), with the fields `keys` (KEYS-1)."""
        selected, names = self._select(check), check_keys(keys)
        return {msg_id: self._copy(self.records[msg_id], names) for msg_id in selected}

    def get_history(self) -> list[str]:
        """Return all ids (HIST-1), those submitted first before the others (HIST-2, HIST-3)."""
        return sorted(self.records, key=lambda i: sort_key(self.records[i].get("submitted")))

    def close(self) -> None:
        """Do nothing, also the second time (CLOSE-1)."""

    def _look_up(self, msg_id: object) -> TaskRecord:
        """Return the record with an id, which must be a str (REC-11) and known (GET-2)."""
        if not isinstance(msg_id, str):
            raise RecordError(f"msg_id: must be a str, not {msg_id!r}")
        if msg_id not in self.records:
            raise RecordNotFound(f"there is no record {msg_id!r}")
        return self.records[msg_id]

    def _select(self, check: object) -> list[str]:
        """Return the ids of the records that a query selects (QRY-2)."""
        selects = compile_query(check, TASK_FIELDS, self.capabilities)
        return [msg_id for msg_id, record in self.records.items() if selects(record)]

    @staticmethod
    def _copy(record: TaskRecord, names: list[str] | None = None) -> TaskRecord:
        """Return a copy that the caller may change (ISO-3), of `msg_id` and the fields `names`."""
        wanted = record.keys() if names is None else {"msg_id", *names}
        copy: Any = {name: deep_copy(value) for name, value in record.items() if name in wanted}
        return copy  # type: ignore[no-any-return]


model_backend = Backend(name="model", open=lambda _folder: Model(), capabilities=QUERY_CAPABILITIES)
