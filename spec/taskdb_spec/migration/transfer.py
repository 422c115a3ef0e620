"""`copy_records`: copy in batches, read each batch back, and verify everything at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from taskdb_spec.interface import TaskDB
from taskdb_spec.migration.digests import compute_digest, encode_record
from taskdb_spec.migration.report import CopyReport, Problem
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord, checked_fields, with_defaults
from taskdb_spec.records.timestamps import truncate_all_to_milliseconds

ProgressListener: TypeAlias = Callable[[CopyReport], None]

FIRST_BATCH_RECORDS = 10
"""Records in the first batch. It is small so that a target that alters records gets few of them."""

MAX_BATCH_RECORDS = 500

MAX_BATCH_BYTES = 16 * 2**20
"""Approximate, because the size of a batch is estimated from the records copied before."""


def _ignore(_report: CopyReport) -> None:
    pass


def copy_records(
    source: TaskDB,
    target: TaskDB,
    *,
    milliseconds: bool = False,
    listen: ProgressListener = _ignore,
) -> CopyReport:
    """Add the records of `source` that `target` lacks, and report the result for each record.

    The function never changes or drops a record of `target`. A record with the same id is skipped
    if it is equal, and is a conflict otherwise. If `target` alters records, the function stops
    after the first batch that shows it. After an exception of a store, call the function again: it
    skips what it has copied.

    Args:
        source: The store to read.
        target: The store to write.
        milliseconds: Whether to truncate timestamps to whole milliseconds, for a target that stores
            no more.
        listen: Called with the report at the start and after each batch.

    Raises:
        Exception: Any exception of one of the stores.

    >>> from taskdb_spec.model import Model
    >>> source, target = Model(), Model()
    >>> source.add_record("a", {"label": "fit"})
    >>> copy_records(source, target).copied, copy_records(source, target).present
    (1, 1)
    """
    unreadable = [Problem(*problem) for problem in getattr(source, "unreadable", ())]
    ids = source.get_history()
    report = CopyReport(total=len(ids) + len(unreadable), refused=unreadable)
    listen(report)
    transfer = _Transfer(source, target, report, milliseconds=milliseconds)
    for batch in transfer.split_into_batches(ids):
        transfer.copy(batch)
        listen(report)
        if report.altered:
            return report
    transfer.verify_all()
    return report


class _Transfer:
    """The state of one copy: its stores, its report so far, and the mean size of the records."""

    def __init__(
        self, source: TaskDB, target: TaskDB, report: CopyReport, *, milliseconds: bool
    ) -> None:
        self._source = source
        self._target = target
        self._report = report
        self._milliseconds = milliseconds
        self._encoded_records = self._encoded_bytes = 0

    def split_into_batches(self, ids: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield the ids in batches, with fewer ids per batch the larger the copied records are."""
        start, length = 0, FIRST_BATCH_RECORDS
        while start < len(ids):
            yield ids[start : start + length]
            start += length
            mean_bytes = self._encoded_bytes // max(self._encoded_records, 1)
            length = min(MAX_BATCH_RECORDS, max(1, MAX_BATCH_BYTES // max(mean_bytes, 1)))

    def copy(self, ids: Sequence[str]) -> None:
        """Copy a batch, and verify the records that were added."""
        existing = self._read_target_digests(ids)
        found = read_records(self._source, ids)
        self._report.dropped_meanwhile += len(ids) - len(found)
        added = [
            msg_id
            for msg_id, record in found.items()
            if self._copy_record(msg_id, record, existing.get(msg_id))
        ]
        self.verify(added)

    def verify(self, ids: Sequence[str]) -> None:
        """Compare records of the target with the digests that they should have."""
        found = self._read_target_digests(ids)
        self._report.target_digests.update(found)
        for msg_id in ids:
            if found.get(msg_id) != self._report.source_digests[msg_id]:
                self._report.altered.append(Problem(msg_id, self._explain_difference(msg_id)))

    def verify_all(self) -> None:
        """Verify all records again, because a later batch may have culled earlier records."""
        self._report.target_digests.clear()
        for batch in self.split_into_batches(list(self._report.source_digests)):
            self.verify(batch)

    def _copy_record(
        self, msg_id: str, record: TaskRecord | RecordError, existing: bytes | None
    ) -> bool:
        """Copy one record unless the target has one, and return whether it was added."""
        if isinstance(record, RecordError):
            self._report.refused.append(Problem(msg_id, f"is not a record: {record}"))
            return False
        wanted_record = self._convert(record)
        wanted = self._digest_and_measure(wanted_record)
        if existing is not None:
            self._compare_with_existing(msg_id, wanted, existing)
            return False
        if not self._add(msg_id, wanted_record):
            return False
        self._report.source_digests[msg_id] = wanted
        self._report.copied += 1
        self._report.truncated_timestamps += not strictly_equal(wanted_record, record)
        return True

    def _convert(self, record: TaskRecord) -> TaskRecord:
        """Return the record as the target should have it."""
        converted: TaskRecord = (
            truncate_all_to_milliseconds(record) if self._milliseconds else record
        )
        return converted

    def _digest_and_measure(self, record: TaskRecord) -> bytes:
        encoding = encode_record(record)
        self._encoded_records += 1
        self._encoded_bytes += len(encoding)
        return compute_digest(encoding)

    def _compare_with_existing(self, msg_id: str, wanted: bytes, existing: bytes) -> None:
        if existing == wanted:
            self._report.source_digests[msg_id] = wanted
            self._report.present += 1
        else:
            self._report.conflicts.append(Problem(msg_id, self._explain_difference(msg_id)))

    def _add(self, msg_id: str, record: TaskRecord) -> bool:
        try:
            self._target.add_record(msg_id, record)
        except KeyError:
            self._report.conflicts.append(Problem(msg_id, "was added by somebody else just now"))
        except (ValueError, TypeError) as error:
            self._report.refused.append(Problem(msg_id, f"the target refuses it: {error}"))
        else:
            return True
        return False

    def _read_target_digests(self, ids: Sequence[str]) -> dict[str, bytes]:
        # The empty digest of an invalid record differs from every digest.
        return {
            msg_id: b""
            if isinstance(record, RecordError)
            else compute_digest(encode_record(record))
            for msg_id, record in read_records(self._target, ids).items()
        }

    def _explain_difference(self, msg_id: str) -> str:
        """Read the record from both stores again, and describe how they differ now."""
        in_target = read_records(self._target, [msg_id]).get(msg_id)
        if in_target is None:
            return "is not in the target: does it cull?"
        if isinstance(in_target, RecordError):
            return f"is not a record in the target: {in_target}"
        in_source = read_records(self._source, [msg_id]).get(msg_id)
        if in_source is None or isinstance(in_source, RecordError):
            return "has changed in the source"
        return describe_difference(self._convert(in_source), in_target)


def describe_difference(wanted: Any, found: Any) -> str:
    """Return the end of a sentence that says in which fields two records differ."""
    names = [name for name in TASK_FIELDS if not strictly_equal(wanted[name], found[name])]
    if not names:
        return "was changed while it was compared"
    text = f"differs in {', '.join(names)}"
    if strictly_equal(truncate_all_to_milliseconds(wanted), truncate_all_to_milliseconds(found)):
        text += ", by less than a millisecond (--milliseconds ignores that)"
    return text


def read_records(store: TaskDB, ids: Sequence[str]) -> dict[str, TaskRecord | RecordError]:
    """Read and validate records of a store; an invalid record yields its error instead."""
    return {
        msg_id: _validate(msg_id, fields)
        for msg_id, fields in store.find_records({"msg_id": {"$in": list(ids)}}).items()
    }


def _validate(msg_id: str, fields: Mapping[str, Any]) -> TaskRecord | RecordError:
    try:
        return with_defaults(checked_fields(msg_id, fields))
    except RecordError as error:
        return error
