"""Mutants that change buffers and timestamps when they store them: clauses BUF and TIME-1."""

from __future__ import annotations

from datetime import UTC, datetime

from taskdb_spec import RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import BUFFER_FIELDS, TIME_FIELDS
from taskdb_spec.records.ordering import EPOCH
from tests.mutation.base import broken
from tests.mutation.decorators import with_stored_fields

INSTANTS = (*TIME_FIELDS, "resubmitted")


@with_stored_fields("BUF-1", "buffers are joined into one", *BUFFER_FIELDS, capabilities=CORE)
def buffers_are_joined(value):
    return [b"".join(value)] if value else value


@with_stored_fields("BUF-1", "empty buffers are skipped", *BUFFER_FIELDS, capabilities=CORE)
def empty_buffers_are_skipped(value):
    return [buffer for buffer in value if buffer]


@with_stored_fields("BUF-1", "buffers are sorted", *BUFFER_FIELDS, capabilities=CORE)
def buffers_are_sorted(value):
    return sorted(value)


@with_stored_fields("BUF-1", "equal buffers are kept once", *BUFFER_FIELDS, capabilities=CORE)
def equal_buffers_are_kept_once(value):
    return list(dict.fromkeys(value))


@with_stored_fields(
    "BUF-1", "result_buffers keep the first two", "result_buffers", capabilities=CORE
)
def two_result_buffers_are_kept(value):
    return value[:2]


@broken("BUF-2", "a memoryview is refused", CORE)
class MemoryviewIsRefused(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        for buffer in list_buffers(rec):
            if isinstance(buffer, memoryview):
                raise TypeError("a memoryview cannot be stored")
        return super().normalize_record(msg_id, rec)


@broken("BUF-2", "the first buffer is taken as typical of all", CORE)
class FirstBufferIsTypical(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        kinds = {type(buffer) for buffer in list_buffers(rec)}
        if len(kinds & {bytes, bytearray, memoryview}) > 1:
            raise TypeError("buffers of several types")
        return super().normalize_record(msg_id, rec)


@broken("BUF-2", "a bytearray reads back as a bytearray", CORE)
class BytearrayStaysOne(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.arrays = {}

    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        for name in BUFFER_FIELDS:
            if name in fields:
                given = rec[name] or []
                self.arrays[msg_id, name] = any(isinstance(one, bytearray) for one in given)
        return fields

    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        for name in BUFFER_FIELDS:
            if self.arrays.get((msg_id, name)) and record[name]:
                record[name] = [bytearray(buffer) for buffer in record[name]]
        return record


def list_buffers(rec):
    """Return all buffers of a record or update that is not validated yet."""
    lists = [rec.get(name) for name in BUFFER_FIELDS] if isinstance(rec, dict) else []
    return [buffer for buffers in lists if isinstance(buffers, list) for buffer in buffers]


@with_stored_fields("BUF-3", "buffers are cut at 64 KiB", *BUFFER_FIELDS, capabilities=CORE)
def buffers_are_cut(value):
    return [buffer[: 2**16] for buffer in value]


@with_stored_fields("BUF-3", "the last byte of 1 MiB is lost", *BUFFER_FIELDS, capabilities=CORE)
def last_byte_of_a_mebibyte_is_lost(value):
    return [buffer[: 2**20 - 1] for buffer in value]


@broken("BUF-3", "buffers of more than 512 KiB are refused", CORE)
class LargeBuffersAreRefused(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        if any(len(buffer) > 2**19 for buffer in list_buffers(fields)):
            raise ValueError("document too large")
        return fields


def of_datetimes(change):
    """Apply `change` to datetimes, but not to text, which `resubmitted` may contain."""
    return lambda value: change(value) if isinstance(value, datetime) else value


@with_stored_fields("TIME-1", "microseconds are cut to milliseconds", *INSTANTS, capabilities=CORE)
def microseconds_are_cut(value):
    return of_datetimes(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))(value)


@with_stored_fields("TIME-1", "fractions of seconds are cut", *INSTANTS, capabilities=CORE)
def seconds_are_whole(value):
    return of_datetimes(lambda t: t.replace(microsecond=0))(value)


@with_stored_fields("TIME-1", "received is cut to milliseconds", "received", capabilities=CORE)
def received_is_cut(value):
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


@with_stored_fields("TIME-1", "instants before 1970 become 1970", *INSTANTS, capabilities=CORE)
def nothing_is_before_1970(value):
    return of_datetimes(lambda t: max(t, EPOCH))(value)


@broken("TIME-1", "the offset is dropped, and the wall clock taken for UTC", CORE)
class OffsetIsDropped(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        for name in INSTANTS:
            if isinstance(fields.get(name), datetime):
                fields[name] = rec[name].replace(tzinfo=UTC)
        return fields


@broken("TIME-1", "date fields read back naive", CORE)
class DatesReadBackNaive(StepwiseModel):
    def copy_record(self, record, names=None):
        copy = super().copy_record(record, names)
        return {
            name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
            for name, value in copy.items()
        }


@broken("TIME-1", "date fields read back as text", CORE)
class DatesReadBackAsText(StepwiseModel):
    def copy_record(self, record, names=None):
        copy = super().copy_record(record, names)
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in copy.items()
        }


@with_stored_fields(
    "TIME-1",
    "whole milliseconds are cut to seconds",
    *INSTANTS,
    capabilities=CORE,
    resolution="millisecond",
)
def milliseconds_are_cut(value):
    return of_datetimes(lambda t: t.replace(microsecond=0))(value)


@with_stored_fields("BUF-1", "buffers are ordered by the text of their index", "buffers")
def tenth_buffer_comes_second(value):
    return [value[int(index)] for index in sorted(map(str, range(len(value))))]


class ReadsViews(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            buffers = {
                name: [self.view(item) if isinstance(item, memoryview) else item for item in value]
                for name, value in rec.items()
                if name in BUFFER_FIELDS and isinstance(value, list)
            }
            rec = {**rec, **buffers}
        return super().normalize_record(msg_id, rec)


@broken("BUF-2", "of a view of a part, the whole is stored", CORE)
class ViewIsItsObject(ReadsViews):
    def view(self, item):
        return bytes(item.obj)


@broken("BUF-2", "a view that is not contiguous is refused", CORE)
class ViewsAreContiguous(ReadsViews):
    def view(self, item):
        if not item.contiguous:
            raise RecordError("not contiguous")
        return item


@broken("BUF-3", "an update cuts buffers at 65,535 bytes", CORE)
class UpdateCutsBuffers(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        buffers = self.records[msg_id]["result_buffers"]
        if rec.get("result_buffers"):
            self.records[msg_id]["result_buffers"] = [each[:65_535] for each in buffers]
