"""Culling in memory: remove records while the store is above its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from taskdb_reference.culling import CullResult, ExceededLimit, Unit, find_exceeded_limits
from taskdb_reference.memory.record_table import RecordTable
from taskdb_reference.memory.stored_record import StoredRecord
from taskdb_spec import Limits


def cull(table: RecordTable, limits: Limits, written: str) -> list[CullResult]:
    """Remove records until the table keeps its limits.

    Each removed record costs a few binary searches.

    Args:
        table: The records and their indexes.
        limits: The limits to keep.
        written: The msg_id of the record just written. It stays, even if it alone is above a limit.

    Returns:
        One result for each exceeded limit for which records were removed.
    """
    # The first write with limits builds both indexes. Otherwise the first cull would have to.
    _ = table.completed, table.history
    measures: Mapping[Unit, Callable[[], int]] = {
        "records": lambda: len(table.records),
        "bytes": lambda: table.sizes.total_bytes,
    }
    results = [_remove(table, limit, written) for limit in find_exceeded_limits(limits, measures)]
    return [result for result in results if result.msg_ids]


def _remove(table: RecordTable, limit: ExceededLimit, written: str) -> CullResult:
    removed = list(_records_to_cull(table, limit, written))
    table.remove(removed)
    has_pending = any(record.fields["completed"] is None for record in removed)
    return CullResult(limit.reason, [record.msg_id for record in removed], has_pending)


def _records_to_cull(
    table: RecordTable, limit: ExceededLimit, written: str
) -> Iterator[StoredRecord]:
    """Yield the first records of the cull order, until `limit.target` would be reached."""
    counts_records = limit.unit == "records"
    remaining = len(table.records) if counts_records else table.sizes.total_bytes
    for record in _cull_order(table):
        if remaining <= limit.target:
            return
        if record.msg_id != written:
            remaining -= 1 if counts_records else table.sizes.get_size(record)
            yield record


def _cull_order(table: RecordTable) -> Iterator[StoredRecord]:
    """Yield all records: completed records before pending ones, each group oldest first.

    Pending records are culled last, because the result of the task will be written to the record.
    """
    for msg_id in table.completed:
        yield table.records[msg_id]
    for msg_id in table.history:
        record = table.records[msg_id]
        if record.fields["completed"] is None:
            yield record
