"""A first version of the store on diskcache. Do not copy it: it has these faults.

- Records are stored as they are, valid or not: REC-4, REC-5, REC-6, REC-7, REC-8, REC-9, UPD-6.
- Any id is accepted: REC-11.
- A buffer that is a memoryview cannot be pickled: BUF-2.
- Queries and keys are not validated: QRY-4, QRY-5, QRY-7, QRY-9, QRY-10, IN-5, IN-6, PURGE-3,
  KEYS-4, KEYS-5, ERR-4.
- A query that needs an unclaimed capability is answered: CAP-4, CAP-5, CAP-6, CAP-7, CAP-8, CAP-9.

See them in the root of the repository::

    taskdb check examples.first_versions.diskcache_backend:backend --profile quick
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import diskcache

from taskdb_spec import TASK_FIELDS, Backend, DuplicateRecord, RecordNotFound, TaskRecord

UNCLAIMED = "a query that needs an unclaimed capability is answered"
FAULTS = {
    "REC-4": "a record with an unknown field is stored",
    "REC-5": "a record whose msg_id is not its id is stored",
    "REC-6": "a date field that holds no datetime is stored",
    "REC-7": "a field that holds a value of a wrong class is stored",
    "REC-8": "a value outside the domain is stored",
    "REC-9": "a naive datetime is stored",
    "REC-11": "an id that is not a str is accepted",
    "UPD-6": "an update stores a dotted name as a field",
    "BUF-2": "a memoryview cannot be pickled",
    "QRY-4": "an unknown operator at the top of a query is read as a field",
    "QRY-5": "an unknown field is read as None",
    "QRY-7": "an operand outside the domain matches nothing",
    "QRY-9": "a malformed query is answered if the store is empty",
    "QRY-10": "a malformed condition is answered if no record reaches it",
    "PURGE-3": "a purge with a malformed query is not refused if the store is empty",
    "IN-5": "`$in` and `$nin` accept a dict or a str",
    "IN-6": "an operator inside `$in` is read as a value",
    "KEYS-4": "an unknown key is accepted if no record matches",
    "KEYS-5": "a str as keys is accepted if no record matches",
    "ERR-4": "a query that is no dict raises AttributeError",
    **dict.fromkeys(("CAP-4", "CAP-5", "CAP-6", "CAP-7", "CAP-8", "CAP-9"), UNCLAIMED),
}
DEFAULTS = {**dict.fromkeys(TASK_FIELDS), "stdout": "", "stderr": ""}
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, operand: value == operand,
    "$ne": lambda value, operand: value != operand,
    "$lt": lambda value, operand: is_comparable(value, operand) and value < operand,
    "$lte": lambda value, operand: value == operand or OPERATORS["$lt"](value, operand),
    "$gt": lambda value, operand: is_comparable(value, operand) and value > operand,
    "$gte": lambda value, operand: value == operand or OPERATORS["$gt"](value, operand),
    "$in": lambda value, operand: value in operand,
    "$nin": lambda value, operand: value not in operand,
}


class FirstDiskcacheDB:
    """A store in a folder, which takes records and queries as they are."""

    def __init__(self, folder: Path) -> None:
        self._cache = diskcache.Cache(str(folder), eviction_policy="none")

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record."""
        if not self._cache.add(msg_id, {**DEFAULTS, "msg_id": msg_id, **rec}):
            raise DuplicateRecord(f"there is a record {msg_id!r} already")

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return the whole record."""
        record: TaskRecord | None = self._cache.get(msg_id)
        if record is None:
            raise RecordNotFound(f"there is no record {msg_id!r}")
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        self._cache.set(msg_id, {**self.get_record(msg_id), **rec})

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        if not self._cache.delete(msg_id):
            raise RecordNotFound(f"there is no record {msg_id!r}")

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        for msg_id in self.find_records(check):
            self._cache.delete(msg_id)

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id."""
        found = {r["msg_id"]: r for r in self._read_all() if matches(r, check)}
        if not keys:
            return found
        return {i: {name: r[name] for name in ("msg_id", *keys)} for i, r in found.items()}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        times = [(record["submitted"], record["msg_id"]) for record in self._read_all()]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Close the files."""
        self._cache.close()

    def _read_all(self) -> list[Any]:
        return [self._cache[msg_id] for msg_id in self._cache]


def is_comparable(value: Any, operand: Any) -> bool:
    """Return True for two texts or two timestamps."""
    return value is not None and type(value) is type(operand)


def matches(record: Mapping[str, Any], check: dict[str, Any]) -> bool:
    """Return whether the query matches the record."""
    for name, condition in check.items():
        tests = condition if isinstance(condition, dict) else {"$eq": condition}
        if not all(OPERATORS[key](record.get(name), value) for key, value in tests.items()):
            return False
    return True


backend = Backend(name="first-diskcache", open=FirstDiskcacheDB, capabilities={"durable"})
