"""`DictDB`, the store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

from taskdb_reference.errors import culled, duplicate, not_found
from taskdb_reference.limits import Limited
from taskdb_reference.memory.culling import cull
from taskdb_reference.memory.gc_pause import collector_paused
from taskdb_reference.memory.query_planner import plan
from taskdb_reference.memory.record_table import Shelf
from taskdb_reference.memory.stored_record import Held
from taskdb_spec import (
    Limits,
    TaskRecord,
    check_keys,
    parse_query,
)
from taskdb_spec.records.fields import checked_fields, normalize_record

_MANY = 100
"""From so many records on, it pays to pause the collector while they are copied."""


class DictDB(Limited):
    """Keeps TaskRecords in memory, for as long as the process runs.

    Nothing is culled unless `record_limit` or `size_limit` is set; a write that leaves the store
    above a limit then culls, completed records before pending ones, oldest first, and the log says
    what went. The ids of culled records are remembered until they are added again.

    What a call costs grows with the records that it is about and not with those that are there,
    but for the queries that no index knows, which look at every record (see `find_records`). An
    index is made, from all records, when a query first asks for it. From then on it is kept, for
    each write in constant time or in that of a binary search: at once where a record that it holds
    changes, and for records that came and went when it is next asked, or a thousand of them wait.

    >>> db = DictDB()
    >>> db.add_record("a", {"client_uuid": "c", "header": {"engine": 1}})
    >>> db.get_record("a")["header"]
    {'engine': 1}
    >>> db.find_records({"completed": None}, keys=["client_uuid"])
    {'a': {'msg_id': 'a', 'client_uuid': 'c'}}
    """

    def __init__(self, **traits: Any) -> None:
        """Make an empty store. Raises `TraitError` for a limit that is none."""
        super().__init__(**traits)
        self._shelf = Shelf()
        self._culled: set[str] = set()

    @property
    def size(self) -> int:
        """The bytes that the records hold, as `size_limit` counts them.

        They are counted when this is first asked, or `size_limit` is set; then with each write.

        >>> db = DictDB()
        >>> db.add_record("a", {"buffers": [b"12345"]})
        >>> before = db.size
        >>> db.update_record("a", {"buffers": [b""]})
        >>> before - db.size
        5
        """
        return self._shelf.tally.bytes

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record; fields that `rec` lacks are filled.

        Raises `DuplicateRecord`, `RecordError`; the store is then unchanged. The time does not grow
        with the store: O(1), or O(log n) for a record submitted before others. Where it takes the
        store above a limit, each record that is culled takes O(log n).

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.add_record("a", {})
        Traceback (most recent call last):
        taskdb_spec.records.errors.DuplicateRecord: there is already a record of msg_id 'a'
        """
        fields = normalize_record(msg_id, rec)
        if fields["msg_id"] in self._shelf.records:
            raise duplicate(fields["msg_id"])
        self._shelf.put(fields)
        self._written(fields["msg_id"])

    def get_record(self, msg_id: str) -> TaskRecord:
        """The whole record, in O(1). Raises `RecordNotFound`, `RecordCulled`.

        >>> DictDB().get_record("a")
        Traceback (most recent call last):
        taskdb_spec.records.errors.RecordNotFound: there is no record of msg_id 'a'
        """
        return self._held(msg_id).whole()

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each whole.

        Raises `RecordNotFound`, `RecordCulled`, `RecordError`; the store is then unchanged. Takes
        O(1), or O(log n) where it moves the record in an order of time; culls as `add_record` does.

        >>> db = DictDB()
        >>> db.add_record("a", {"header": {"x": 1, "y": 2}})
        >>> db.update_record("a", {"header": {"x": 3}})
        >>> db.get_record("a")["header"]
        {'x': 3}
        """
        fields = checked_fields(msg_id, rec)
        self._shelf.change(self._held(msg_id), fields)
        self._written(fields["msg_id"])

    def drop_record(self, msg_id: str) -> None:
        """Remove the record, in O(log n). Raises `RecordNotFound`, `RecordCulled`.

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.drop_record("a")
        >>> db.get_history()
        []
        """
        self._shelf.remove([self._held(msg_id)])

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove what `find_records` finds. Raises `QueryError` before anything goes.

        Takes as long as to find them, and O(log n) for each that goes.

        >>> db = DictDB()
        >>> db.add_record("a", {"engine_uuid": "e"})
        >>> db.add_record("b", {})
        >>> db.drop_matching_records({"engine_uuid": "e"})
        >>> db.get_history()
        ['b']
        """
        self._shelf.remove(self._selected(check))

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """The records that the query `check` selects, by msg_id, in any order.

        With `keys`, a list of field names, each has those fields and ``msg_id`` only, and nothing
        else is copied. Raises `QueryError`.

        Of conditions that must all hold, the one that the fewest records meet is looked up, and
        only these records are looked at. Found without a look at others are: ``msg_id`` equal or
        ``$in``; the same for ``client_uuid``, ``engine_uuid``, ``queue`` and ``label``, and for
        these any other operator at the cost of one look at each value that there is; any field
        None or not None; a time field equal, or in a range. All else looks at every record: O(n).

        >>> db = DictDB()
        >>> db.add_record("a", {"label": "fit"})
        >>> db.find_records({"label": {"$in": ["fit", "plot"]}}, keys=["label"])
        {'a': {'msg_id': 'a', 'label': 'fit'}}
        """
        names = None if keys is None else check_keys(keys)
        record = self._asked_by_id(check)
        if record is not None:
            return {record.msg_id: record.whole() if names is None else record.part(names)}
        found = self._selected(check)
        with collector_paused() if len(found) >= _MANY else nullcontext():
            if names is None:
                return {record.msg_id: record.whole() for record in found}
            return {record.msg_id: record.part(names) for record in found}

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first, ties in the order of the adds.

        They are kept in this order, so that this takes no longer than to make the list.

        >>> from datetime import UTC, datetime
        >>> db = DictDB()
        >>> db.add_record("a", {"submitted": datetime(2024, 1, 1, tzinfo=UTC)})
        >>> db.add_record("b", {})
        >>> db.get_history()
        ['b', 'a']
        """
        return self._shelf.history.ids()

    def _held(self, msg_id: object) -> Held:
        """The store's own record, not a copy."""
        # An id of another class is not looked up: it need not be hashable, and no record has it.
        if isinstance(msg_id, str):
            if msg_id in self._shelf.records:
                return self._shelf.records[msg_id]
            if msg_id in self._culled:
                raise culled(msg_id)
        raise not_found(msg_id)

    def _selected(self, check: dict[str, Any]) -> list[Held]:
        return plan(self._shelf, parse_query(check)).records()

    def _asked_by_id(self, check: object) -> Held | None:
        """The record of a query for one id, and nothing else, that is there.

        It is what is asked most, and to parse such a query takes longer than to answer it.
        """
        if type(check) is dict and len(check) == 1:
            msg_id = check.get("msg_id")
            if type(msg_id) is str:
                return self._shelf.records.get(msg_id)
        return None

    def _written(self, msg_id: str) -> None:
        """Make up for a write of that record."""
        self._culled.discard(msg_id)
        if self._limits is not None:
            self._keep_limits(self._limits, msg_id)

    def _keep_limits(self, limits: Limits, written: str) -> None:
        parts = cull(self._shelf, limits, written)
        for part in parts:
            self._culled.update(part.msg_ids)
        # Last, because a log handler may raise, and the store must be in order by then.
        self._tell(parts, limits, written, self.size if limits.size_limit is not None else 0)
