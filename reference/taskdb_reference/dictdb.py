"""`DictDB`, the store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from taskdb_reference.base import BaseDB
from taskdb_reference.culling import Culled, cull
from taskdb_reference.limits import Fraction, Limit
from taskdb_reference.shelf import Shelf, in_order
from taskdb_spec import (
    DuplicateRecord,
    Limits,
    RecordCulled,
    RecordNotFound,
    TaskRecord,
    check_keys,
    compile_query,
)
from taskdb_spec.records.fields import checked_fields, filled
from taskdb_spec.records.values import copied, shown

_IDS_LOGGED = 10


class DictDB(BaseDB):
    """Keeps TaskRecords in memory, for as long as the process runs.

    Nothing is culled unless `record_limit` or `size_limit` is set; a write that leaves the store
    above a limit then culls, completed records before pending ones, oldest first, and the log says
    what went. The ids of culled records are remembered until they are added again.

    >>> db = DictDB()
    >>> db.add_record("a", {"client_uuid": "c", "header": {"engine": 1}})
    >>> db.get_record("a")["header"]
    {'engine': 1}
    >>> db.find_records({"completed": None}, keys=["client_uuid"])
    {'a': {'msg_id': 'a', 'client_uuid': 'c'}}
    """

    record_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""How many records the store holds at most; None, the default, for no limit.

        A write that takes it above the limit culls records until
        record_limit * (1 - cull_fraction) are left.""",
    ).tag(config=True)
    size_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""How many bytes the records hold at most; None, the default, for no limit.

        All that a record holds counts, not only its buffers. A write that takes the store above
        the limit culls records until size_limit * (1 - cull_fraction) bytes or less are left.""",
    ).tag(config=True)
    cull_fraction = Fraction(
        default_value=0.1,
        help="""The share of a limit that is freed when the store is above it, over 0 and up to 1.
        """,
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Make an empty store. Raises `TraitError` for a limit that is none."""
        super().__init__(**traits)
        self._shelf = Shelf()
        self._culled: set[str] = set()

    @property
    def size(self) -> int:
        """The bytes that the records hold, as `size_limit` counts them.

        >>> db = DictDB()
        >>> db.add_record("a", {"buffers": [b"12345"]})
        >>> before = db.size
        >>> db.update_record("a", {"buffers": [b""]})
        >>> before - db.size
        5
        """
        return self._shelf.bytes

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record; fields that `rec` lacks are filled.

        Raises `DuplicateRecord`, `RecordError`; the store is then unchanged.

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.add_record("a", {})
        Traceback (most recent call last):
        taskdb_spec.records.errors.DuplicateRecord: there is already a record of msg_id 'a'
        """
        fields = checked_fields(msg_id, rec)
        if fields["msg_id"] in self._shelf.records:
            raise DuplicateRecord(f"there is already a record of msg_id {msg_id!r}")
        self._write(filled(fields))

    def get_record(self, msg_id: str) -> TaskRecord:
        """The whole record. Raises `RecordNotFound`, `RecordCulled`.

        >>> DictDB().get_record("a")
        Traceback (most recent call last):
        taskdb_spec.records.errors.RecordNotFound: there is no record of msg_id 'a'
        """
        record: TaskRecord = copied(self._held(msg_id))
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each whole.

        Raises `RecordNotFound`, `RecordCulled`, `RecordError`; the store is then unchanged.

        >>> db = DictDB()
        >>> db.add_record("a", {"header": {"x": 1, "y": 2}})
        >>> db.update_record("a", {"header": {"x": 3}})
        >>> db.get_record("a")["header"]
        {'x': 3}
        """
        fields = checked_fields(msg_id, rec)
        record: Any = {**self._held(msg_id), **fields}
        self._write(record)

    def drop_record(self, msg_id: str) -> None:
        """Remove the record. Raises `RecordNotFound`, `RecordCulled`.

        >>> db = DictDB()
        >>> db.add_record("a", {})
        >>> db.drop_record("a")
        >>> db.get_history()
        []
        """
        self._shelf.remove(self._held(msg_id)["msg_id"])

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove what `find_records` finds. Raises `QueryError` before anything goes.

        >>> db = DictDB()
        >>> db.add_record("a", {"engine_uuid": "e"})
        >>> db.add_record("b", {})
        >>> db.drop_matching_records({"engine_uuid": "e"})
        >>> db.get_history()
        ['b']
        """
        for record in self._matching(check):
            self._shelf.remove(record["msg_id"])

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """The records that the query `check` selects, by msg_id, in any order.

        With `keys`, a list of field names, each has those fields and ``msg_id`` only. Raises
        `QueryError`.

        >>> db = DictDB()
        >>> db.add_record("a", {"label": "fit"})
        >>> db.find_records({"label": {"$in": ["fit", "plot"]}}, keys=["label"])
        {'a': {'msg_id': 'a', 'label': 'fit'}}
        """
        names = check_keys(keys)
        return {record["msg_id"]: _projected(record, names) for record in self._matching(check)}

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first.

        >>> from datetime import UTC, datetime
        >>> db = DictDB()
        >>> db.add_record("a", {"submitted": datetime(2024, 1, 1, tzinfo=UTC)})
        >>> db.add_record("b", {})
        >>> db.get_history()
        ['b', 'a']
        """
        return [record["msg_id"] for record in in_order(self._shelf.records.values())]

    def _held(self, msg_id: object) -> TaskRecord:
        """The store's own record, not a copy."""
        # An id of another class is not looked up: it need not be hashable, and no record has it.
        if isinstance(msg_id, str):
            if msg_id in self._shelf.records:
                return self._shelf.records[msg_id]
            if msg_id in self._culled:
                raise RecordCulled(f"the record of msg_id {msg_id!r} was culled to free space")
        raise RecordNotFound(f"there is no record of msg_id {shown(msg_id)}")

    def _matching(self, check: dict[str, Any]) -> list[TaskRecord]:
        selects = compile_query(check)
        return [record for record in self._shelf.records.values() if selects(record)]

    def _write(self, record: TaskRecord) -> None:
        self._shelf.put(record)
        self._culled.discard(record["msg_id"])
        limits = Limits(self.record_limit, self.size_limit, self.cull_fraction)
        culled = cull(self._shelf, limits, written=record["msg_id"])
        for part in culled:
            self._culled.update(part.msg_ids)
        # Last, because a log handler may raise, and the store must be in order by then.
        for part in culled:
            self._log_culled(part)
        self._log_oversize(record["msg_id"])

    def _log_culled(self, culled: Culled) -> None:
        # The result of a pending task has nowhere to go any more, and somebody may wait for it.
        log = self.log.warning if culled.any_pending else self.log.info
        listed = ", ".join(culled.msg_ids[:_IDS_LOGGED])
        more = len(culled.msg_ids) - _IDS_LOGGED
        log(
            "%s; culled %d: %s%s",
            *(culled.reason, len(culled.msg_ids), listed),
            f" and {more} more" if more > 0 else "",
        )

    def _log_oversize(self, msg_id: str) -> None:
        if self.size_limit is not None and self.size > self.size_limit:
            self.log.warning(
                "the record of msg_id %s, just written, holds %d bytes: more than size_limit, %d",
                *(msg_id, self.size, self.size_limit),
            )


def _projected(record: TaskRecord, names: list[str] | None) -> TaskRecord:
    """A copy of `record`, of only ``msg_id`` and the fields in `names` unless that is None."""
    fields: Mapping[str, Any] = record
    if names is not None:
        fields = {name: fields[name] for name in ("msg_id", *names)}
    copy: TaskRecord = copied(fields)
    return copy
