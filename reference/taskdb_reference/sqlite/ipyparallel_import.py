"""`import_ipyparallel` copies the records of a file that ipyparallel's SQLiteDB wrote."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from taskdb_reference.errors import StoreRefused
from taskdb_reference.sqlite.pickle_reader import read_buffers
from taskdb_spec import TASK_FIELDS, DuplicateRecord, RecordError, TaskDB
from taskdb_spec.records.domain import safe_repr
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TIME_FIELDS


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that was not imported, and the reason."""

    table: str
    msg_id: object
    reason: str


@dataclass(slots=True)
class ImportReport:
    """The result of an import.

    Attributes:
        imported: The ids of the imported records.
        refused: The records that were not imported.
        ignored_columns: For each table, the columns that are no field of a record.
    """

    imported: list[str] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    ignored_columns: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{len(self.imported)} records imported, {len(self.refused)} refused"]
        for table, columns in self.ignored_columns.items():
            lines.append(f"table {table}: ignored the columns {', '.join(columns)}")
        lines += [f"{r.table}: {safe_repr(r.msg_id)}: {r.reason}" for r in self.refused]
        return "\n".join(lines)


def import_ipyparallel(source: Path, target: TaskDB) -> ImportReport:
    """Add the records of all sessions in a file to a store.

    The file is opened read-only, and no content is unpickled. Texts in documents stay texts, also
    those that look like dates, which ipyparallel converts to datetimes. A record that the target
    has already is refused, so an import may be repeated.

    Args:
        source: The file.
        target: The store.

    Raises:
        FileNotFoundError: There is no such file.
        StoreRefused: The file holds no table of tasks.
    """
    report = ImportReport()
    with closing(_open(source)) as connection:
        for table in _find_tables(connection, source):
            for row in _iter_rows(connection, table, report):
                _import_row(row, table, target, report)
    return report


def _open(source: Path) -> sqlite3.Connection:
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    connection = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    # A text that is not UTF-8 must only fail its own record, not the iteration over all rows.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection


def _find_tables(connection: sqlite3.Connection, source: Path) -> list[str]:
    try:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
    except sqlite3.DatabaseError as error:
        raise StoreRefused(f"{source} is no SQLite file: {error}") from error
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = [
        name for name in names if {"msg_id", "header"} <= set(_list_columns(connection, name))
    ]
    if application or not tables:  # ipyparallel's files have no application id
        raise StoreRefused(f"{source} holds no table of tasks that ipyparallel wrote")
    return tables


def _list_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return [name for (name,) in rows]


def _iter_rows(
    connection: sqlite3.Connection, table: str, report: ImportReport
) -> Iterator[dict[str, Any]]:
    columns = _list_columns(connection, table)
    known = [name for name in columns if name in TASK_FIELDS]
    if len(known) < len(columns):
        report.ignored_columns[table] = [name for name in columns if name not in known]
    quoted = table.replace('"', '""')  # a table name cannot be a parameter
    for row in connection.execute(f'SELECT {", ".join(known)} FROM "{quoted}"'):
        yield dict(zip(known, row, strict=True))


def _import_row(row: dict[str, Any], table: str, target: TaskDB, report: ImportReport) -> None:
    msg_id = row["msg_id"]
    try:
        record = {name: _read_cell(name, cell) for name, cell in row.items()}
        target.add_record(msg_id, record)
    except (RecordError, DuplicateRecord) as error:
        report.refused.append(RefusedRecord(table, msg_id, str(error)))
    else:
        report.imported.append(msg_id)


def _read_cell(name: str, cell: Any) -> Any:
    """Return the value in a cell.

    Raises:
        RecordError: The cell is invalid. The text names the field.
    """
    if cell is None or name not in _READERS:
        return cell
    expected, kind, read = _READERS[name]
    if not isinstance(cell, kind):
        raise RecordError(f"{name}: is not {expected}, but a {type(cell).__name__}")
    try:
        return read(cell)
    except ValueError as error:
        raise RecordError(f"{name}: is not {expected}: {error}") from error
    except RecursionError:
        raise RecordError(f"{name}: is nested too deep") from None


_READERS: dict[str, tuple[str, type, Callable[[Any], Any]]] = {
    **dict.fromkeys(DICT_FIELDS, ("JSON text", str, json.loads)),
    **dict.fromkeys(BUFFER_FIELDS, ("a pickled list of bytes", bytes, read_buffers)),
    **dict.fromkeys(TIME_FIELDS, ("a date and time", str, datetime.fromisoformat)),
}
"""For each field: what its cell must contain, the class of the cell, and the conversion."""
