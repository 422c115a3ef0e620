"""`DictDB`, the store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from taskdb_reference.errors import (
    build_culled_error,
    build_duplicate_error,
    build_not_found_error,
)
from taskdb_reference.limits import CullingStore
from taskdb_reference.memory.culling import cull
from taskdb_reference.memory.gc_pause import pause_gc
from taskdb_reference.memory.query_planner import make_plan
from taskdb_reference.memory.record_table import RecordTable
from taskdb_reference.memory.stored_record import StoredRecord
from taskdb_spec import Limits, TaskRecord, check_keys, parse_query
from taskdb_spec.records.fields import checked_fields, normalize_record

_MIN_RECORDS_FOR_GC_PAUSE = 100
"""Copying fewer records than this takes less time than pausing the garbage collector saves."""


class DictDB(CullingStore):
    """Keeps TaskRecords in memory, as long as the process runs.

    The store culls nothing unless `record_limit` or `size_limit` is set. A write that leaves the
    store above a limit then culls records: completed records before pending ones, oldest first. The
    log lists the culled ids. The store remembers them until they are added again.

    The cost of a call depends on the records that it returns or changes, not on the size of the
    store. The exception are queries that no index can answer: they scan all records (see
    `find_records`). The first query that needs an index builds it from all records. From then on
    the store maintains it, at constant cost or that of a binary search for each write. A change of
    an indexed record updates the index at once. Added and removed records reach it when it is next
    used, or after a thousand removals.

    >>> db = DictDB()
    >>> db.add_record("a", {"client_uuid": "c", "header": {"engine": 1}})
    >>> db.get_record("a")["header"]
    {'engine': 1}
    >>> db.find_records({"completed": None}, keys=["client_uuid"])
    {'a': {'msg_id': 'a', 'client_uuid': 'c'}}
    """

    def __init__(self, **traits: Any) -> None:
        """Create an empty store.

        Raises:
            TraitError: A limit is invalid.
        """
        super().__init__(**traits)
        self._table = RecordTable()
        self._culled_ids: set[str] = set()

    @property
    def size(self) -> int:
        """The bytes that the records hold, as `size_limit` counts them.

        The first access, or setting `size_limit`, measures all records. After that, each write
        updates the sum.

        >>> db = DictDB()
        >>> db.add_record("a", {"buffers": [b"12345"]})
        >>> before = db.size
        >>> db.update_record("a", {"buffers": [b""]})
        >>> before - db.size
        5
        """
        return self._table.sizes.total_bytes

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record. Fields that `rec` does not have are set to None.

        The cost does not depend on the size of the store: O(1), or O(log n) for a record that was
        submitted before others. If the store is above a limit afterwards, each culled record costs
        O(log n).

        Args:
            msg_id: The id of the record.
            rec: Its fields.

        Raises:
            DuplicateRecord: The store has a record of this id. It is unchanged.
            RecordError: The record is invalid. The store is unchanged.

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.add_record("a", {})
        Traceback (most recent call last):
        taskdb_spec.records.errors.DuplicateRecord: there is already a record of msg_id 'a'
        """
        fields = normalize_record(msg_id, rec)
        if fields["msg_id"] in self._table.records:
            raise build_duplicate_error(fields["msg_id"])
        self._table.insert(fields)
        self._after_write(fields["msg_id"])

    def get_record(self, msg_id: str) -> TaskRecord:
        """Return the whole record, in O(1).

        Raises:
            RecordNotFound: The store has no such record.
            RecordCulled: The record was culled.

        >>> DictDB().get_record("a")
        Traceback (most recent call last):
        taskdb_spec.records.errors.RecordNotFound: there is no record of msg_id 'a'
        """
        return self._get_stored(msg_id).copy()

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each as a whole.

        The cost is O(1), or O(log n) if the record moves in a sorted index. The store culls as in
        `add_record`.

        Args:
            msg_id: The id of the record.
            rec: The new values.

        Raises:
            RecordNotFound: The store has no such record.
            RecordCulled: The record was culled.
            RecordError: The values are invalid. The store is unchanged.

        >>> db = DictDB()
        >>> db.add_record("a", {"header": {"x": 1, "y": 2}})
        >>> db.update_record("a", {"header": {"x": 3}})
        >>> db.get_record("a")["header"]
        {'x': 3}
        """
        fields = checked_fields(msg_id, rec)
        self._table.update(self._get_stored(msg_id), fields)
        self._after_write(fields["msg_id"])

    def drop_record(self, msg_id: str) -> None:
        """Remove the record, in O(log n).

        Raises:
            RecordNotFound: The store has no such record.
            RecordCulled: The record was culled.

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.drop_record("a")
        >>> db.get_history()
        []
        """
        self._table.remove([self._get_stored(msg_id)])

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove the records that `find_records` would find.

        The cost is that of the search, and O(log n) for each removed record.

        Raises:
            QueryError: The query is invalid. The store is unchanged.

        >>> db = DictDB()
        >>> db.add_record("a", {"engine_uuid": "e"})
        >>> db.add_record("b", {})
        >>> db.drop_matching_records({"engine_uuid": "e"})
        >>> db.get_history()
        ['b']
        """
        self._table.remove(self._find(check))

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Return the records that the query `check` selects, by msg_id, in any order.

        Of the conditions that must all hold, the store looks up the one that the fewest records
        satisfy, and examines only these records. Indexes answer the following conditions; any other
        condition alone examines every record, in O(n):

        - ``msg_id``, ``client_uuid``, ``engine_uuid``, ``queue`` and ``label``: equality and
          ``$in``. For the last four also any other operator, at the cost of one evaluation for each
          value in the index.
        - every field: None, or not None.
        - time fields: equality and ranges.

        Args:
            check: The query.
            keys: The names of the fields to return, beside ``msg_id``; None for all. The store
                copies no other fields.

        Raises:
            QueryError: The query or `keys` is invalid.

        >>> db = DictDB()
        >>> db.add_record("a", {"label": "fit"})
        >>> db.find_records({"label": {"$in": ["fit", "plot"]}}, keys=["label"])
        {'a': {'msg_id': 'a', 'label': 'fit'}}
        """
        names = None if keys is None else check_keys(keys)
        record = self._find_by_id_only(check)
        if record is not None:
            return {record.msg_id: record.copy() if names is None else record.copy_fields(names)}
        found = self._find(check)
        with pause_gc() if len(found) >= _MIN_RECORDS_FOR_GC_PAUSE else nullcontext():
            if names is None:
                return {record.msg_id: record.copy() for record in found}
            return {record.msg_id: record.copy_fields(names) for record in found}

    def get_history(self) -> list[str]:
        """Return all msg_ids, ascending by ``submitted``, None first, then in the order of adding.

        An index has this order, so the cost is that of creating the list.

        >>> from datetime import UTC, datetime
        >>> db = DictDB()
        >>> db.add_record("a", {"submitted": datetime(2024, 1, 1, tzinfo=UTC)})
        >>> db.add_record("b", {})
        >>> db.get_history()
        ['b', 'a']
        """
        return self._table.history.list_ids()

    def _get_stored(self, msg_id: object) -> StoredRecord:
        """Return the store's own record, not a copy."""
        # An id of another class may be unhashable, and no record has it.
        if isinstance(msg_id, str):
            if msg_id in self._table.records:
                return self._table.records[msg_id]
            if msg_id in self._culled_ids:
                raise build_culled_error(msg_id)
        raise build_not_found_error(msg_id)

    def _find(self, check: dict[str, Any]) -> list[StoredRecord]:
        return make_plan(self._table, parse_query(check)).execute()

    def _find_by_id_only(self, check: object) -> StoredRecord | None:
        """Return the record if the query is ``{"msg_id": <str>}`` and the record exists.

        This is the most frequent query, and parsing it would take longer than answering it.
        """
        if type(check) is dict and len(check) == 1:
            msg_id = check.get("msg_id")
            if type(msg_id) is str:
                return self._table.records.get(msg_id)
        return None

    def _after_write(self, msg_id: str) -> None:
        """Update the culled ids and enforce the limits after a record was written."""
        self._culled_ids.discard(msg_id)
        if self._limits is not None:
            self._enforce_limits(self._limits, msg_id)

    def _enforce_limits(self, limits: Limits, written: str) -> None:
        results = cull(self._table, limits, written)
        for result in results:
            self._culled_ids.update(result.msg_ids)
        size = self.size if limits.size_limit is not None else 0
        # Log last: a log handler may raise, and by then the store must be consistent.
        self._log_culling(results, limits, written, size)
