"""`SqlDB`, the base class of the stores in SQL databases."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Protocol, TypeAlias

from taskdb_reference.base import BaseDB
from taskdb_reference.errors import build_duplicate_error, build_not_found_error
from taskdb_reference.sql.columns import list_columns, read_fields, to_cells
from taskdb_reference.sql.conditions import SqlCondition, all_of
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.nul_escaping import escape_nul, is_encodable, unescape_nul
from taskdb_reference.sql.query_translation import QueryTranslator
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
    """The result of a statement, as the drivers return it."""

    @property
    def rowcount(self) -> int:
        """The number of rows that the statement changed."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def __iter__(self) -> Iterator[Any]: ...


Execute: TypeAlias = Callable[[str, Sequence[Any]], Cursor]
"""Executes one statement with its parameters, in a transaction."""


class SqlDB(BaseDB):
    """Base class of the stores in SQL databases: all calls, in terms of transactions.

    A store defines its `dialect` and three kinds of transactions: `_begin_read`, `_begin_write` for
    one record, and `_begin_drop` for many records. Transactions must be serializable.
    """

    dialect: ClassVar[Dialect]

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._translator = QueryTranslator(self.dialect)

    # The calls

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record. Fields that `rec` does not have are set to None.

        Raises:
            DuplicateRecord: The store has a record of this id. It is unchanged.
            RecordError: The record is invalid. The store is unchanged.
        """
        record = with_defaults(checked_fields(msg_id, rec))
        with self._begin_write() as execute:
            self._insert(execute, record)
            after_commit = self._enforce_limits(execute, record["msg_id"])
        after_commit()

    def get_record(self, msg_id: str) -> TaskRecord:
        """Return the whole record.

        Raises:
            RecordNotFound: The store has no such record.
        """
        columns = ", ".join(list_columns(TASK_FIELDS))
        where = self._has_id(msg_id)
        with self._begin_read() as execute:
            row = execute(f"SELECT {columns} FROM {self._rows(where)}", where.params).fetchone()
            if row is None:
                raise self._build_not_found_error(execute, msg_id)
        record: Any = read_fields(TASK_FIELDS, iter(row))
        return record  # type: ignore[no-any-return]

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each as a whole.

        Raises:
            RecordNotFound: The store has no such record.
            RecordError: The values are invalid. The store is unchanged.
        """
        fields = checked_fields(msg_id, rec)
        with self._begin_write() as execute:
            self._update(execute, fields)
            after_commit = self._enforce_limits(execute, fields["msg_id"])
        after_commit()

    def drop_record(self, msg_id: str) -> None:
        """Remove the record.

        Raises:
            RecordNotFound: The store has no such record.
        """
        where = self._has_id(msg_id)
        with self._begin_write() as execute:
            if not execute(f"DELETE FROM {self._rows(where)}", where.params).rowcount:
                raise self._build_not_found_error(execute, msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove the records that `find_records` would find.

        Raises:
            QueryError: The query is invalid. The store is unchanged.
        """
        predicate = compile_query(check)
        where = self._translator.translate(predicate.tree)
        with self._begin_drop() as execute:
            if not where.is_exact:
                found = self._iter_matching(execute, predicate, where, ["msg_id"])
                where = self._has_any_id([record["msg_id"] for record in found])
            where = all_of([self._in_store(), where])
            execute(f"DELETE FROM {self._rows(where)}", where.params)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Return the records that the query `check` selects, by msg_id, in any order.

        Args:
            check: The query.
            keys: The names of the fields to return, beside ``msg_id``; None for all.

        Raises:
            QueryError: The query or `keys` is invalid.
        """
        predicate = compile_query(check)
        where = self._translator.translate(predicate.tree)
        names = check_keys(keys)
        fields = list(TASK_FIELDS) if names is None else list(dict.fromkeys(("msg_id", *names)))
        with self._begin_read() as execute:
            found: Any = self._iter_matching(execute, predicate, where, fields)
            return {record["msg_id"]: record for record in found}

    def get_history(self) -> list[str]:
        """Return all msg_ids, ascending by ``submitted``, None first."""
        where = self._in_store()
        order = self.dialect.history_order
        with self._begin_read() as execute:
            sql = f"SELECT msg_id FROM {self._rows(where)} ORDER BY {order}"
            return [unescape_nul(msg_id) for (msg_id,) in execute(sql, where.params)]

    # What a store adds

    @abstractmethod
    def _begin_read(self) -> AbstractContextManager[Execute]:
        """Begin a transaction that sees one state of the store."""

    @abstractmethod
    def _begin_write(self) -> AbstractContextManager[Execute]:
        """Begin a transaction that writes one record. It is rolled back if the block raises."""

    @abstractmethod
    def _begin_drop(self) -> AbstractContextManager[Execute]:
        """Begin a transaction that selects and removes records, without concurrent writes."""

    def _store_cells(self) -> dict[str, Any]:
        """Return the columns that identify the rows of this store, if it shares the table."""
        return {}

    def _extra_cells(self, _record: TaskRecord) -> dict[str, Any]:
        """Return the columns of a new record that hold none of its fields."""
        return {}

    def _enforce_limits(self, _execute: Execute, _msg_id: str) -> Callable[[], None]:
        """Enforce limits after a record was written, in the same transaction.

        Returns:
            A function to call after the commit.
        """
        return lambda: None

    def _build_not_found_error(self, _execute: Execute, msg_id: str) -> RecordNotFound:
        return build_not_found_error(msg_id)

    # Statements

    def _insert(self, execute: Execute, record: TaskRecord) -> None:
        cells = {**self._store_cells(), **to_cells(record), **self._extra_cells(record)}
        placeholders = ", ".join(self.dialect.placeholder for _ in cells)
        sql = f"INSERT INTO {self.dialect.table} ({', '.join(cells)}) VALUES ({placeholders})"
        if not execute(f"{sql} ON CONFLICT DO NOTHING", list(cells.values())).rowcount:
            raise build_duplicate_error(record["msg_id"])

    def _update(self, execute: Execute, fields: dict[str, Any]) -> None:
        cells, where = to_cells(fields), self._has_id(fields["msg_id"])
        sets = ", ".join(f"{column} = {self.dialect.placeholder}" for column in cells)
        sql = f"UPDATE {self.dialect.table} SET {sets} WHERE {where.sql}"
        if not execute(sql, [*cells.values(), *where.params]).rowcount:
            raise self._build_not_found_error(execute, fields["msg_id"])

    def _iter_matching(
        self, execute: Execute, predicate: Predicate, where: SqlCondition, fields: list[str]
    ) -> Iterator[dict[str, Any]]:
        """Yield the records that a query selects.

        Args:
            execute: Executes statements in the current transaction.
            predicate: The compiled query. It is evaluated if `where` is not exact.
            where: The translated query.
            fields: The fields of the yielded records.
        """
        evaluated = [] if where.is_exact else sorted(tree.roots(predicate.tree))
        others = [name for name in fields if name not in evaluated]
        columns = ", ".join(list_columns([*evaluated, *others]))
        where = all_of([self._in_store(), where])
        for row in execute(f"SELECT {columns} FROM {self._rows(where)}", where.params):
            cells = iter(row)
            record = read_fields(evaluated, cells)
            # Only a row that matches is worth the decoding of its other fields.
            if not evaluated or predicate(record):
                record |= read_fields(others, cells)
                yield {name: record[name] for name in fields}

    def _rows(self, where: SqlCondition) -> str:
        return f"{self.dialect.table} WHERE {where.sql}"

    # Conditions

    def _in_store(self) -> SqlCondition:
        placeholder = self.dialect.placeholder
        return all_of(
            SqlCondition(f"{column} = {placeholder}", (value,))
            for column, value in self._store_cells().items()
        )

    def _has_id(self, msg_id: object) -> SqlCondition:
        # No record has an id that cannot be stored.
        if not isinstance(msg_id, str) or not is_encodable(msg_id):
            raise build_not_found_error(msg_id)
        # str.__str__ converts a subclass of str, which a driver might not accept.
        escaped = escape_nul(str.__str__(msg_id))
        here = SqlCondition(f"msg_id = {self.dialect.placeholder}", (escaped,))
        return all_of([self._in_store(), here])

    def _has_any_id(self, msg_ids: list[str]) -> SqlCondition:
        sql = self.dialect.text_in.format(column="msg_id")
        return SqlCondition(sql, (self.dialect.to_array(list(map(escape_nul, msg_ids))),))
