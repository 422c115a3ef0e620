"""`import_ipyparallel`, which reads the records of a file that ipyparallel's SQLiteDB wrote."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from taskdb_reference.sql.errors import StoreRefused
from taskdb_reference.sqlite.pickle_reader import read_buffers
from taskdb_spec import TASK_FIELDS, DuplicateRecord, RecordError, TaskDB
from taskdb_spec.records.domain import safe_repr
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TIME_FIELDS


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that was not imported."""

    table: str
    msg_id: object
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What became of the records of a file, and of the columns that no record has a field for."""

    imported: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored_columns: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{len(self.imported)} records imported, {len(self.refused)} refused"]
        for table, columns in self.ignored_columns.items():
            lines.append(f"table {table}: ignored the columns {', '.join(columns)}")
        lines += [f"{r.table}: {safe_repr(r.msg_id)}: {r.reason}" for r in self.refused]
        return "\n".join(lines)


def import_ipyparallel(source: Path, target: TaskDB) -> ImportReport:
    """Add the records of all sessions in the file `source` to `target`, and say which it refused.

    The file is only read, and nothing in it is unpickled. Texts in documents stay texts, where
    ipyparallel makes datetimes of those that look like one. A record that `target` has already is
    refused, so that an import can be made again. Raises FileNotFoundError, and `StoreRefused` for a
    file that holds no table of tasks.
    """
    report = ImportReport()
    with closing(_opened(source)) as connection:
        for table in _tables(connection, source):
            for row in _rows(connection, table, report):
                _import(row, table, target, report)
    return report


def _opened(source: Path) -> sqlite3.Connection:
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    connection = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    # A text that is no UTF-8 spoils its own record, and not the reading of all that follow.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection


def _tables(connection: sqlite3.Connection, source: Path) -> list[str]:
    try:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
    except sqlite3.DatabaseError as error:
        raise StoreRefused(f"{source} is no SQLite file: {error}") from error
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = [name for name in names if {"msg_id", "header"} <= set(_columns(connection, name))]
    if application or not tables:  # ipyparallel's files name no application
        raise StoreRefused(f"{source} holds no table of tasks that ipyparallel wrote")
    return tables


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return [name for (name,) in rows]


def _rows(
    connection: sqlite3.Connection, table: str, report: ImportReport
) -> Iterator[dict[str, Any]]:
    columns = _columns(connection, table)
    known = [name for name in columns if name in TASK_FIELDS]
    if len(known) < len(columns):
        report.ignored_columns[table] = [name for name in columns if name not in known]
    quoted = table.replace('"', '""')  # a name cannot be a parameter
    for row in connection.execute(f'SELECT {", ".join(known)} FROM "{quoted}"'):
        yield dict(zip(known, row, strict=True))


def _import(row: dict[str, Any], table: str, target: TaskDB, report: ImportReport) -> None:
    msg_id = row["msg_id"]
    try:
        record = {name: _read(name, cell) for name, cell in row.items()}
        target.add_record(msg_id, record)
    except (RecordError, DuplicateRecord) as error:
        report.refused.append(Refused(table, msg_id, str(error)))
    else:
        report.imported.append(msg_id)


def _read(name: str, cell: Any) -> Any:
    """The value in a cell. Raises `RecordError`, which names the field."""
    if cell is None or name not in _READERS:
        return cell
    what, kind, read = _READERS[name]
    if not isinstance(cell, kind):
        raise RecordError(f"{name}: is not {what}, but a {type(cell).__name__}")
    try:
        return read(cell)
    except ValueError as error:
        raise RecordError(f"{name}: is not {what}: {error}") from error
    except RecursionError:
        raise RecordError(f"{name}: is nested too deep") from None


_READERS: dict[str, tuple[str, type, Callable[[Any], Any]]] = {
    **dict.fromkeys(DICT_FIELDS, ("JSON text", str, json.loads)),
    **dict.fromkeys(BUFFER_FIELDS, ("a pickled list of bytes", bytes, read_buffers)),
    **dict.fromkeys(TIME_FIELDS, ("a date and time", str, datetime.fromisoformat)),
}
