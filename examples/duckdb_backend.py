"""A task store on DuckDB: SQL narrows the records, and the compiled query decides.

Short texts and timestamps have a column each, so that SQL can query them. The column `rest` has the
other fields as a pickle. A pickle can execute code: do not open a file that others can write to.
Check the store in the root of the repository::

    taskdb check examples.duckdb_backend:backend --profile quick
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from taskdb_spec import (
    TASK_FIELDS,
    Backend,
    DuplicateRecord,
    RecordNotFound,
    TaskRecord,
    check_keys,
    checked_fields,
    compile_query,
    new_record,
)
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.language import tree

TEXTS = ("msg_id", "client_uuid", "engine_uuid", "queue", "label")
TIMES = ("submitted", "started", "completed", "received", "arrived")
COLUMNS = (*TEXTS, *TIMES)
OPERATORS: dict[type, str] = {tree.Lt: "<", tree.Lte: "<=", tree.Gt: ">", tree.Gte: ">="}
CREATE_TABLE = f"""CREATE TABLE IF NOT EXISTS tasks (
    {", ".join(f"{name} VARCHAR" for name in TEXTS)},
    {", ".join(f"{name} TIMESTAMP" for name in TIMES)},
    rest BLOB, PRIMARY KEY (msg_id))"""
PLACES = ", ".join("?" for _ in (*COLUMNS, "rest"))


class DuckDBStore:
    """A store in the file ``tasks.duckdb`` of a folder. One process at a time can open it."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect(folder / "tasks.duckdb")
        self._connection.execute(CREATE_TABLE)

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record. The primary key refuses an id that exists."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        try:
            self._connection.execute(f"INSERT INTO tasks VALUES ({PLACES})", to_row(record))
        except duckdb.ConstraintException:
            raise DuplicateRecord(f"there is a record {msg_id!r} already") from None

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return the whole record."""
        checked_fields(msg_id, {})  # refuses an id that is not a str; SQL would convert it
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
        self.get_record(msg_id)  # DELETE does not refuse an unknown id
        self._connection.execute("DELETE FROM tasks WHERE msg_id = ?", [msg_id])

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        ids = list(self.find_records(check))
        self._connection.execute("DELETE FROM tasks WHERE list_contains(?, msg_id)", [ids])

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id: whole, or the fields in `keys`."""
        matches = compile_query(check)
        names = ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        found: list[Any] = [r for r in self._select(*narrow(matches.tree)) if matches(r)]
        return {r["msg_id"]: {name: r[name] for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        sql = "SELECT msg_id FROM tasks ORDER BY submitted NULLS FIRST, msg_id"
        return [msg_id for (msg_id,) in self._connection.execute(sql).fetchall()]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _select(self, condition: str, parameters: list[Any]) -> list[TaskRecord]:
        sql = f"SELECT * FROM tasks WHERE {condition}"
        return [from_row(row) for row in self._connection.execute(sql, parameters).fetchall()]


def to_row(record: Mapping[str, Any]) -> list[Any]:
    """Return the values of the columns."""
    rest = {name: record[name] for name in TASK_FIELDS if name not in COLUMNS}
    return [*(to_column(record[name]) for name in COLUMNS), pickle.dumps(rest)]


def to_column(value: Any) -> Any:
    """Return a value as a column has it: timestamps are in UTC, without a time zone."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def from_row(row: tuple[Any, ...]) -> Any:
    """Return the record of a row."""
    columns = dict(zip(COLUMNS, row, strict=False))
    times = {name: columns[name] and columns[name].replace(tzinfo=UTC) for name in TIMES}
    fields = {**columns, **times, **pickle.loads(row[-1])}
    return {name: fields[name] for name in TASK_FIELDS}


def narrow(query: tree.Query) -> tuple[str, list[Any]]:
    """Return an SQL condition that each matching record satisfies, and its parameters.

    The condition may select more records. An operator without a translation narrows nothing.
    """
    conditions, parameters = ["TRUE"], []
    if isinstance(query, tree.And):
        for condition, values in map(narrow, query.parts):
            conditions.append(condition)
            parameters += values
    elif isinstance(query, tree.Field) and query.path.root in COLUMNS and not query.path.rest:
        name = query.path.root
        kind = str if name in TEXTS else datetime
        for test in query.tests:
            operand = getattr(test, "operand", None)
            if isinstance(test, tree.Eq) and operand is None:
                conditions.append(f"{name} IS NULL")  # `= NULL` is never true
            elif type(test) in (tree.Eq, *OPERATORS) and isinstance(operand, kind):
                conditions.append(f"{name} {OPERATORS.get(type(test), '=')} ?")
                parameters.append(to_column(operand))
    return f"({' AND '.join(conditions)})", parameters


backend = Backend(name="duckdb", open=DuckDBStore, capabilities=QUERY_CAPABILITIES | {"durable"})
