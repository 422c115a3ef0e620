"""A first version of the store on DuckDB. Do not copy it: it has these faults.

- In SQL, a comparison with NULL is not true: NE-2, NE-3, NIN-2, NIN-3.

See them in the root of the repository::

    taskdb check examples.first_versions.duckdb_backend:backend --profile quick
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from taskdb_spec import (
    TASK_FIELDS,
    Backend,
    DuplicateRecord,
    RecordNotFound,
    check_keys,
    checked_fields,
    compile_query,
    new_record,
)
from taskdb_spec.language import tree

FAULTS = {
    "NE-2": "`<>` is not true for NULL, so `$ne` leaves out records with None",
    "NE-3": "`<> NULL` is never true, so `$ne` with None matches nothing",
    "NIN-2": "`NOT IN` is not true for NULL, so `$nin` leaves out records with None",
    "NIN-3": "`NOT IN` with NULL among the operands is never true",
}
TEXTS = ("msg_id", "client_uuid", "engine_uuid", "queue", "label")
TIMES = ("submitted", "started", "completed", "received", "arrived")
COLUMNS = (*TEXTS, *TIMES)
OPERATORS: dict[type, str] = {
    tree.Eq: "IS NOT DISTINCT FROM",
    tree.Ne: "<>",
    tree.Nin: "NOT IN",
}
CREATE_TABLE = f"""CREATE TABLE IF NOT EXISTS tasks (
    {", ".join(f"{name} VARCHAR" for name in TEXTS)},
    {", ".join(f"{name} TIMESTAMP" for name in TIMES)},
    record BLOB, PRIMARY KEY (msg_id))"""
PLACES = ", ".join("?" for _ in (*COLUMNS, "record"))


class FirstDuckDBStore:
    """A store in the file ``tasks.duckdb`` of a folder."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(folder / "tasks.duckdb")
        self._connection.execute(CREATE_TABLE)

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        try:
            self._connection.execute(f"INSERT INTO tasks VALUES ({PLACES})", to_row(record))
        except duckdb.ConstraintException:
            raise DuplicateRecord(f"there is a record {msg_id!r} already") from None

    def get_record(self, msg_id: str, /) -> Any:
        """Return the whole record."""
        checked_fields(msg_id, {})
        for record in self._select("msg_id = ?", [msg_id]):
            return record
        raise RecordNotFound(f"there is no record {msg_id!r}")

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        fields = checked_fields(msg_id, rec)
        row = to_row({**self.get_record(msg_id), **fields})
        self._connection.execute(f"INSERT OR REPLACE INTO tasks VALUES ({PLACES})", row)

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        self.get_record(msg_id)
        self._connection.execute("DELETE FROM tasks WHERE msg_id = ?", [msg_id])

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        ids = list(self.find_records(check))
        self._connection.execute("DELETE FROM tasks WHERE list_contains(?, msg_id)", [ids])

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id."""
        matches = compile_query(check, capabilities=())
        names = ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        found = [r for r in self._select(*narrow(matches.tree)) if matches(r)]
        return {r["msg_id"]: {name: r[name] for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        sql = "SELECT msg_id FROM tasks ORDER BY submitted NULLS FIRST, msg_id"
        return [msg_id for (msg_id,) in self._connection.execute(sql).fetchall()]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _select(self, condition: str, parameters: list[Any]) -> list[Any]:
        sql = f"SELECT record FROM tasks WHERE {condition}"
        rows = self._connection.execute(sql, parameters).fetchall()
        return [pickle.loads(data) for (data,) in rows]


def to_row(record: Mapping[str, Any]) -> list[Any]:
    """Return the values of the columns, and the whole record."""
    return [*(to_column(record[name]) for name in COLUMNS), pickle.dumps(dict(record))]


def to_column(value: Any) -> Any:
    """Return a value as a column has it: timestamps are in UTC, without a time zone."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def fits(operand: Any, name: str) -> bool:
    """Return whether SQL can compare an operand with a column."""
    return operand is None or isinstance(operand, str if name in TEXTS else datetime)


def narrow(query: tree.Query) -> tuple[str, list[Any]]:
    """Return the SQL condition of a query, and its parameters."""
    conditions, parameters = ["TRUE"], []
    if isinstance(query, tree.And):
        for condition, values in map(narrow, query.parts):
            conditions.append(condition)
            parameters += values
    elif isinstance(query, tree.Field) and query.path.root in COLUMNS:
        name = query.path.root
        for test in query.tests:
            operands = [*getattr(test, "operands", [getattr(test, "operand", None)])]
            operator = OPERATORS.get(type(test))
            if operator and operands and all(fits(operand, name) for operand in operands):
                places = ", ".join("?" for _ in operands)
                conditions.append(f"{name} {operator} ({places})")
                parameters += map(to_column, operands)
    return f"({' AND '.join(conditions)})", parameters


backend = Backend(name="first-duckdb", open=FirstDuckDBStore, capabilities={"durable"})
