"""A second store, written from the specification's text alone: a check of the suite by itself.

It shares no code with the model. What both get wrong in the same way is a fault of the text; where
they differ, one of them is wrong.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec import Backend, Capability, DuplicateRecord, RecordError, RecordNotFound
from tests.support.second_implementation.query_language import check_keys, check_query, matches
from tests.support.second_implementation.values import FIELDS, Bad, key, root_taken

QUERYING = frozenset(
    map(
        Capability,
        [
            "presence",
            "glob",
            "arith",
            "logic",
            "paths",
            "documents",
            "arrays",
            "bytes",
            "numbers",
            "regex",
        ],
    )
)


class Store:
    """Records in a dict, copied on their way in and out."""

    def __init__(self, claims: frozenset[Capability] = QUERYING) -> None:
        self.claims = claims
        self.kept: dict[str, dict[str, Any]] = {}

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        fields = self.accepted(msg_id, rec)
        if msg_id in self.kept:
            raise DuplicateRecord(f"{msg_id!r} is there already")
        whole = {name: "" if name in ("stdout", "stderr") else None for name in FIELDS}
        self.kept[msg_id] = {**whole, **fields, "msg_id": msg_id}

    def get_record(self, msg_id: str) -> dict[str, Any]:
        return self.copied(self.there(msg_id))

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        record = self.there(msg_id)
        record.update(self.accepted(msg_id, rec))

    def drop_record(self, msg_id: str) -> None:
        self.there(msg_id)
        del self.kept[msg_id]

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        for msg_id in self.selected(check):
            del self.kept[msg_id]

    def find_records(self, check: dict[str, Any], keys: Any = None) -> dict[str, dict[str, Any]]:
        names = check_keys(keys)
        found = {msg_id: self.copied(self.kept[msg_id]) for msg_id in self.selected(check)}
        if names is None:
            return found
        return {
            msg_id: {name: record[name] for name in {"msg_id", *names}}
            for msg_id, record in found.items()
        }

    def get_history(self) -> list[str]:
        return sorted(self.kept, key=lambda msg_id: key(self.kept[msg_id]["submitted"]))

    def close(self) -> None:
        """There is nothing to release."""

    # What the variants change

    def there(self, msg_id: str) -> dict[str, Any]:
        if type(msg_id) is not str:
            raise RecordError(f"an id is a str, not {msg_id!r}")
        if msg_id not in self.kept:
            raise RecordNotFound(f"{msg_id!r} is not there")
        return self.kept[msg_id]

    def accepted(self, msg_id: str, rec: dict[str, Any]) -> dict[str, Any]:
        """A copy of the fields given, if all of them are fine."""
        if type(msg_id) is not str or type(rec) is not dict:
            raise RecordError(f"an id and a dict are needed, not {msg_id!r} and {rec!r}")
        try:
            root_taken("msg_id", msg_id)
            unknown = [name for name in rec if name not in FIELDS]
            fields = {name: root_taken(name, rec[name]) for name in rec if name in FIELDS}
        except Bad as error:
            raise RecordError(str(error)) from None
        if unknown or fields.get("msg_id", msg_id) != msg_id:
            raise RecordError(f"unknown fields {unknown!r}, or another msg_id")
        return fields

    def copied(self, record: dict[str, Any]) -> dict[str, Any]:
        return {name: root_taken(name, value) for name, value in record.items()}

    def selected(self, check: dict[str, Any]) -> list[str]:
        check_query(check, self.claims)
        return [msg_id for msg_id, record in self.kept.items() if matches(record, check)]


independent_backend = Backend(
    name="independent", open=lambda workdir: Store(), capabilities=QUERYING
)
