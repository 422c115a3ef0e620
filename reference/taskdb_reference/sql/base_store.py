"""`SqlDB`, the calls of a store in a SQL database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol, TypeAlias

from taskdb_reference.base import BaseDB
from taskdb_reference.errors import duplicate, not_found
from taskdb_reference.sql.columns import cells_of, columns_of, read_fields
from taskdb_reference.sql.conditions import Condition, all_of
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import encodes, escaped, unescaped
from taskdb_reference.sql.query_translation import Translator
from taskdb_spec import (
    TASK_FIELDS,
    Predicate,
    RecordNotFound,
    TaskRecord,
    check_keys,
    compile_query,
)
from taskdb_spec.language import tree
from taskdb_spec.records.fields import checked_fields, with_defaults


class Cursor(Protocol):
    """What a statement came to."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


Run: TypeAlias = Callable[[str, Sequence[Any]], Cursor]
"""Runs one statement with its parameters, in a transaction."""


class SqlDB(BaseDB):
    """The parent of the stores in SQL databases: all calls, in terms of transactions.

    A store has a `dialect`, and makes transactions: `_reading`, `_changing` for one record, and
    `_purging` for many, each of which is as if no other were made at the same time.
    """

    dialect: ClassVar[Dialect]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._translator = Translator(self.dialect)

    # The calls

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record; fields that `rec` lacks are filled.

        Raises `DuplicateRecord`, `RecordError`; the store is then unchanged.
        """
        record = with_defaults(checked_fields(msg_id, rec))
        with self._changing() as run:
            self._insert(run, record)
            settled = self._settle(run, record["msg_id"])
        settled()

    def get_record(self, msg_id: str) -> TaskRecord:
        """The whole record. Raises `RecordNotFound`."""
        columns = ", ".join(columns_of(TASK_FIELDS))
        where = self._one(msg_id)
        with self._reading() as run:
            row = run(f"SELECT {columns} FROM {self._rows(where)}", where.params).fetchone()
            if row is None:
                raise self._not_found(run, msg_id)
        record: Any = read_fields(TASK_FIELDS, iter(row))
        return record  # type: ignore[no-any-return]

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each whole.

        Raises `RecordNotFound`, `RecordError`; the store is then unchanged.
        """
        fields = checked_fields(msg_id, rec)
        with self._changing() as run:
            self._replace(run, fields)
            settled = self._settle(run, fields["msg_id"])
        settled()

    def drop_record(self, msg_id: str) -> None:
        """Remove the record. Raises `RecordNotFound`."""
        where = self._one(msg_id)
        with self._changing() as run:
            if not run(f"DELETE FROM {self._rows(where)}", where.params).rowcount:
                raise self._not_found(run, msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove what `find_records` finds. Raises `QueryError` before anything goes."""
        selects = compile_query(check)
        where = self._translator.query(selects.tree)
        with self._purging() as run:
            if not where.exact:
                found = self._matching(run, selects, where, ["msg_id"])
                where = self._any([record["msg_id"] for record in found])
            where = all_of([self._scope(), where])
            run(f"DELETE FROM {self._rows(where)}", where.params)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """The records that the query `check` selects, by msg_id, in any order.

        With `keys`, a list of field names, each has those fields and ``msg_id`` only. Raises
        `QueryError`.
        """
        selects = compile_query(check)
        where = self._translator.query(selects.tree)
        names = check_keys(keys)
        fields = list(TASK_FIELDS) if names is None else list(dict.fromkeys(("msg_id", *names)))
        with self._reading() as run:
            found: Any = self._matching(run, selects, where, fields)
            return {record["msg_id"]: record for record in found}

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first."""
        scope = self._scope()
        order = self.dialect.history
        with self._reading() as run:
            rows = run(f"SELECT msg_id FROM {self._rows(scope)} ORDER BY {order}", scope.params)
            return [unescaped(msg_id) for (msg_id,) in rows]

    # What a store adds

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Run]:
        """A transaction that sees one state of the store."""

    @abstractmethod
    def _changing(self) -> AbstractContextManager[Run]:
        """A transaction that writes one record; undone if the block raises."""

    @abstractmethod
    def _purging(self) -> AbstractContextManager[Run]:
        """A transaction that removes records, while nothing else is written."""

    def _keys(self) -> dict[str, Any]:
        """The columns beside msg_id that say which rows are this store's."""
        return {}

    def _extra_cells(self, record: TaskRecord) -> dict[str, Any]:
        """Columns beside those of the fields, of a new record."""
        return {}

    def _settle(self, run: Run, msg_id: str) -> Callable[[], None]:
        """Put the store in order after a record was written.

        What is returned is called once that is committed.
        """
        return lambda: None

    def _not_found(self, run: Run, msg_id: str) -> RecordNotFound:
        return not_found(msg_id)

    # Statements

    def _insert(self, run: Run, record: TaskRecord) -> None:
        cells = {**self._keys(), **cells_of(record), **self._extra_cells(record)}
        marks = ", ".join(self.dialect.mark for _ in cells)
        sql = f"INSERT INTO {self.dialect.table} ({', '.join(cells)}) VALUES ({marks})"
        if not run(f"{sql} ON CONFLICT DO NOTHING", list(cells.values())).rowcount:
            raise duplicate(record["msg_id"])

    def _replace(self, run: Run, fields: dict[str, Any]) -> None:
        cells, where = cells_of(fields), self._one(fields["msg_id"])
        sets = ", ".join(f"{column} = {self.dialect.mark}" for column in cells)
        sql = f"UPDATE {self.dialect.table} SET {sets} WHERE {where.sql}"
        if not run(sql, [*cells.values(), *where.params]).rowcount:
            raise self._not_found(run, fields["msg_id"])

    def _matching(
        self, run: Run, selects: Predicate, where: Condition, fields: list[str]
    ) -> Iterator[dict[str, Any]]:
        """The selected records, of these fields. What SQL cannot decide is decided here."""
        looked_at = [] if where.exact else sorted(tree.roots(selects.tree))
        others = [name for name in fields if name not in looked_at]
        columns = ", ".join(columns_of([*looked_at, *others]))
        where = all_of([self._scope(), where])
        for row in run(f"SELECT {columns} FROM {self._rows(where)}", where.params):
            cells = iter(row)
            record = read_fields(looked_at, cells)
            if not looked_at or selects(record):
                record |= read_fields(others, cells)
                yield {name: record[name] for name in fields}

    def _rows(self, where: Condition) -> str:
        return f"{self.dialect.table} WHERE {where.sql}"

    def _scope(self) -> Condition:
        keys = self._keys()
        return all_of(
            Condition(f"{column} = {self.dialect.mark}", (value,)) for column, value in keys.items()
        )

    def _one(self, msg_id: object) -> Condition:
        # An id that cannot be stored is not asked for: no record has it.
        if not isinstance(msg_id, str) or not encodes(msg_id):
            raise not_found(msg_id)
        here = Condition(f"msg_id = {self.dialect.mark}", (escaped(str.__str__(msg_id)),))
        return all_of([self._scope(), here])

    def _any(self, msg_ids: list[str]) -> Condition:
        sql = self.dialect.text_among.format(column="msg_id")
        return Condition(sql, (self.dialect.array(list(map(escaped, msg_ids))),))
