"""`copy_records`: batch by batch, each read again, and then all of them once more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from taskdb_spec.interface import TaskDB
from taskdb_spec.migration.digests import digest, encoded
from taskdb_spec.migration.instants import in_milliseconds
from taskdb_spec.migration.report import CopyReport, Problem
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord, checked_fields, with_defaults

Listen = Callable[[CopyReport], None]

FIRST_BATCH = 10
"""Small, because a target that alters what it is given shows it there."""

MOST_RECORDS = 500
MOST_BYTES = 16 * 2**20
"""A batch holds no more than these records, and about these bytes if all are of like size."""


def copy_records(
    source: TaskDB,
    target: TaskDB,
    milliseconds: bool = False,
    listen: Listen = lambda report: None,
) -> CopyReport:
    """Add to `target` the records of `source` that it lacks, and tell what came of each.

    Nothing that is in `target` is changed or dropped: a record of the same id is passed over if it
    is the same, and is a conflict otherwise. With `milliseconds`, dates are cut to whole
    milliseconds on the way, for a target that keeps no more. A target that alters what it is given
    is left alone after the batch that shows it. `listen` is told at the start and after
    each batch.

    What a store raises goes through; what was copied by then is passed over the next time.

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
    copying = _Copying(source, target, milliseconds, report)
    for batch in copying.batches(ids):
        copying.copy(batch)
        listen(report)
        if report.altered:
            return report
    report.target.clear()
    for batch in copying.batches(list(report.source)):
        copying.look_at(batch)
    return report


class _Copying:
    """One copy: its stores, and its report so far."""

    def __init__(
        self, source: TaskDB, target: TaskDB, milliseconds: bool, report: CopyReport
    ) -> None:
        self._source = source
        self._target = target
        self._milliseconds = milliseconds
        self._report = report
        self._records = self._bytes = 0

    def batches(self, ids: Sequence[str]) -> Iterator[Sequence[str]]:
        """The ids in order, the more at once the smaller the records so far were."""
        start, length = 0, FIRST_BATCH
        while start < len(ids):
            yield ids[start : start + length]
            start += length
            mean = self._bytes // max(self._records, 1)
            length = min(MOST_RECORDS, max(1, MOST_BYTES // max(mean, 1)))

    def copy(self, ids: Sequence[str]) -> None:
        """Copy a batch, and look at what was written."""
        there = self._digests_in_target(ids)
        found = read(self._source, ids)
        self._report.dropped_meanwhile += len(ids) - len(found)
        written = [
            msg_id for msg_id, record in found.items() if self._deal_with(msg_id, record, there)
        ]
        self.look_at(written)

    def look_at(self, ids: Sequence[str]) -> None:
        """Compare records of the target with what they should be."""
        there = self._digests_in_target(ids)
        self._report.target.update(there)
        for msg_id in ids:
            if there.get(msg_id) != self._report.source[msg_id]:
                self._report.altered.append(Problem(msg_id, self._difference(msg_id)))

    def _deal_with(
        self, msg_id: str, record: TaskRecord | RecordError, there: dict[str, bytes]
    ) -> bool:
        """Whether the record was written."""
        if isinstance(record, RecordError):
            self._report.refused.append(Problem(msg_id, f"is not a record: {record}"))
            return False
        arriving = self._arriving(record)
        wanted = self._digest(arriving)
        if msg_id in there:
            self._pass_over(msg_id, wanted, there[msg_id])
            return False
        if not self._add(msg_id, arriving):
            return False
        self._report.source[msg_id] = wanted
        self._report.copied += 1
        self._report.truncated_timestamps += not strictly_equal(arriving, record)
        return True

    def _digest(self, record: TaskRecord) -> bytes:
        encoding = encoded(record)
        self._records += 1
        self._bytes += len(encoding)
        return digest(encoding)

    def _arriving(self, record: TaskRecord) -> TaskRecord:
        truncated: TaskRecord = in_milliseconds(record) if self._milliseconds else record
        return truncated

    def _pass_over(self, msg_id: str, wanted: bytes, found: bytes) -> None:
        if found == wanted:
            self._report.source[msg_id] = wanted
            self._report.present += 1
        else:
            self._report.conflicts.append(Problem(msg_id, self._difference(msg_id)))

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

    def _digests_in_target(self, ids: Sequence[str]) -> dict[str, bytes]:
        return {
            msg_id: b"" if isinstance(record, RecordError) else digest(encoded(record))
            for msg_id, record in read(self._target, ids).items()
        }

    def _difference(self, msg_id: str) -> str:
        """What the two records differ in, as they are now."""
        theirs = read(self._target, [msg_id]).get(msg_id)
        if theirs is None:
            return "is not in the target: does it cull?"
        if isinstance(theirs, RecordError):
            return f"is not a record in the target: {theirs}"
        mine = read(self._source, [msg_id]).get(msg_id)
        if mine is None or isinstance(mine, RecordError):
            return "has changed in the source"
        return _told(self._arriving(mine), theirs)


def _told(wanted: Any, found: Any) -> str:
    names = [name for name in TASK_FIELDS if not strictly_equal(wanted[name], found[name])]
    if not names:
        return "was changed while it was compared"
    told = f"differs in {', '.join(names)}"
    if strictly_equal(in_milliseconds(wanted), in_milliseconds(found)):
        told += ", but for less than a millisecond (--milliseconds leaves that out)"
    return told


def read(store: TaskDB, ids: Sequence[str]) -> dict[str, TaskRecord | RecordError]:
    """The records of a store, checked; the error in the place of one that is none."""
    return {
        msg_id: _checked(msg_id, fields)
        for msg_id, fields in store.find_records({"msg_id": {"$in": list(ids)}}).items()
    }


def _checked(msg_id: str, fields: Mapping[str, Any]) -> TaskRecord | RecordError:
    try:
        return with_defaults(checked_fields(msg_id, fields))
    except RecordError as error:
        return error
