"""`SQLiteDB`, the store in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from traitlets import Enum

from taskdb_reference.errors import build_culled_error
from taskdb_reference.limits import CullingStore
from taskdb_reference.record_size import measure_size
from taskdb_reference.sql.base_store import Execute, SqlDB
from taskdb_reference.sql.columns import list_columns, read_fields, to_cells
from taskdb_reference.sql.config import Seconds
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import escape_nul
from taskdb_reference.sqlite.config import Filename
from taskdb_reference.sqlite.connection import SharedConnection
from taskdb_reference.sqlite.culling import cull, read_totals
from taskdb_spec import RecordNotFound, TaskRecord

_IN_ARRAY = "{column} IN (SELECT value FROM json_each(?))"


class SQLiteDB(CullingStore, SqlDB):
    """Keeps TaskRecords in a SQLite file, for several threads and processes at once.

    When a call returns, its writes are on disk. The store culls nothing unless `record_limit` or
    `size_limit` is set; then it culls as `DictDB` does. The file remembers the culled ids.

    >>> db = SQLiteDB(filename=":memory:")
    >>> db.add_record("a", {"client_uuid": "c", "header": {"engine": 1}})
    >>> db.find_records({"header.engine": 1, "completed": None}, keys=["client_uuid"])
    {'a': {'msg_id': 'a', 'client_uuid': 'c'}}
    >>> db.close()
    """

    dialect: ClassVar[Dialect] = Dialect(
        table="records",
        placeholder="?",
        text_in=_IN_ARRAY,
        time_in=_IN_ARRAY,
        to_array=json.dumps,
        contains="instr({column}, ?) > 0",
        history_order="submitted, msg_id",
    )

    filename = Filename(
        "tasks.db",
        help="""The file that holds the records, created if it does not exist; ':memory:' for none.
        """,
    ).tag(config=True)
    timeout = Seconds(
        30.0,
        help="""How many seconds a write waits for the write of another process.""",
    ).tag(config=True)
    synchronous = Enum(
        ["full", "normal", "off"],
        default_value="full",
        help="""What a write waits for.

        'full', the default: until it is on the disk. With 'normal' the last writes may be lost when
        the power fails; with 'off' the whole file may be. A killed process loses nothing.""",
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Open the file.

        Raises:
            TraitError: A trait is invalid.
            StoreRefused: The file is of another application or of a newer version.
            StoreUnavailable: The file cannot be opened.
        """
        super().__init__(**traits)
        self._connection = SharedConnection(self.filename, self.timeout, self.synchronous)

    def close(self) -> None:
        """Close the file. A second call does nothing; any other call raises `StoreClosed`."""
        self._connection.close()

    @property
    def size(self) -> int:
        """The bytes that the records hold, as `size_limit` counts them."""
        with self._begin_read() as execute:
            return read_totals(execute)[1]

    def _begin_read(self) -> AbstractContextManager[Execute]:
        return self._connection.transaction("DEFERRED")

    def _begin_write(self) -> AbstractContextManager[Execute]:
        return self._connection.transaction("IMMEDIATE")

    def _begin_drop(self) -> AbstractContextManager[Execute]:
        return self._begin_write()

    def _extra_cells(self, record: TaskRecord) -> dict[str, Any]:
        return {"size": measure_size(record)}

    def _insert(self, execute: Execute, record: TaskRecord) -> None:
        super()._insert(execute, record)
        execute("DELETE FROM culled WHERE msg_id = ?", (escape_nul(record["msg_id"]),))

    def _update(self, execute: Execute, fields: dict[str, Any]) -> None:
        where = self._has_id(fields["msg_id"])
        columns = ", ".join(["size", *list_columns(fields)])
        row = execute(f"SELECT {columns} FROM {self._rows(where)}", where.params).fetchone()
        if row is None:
            raise self._build_not_found_error(execute, fields["msg_id"])
        size, *cells = row
        before = read_fields(fields, iter(cells))
        size += sum(measure_size(fields[name]) - measure_size(before[name]) for name in fields)
        new = {**to_cells(fields), "size": size}
        sets = ", ".join(f"{column} = ?" for column in new)
        execute(f"UPDATE records SET {sets} WHERE {where.sql}", [*new.values(), *where.params])

    def _build_not_found_error(self, execute: Execute, msg_id: str) -> RecordNotFound:
        if execute("SELECT 1 FROM culled WHERE msg_id = ?", (escape_nul(msg_id),)).fetchone():
            return build_culled_error(msg_id)
        return super()._build_not_found_error(execute, msg_id)

    def _enforce_limits(self, execute: Execute, msg_id: str) -> Callable[[], None]:
        limits = self._limits
        if limits is None:
            return lambda: None
        results, (_, size) = cull(execute, limits, written=msg_id), read_totals(execute)
        # Log after the commit: a log handler may raise, and must not roll back the write.
        return lambda: self._log_culling(results, limits, msg_id, size)
