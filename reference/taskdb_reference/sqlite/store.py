"""`SQLiteDB`, the store in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from traitlets import Enum

from taskdb_reference.errors import culled
from taskdb_reference.limits import Limited
from taskdb_reference.record_size import size_of
from taskdb_reference.sql.base_store import Run, SqlDB
from taskdb_reference.sql.columns import cells_of, columns_of, read_fields
from taskdb_reference.sql.config import Seconds
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import escaped
from taskdb_reference.sqlite.config import Filename
from taskdb_reference.sqlite.connection import Connection
from taskdb_reference.sqlite.culling import cull, totals
from taskdb_spec import RecordNotFound, TaskRecord

_AMONG = "{column} IN (SELECT value FROM json_each(?))"


class SQLiteDB(Limited, SqlDB):
    """Keeps TaskRecords in a SQLite file, for several threads and processes at once.

    What a call that returned has written is on disk. Nothing is culled unless `record_limit` or
    `size_limit` is set; then it is as in `DictDB`, and culled ids are remembered in the file.

    >>> db = SQLiteDB(filename=":memory:")
    >>> db.add_record("a", {"client_uuid": "c", "header": {"engine": 1}})
    >>> db.find_records({"header.engine": 1, "completed": None}, keys=["client_uuid"])
    {'a': {'msg_id': 'a', 'client_uuid': 'c'}}
    >>> db.close()
    """

    dialect: ClassVar[Dialect] = Dialect(
        table="records",
        mark="?",
        text_among=_AMONG,
        time_among=_AMONG,
        array=json.dumps,
        contains="instr({column}, ?) > 0",
        history="submitted, msg_id",
    )

    filename = Filename(
        "tasks.db",
        help="""The file that holds the records, made if it is not there; ':memory:' for none.""",
    ).tag(config=True)
    timeout = Seconds(
        30.0,
        help="""How many seconds a write waits for that of another process to end.""",
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

        Raises `TraitError` for a trait that is none, `StoreRefused` for a file of another
        application or a newer version, `StoreUnavailable` for one that cannot be opened.
        """
        super().__init__(**traits)
        self._connection = Connection(self.filename, self.timeout, self.synchronous)

    def close(self) -> None:
        """Close the file. Calling it again does nothing; any other call raises `StoreClosed`."""
        self._connection.close()

    @property
    def size(self) -> int:
        """The bytes that the records hold, as `size_limit` counts them."""
        with self._reading() as run:
            return totals(run)[1]

    def _reading(self) -> AbstractContextManager[Run]:
        return self._connection.transaction("DEFERRED")

    def _changing(self) -> AbstractContextManager[Run]:
        return self._connection.transaction("IMMEDIATE")

    def _purging(self) -> AbstractContextManager[Run]:
        return self._changing()

    def _extra_cells(self, record: TaskRecord) -> dict[str, Any]:
        return {"size": size_of(record)}

    def _insert(self, run: Run, record: TaskRecord) -> None:
        super()._insert(run, record)
        run("DELETE FROM culled WHERE msg_id = ?", (escaped(record["msg_id"]),))

    def _replace(self, run: Run, fields: dict[str, Any]) -> None:
        where = self._one(fields["msg_id"])
        columns = ", ".join(["size", *columns_of(fields)])
        row = run(f"SELECT {columns} FROM {self._rows(where)}", where.params).fetchone()
        if row is None:
            raise self._not_found(run, fields["msg_id"])
        size, *cells = row
        before = read_fields(fields, iter(cells))
        size += sum(size_of(fields[name]) - size_of(before[name]) for name in fields)
        new = {**cells_of(fields), "size": size}
        sets = ", ".join(f"{column} = ?" for column in new)
        run(f"UPDATE records SET {sets} WHERE {where.sql}", [*new.values(), *where.params])

    def _not_found(self, run: Run, msg_id: str) -> RecordNotFound:
        if run("SELECT 1 FROM culled WHERE msg_id = ?", (escaped(msg_id),)).fetchone():
            return culled(msg_id)
        return super()._not_found(run, msg_id)

    def _settle(self, run: Run, msg_id: str) -> Callable[[], None]:
        limits = self._limits
        if limits is None:
            return lambda: None
        parts, (_, size) = cull(run, limits, written=msg_id), totals(run)
        return lambda: self._tell(parts, limits, msg_id, size)
