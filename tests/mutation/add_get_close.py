"""Mutants of add, get and close: clauses ADD, GET, CLOSE, KEEP and REC-1 to REC-3."""

from __future__ import annotations

from types import MappingProxyType

from taskdb_spec import DuplicateRecord
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import with_defaults
from tests.mutation.base import broken
from tests.mutation.decorators import with_stored_fields


@broken("ADD-1", "an added record is not stored", CORE)
class AddIsLost(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)


@broken("ADD-1", "a record is stored under its id without the blanks at the ends", CORE)
class AddStripsTheId(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.records[msg_id.strip()] = self.records.pop(msg_id)


@broken("ADD-1", "only the first record is stored, and every later one is lost", CORE)
class HasRoomForOne(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if len(self.records) > 1:
            del self.records[msg_id]


@broken("GET-1", "get returns the record that was added last, whatever the id", CORE)
class GetReturnsTheLast(StepwiseModel):
    def get_record(self, msg_id, /):
        self.require_record(msg_id)
        return super().get_record(list(self.records)[-1])


@broken("GET-1", "get returns a mapping that is no dict", CORE)
class GetReturnsAProxy(StepwiseModel):
    def get_record(self, msg_id, /):
        return MappingProxyType(super().get_record(msg_id))


@broken("GET-1", "get leaves the label out of what it decodes", CORE)
class GetForgetsTheLabel(StepwiseModel):
    def get_record(self, msg_id, /):
        return {**super().get_record(msg_id), "label": None}


@broken("GET-2", "get of an unknown id returns an empty record", CORE)
class UnknownIdIsAnEmptyRecord(StepwiseModel):
    def get_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id not in self.records:
            return with_defaults({"msg_id": msg_id})
        return super().get_record(msg_id)


@broken("GET-2", "get of an unknown id returns None", CORE)
class UnknownIdIsNone(StepwiseModel):
    def get_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id not in self.records:
            return None
        return super().get_record(msg_id)


@broken("GET-2", "get takes an id in another case for the same", CORE)
class GetFoldsCase(StepwiseModel):
    def get_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id not in self.records:
            for other in self.records:
                if other.casefold() == msg_id.casefold():
                    return super().get_record(other)
        return super().get_record(msg_id)


@broken("DROP-1", "get of a dropped id still returns the record", CORE)
class DroppedIdCanBeGot(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.dropped = {}

    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        self.dropped[msg_id] = self.records.pop(msg_id)

    def get_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id not in self.records and msg_id in self.dropped:
            return self.copy_record(self.dropped[msg_id])
        return super().get_record(msg_id)


@broken("RET-1", "add returns the id", CORE)
class AddReturnsTheId(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        return msg_id


@broken("RET-1", "update returns the record", CORE)
class UpdateReturnsTheRecord(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        return self.get_record(msg_id)


@broken("RET-1", "drop returns True", CORE)
class DropReturnsTrue(StepwiseModel):
    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        return True


@broken("RET-1", "drop_matching_records returns how many it dropped", CORE)
class PurgeReturnsACount(StepwiseModel):
    def drop_matching_records(self, check, /):
        before = len(self.records)
        super().drop_matching_records(check)
        return before - len(self.records)


@broken("RET-1", "close returns the store", CORE)
class CloseReturnsTheStore(StepwiseModel):
    def close(self):
        return self


@broken("REC-1", "get lets a key of its own leak out", CORE)
class LeaksItsKey(StepwiseModel):
    def get_record(self, msg_id, /):
        return {**super().get_record(msg_id), "_id": 1}


@broken("REC-1", "fields that are None are left out of whole records", CORE)
class LeavesNoneOut(StepwiseModel):
    def copy_record(self, record, names=None):
        copy = super().copy_record(record, names)
        return {name: copy[name] for name in copy if names or copy[name] is not None}


@broken("REC-1", "has no column for fields that are not among the seed's thirteen, if None", CORE)
class HasNoColumnForErrors(StepwiseModel):
    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        if record["error"] is None:
            del record["error"]
        return record


@broken("REC-2", "an absent stdout is filled with None", CORE)
class StdoutIsFilledWithNone(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if "stdout" not in rec:
            self.records[msg_id]["stdout"] = None


@broken("REC-2", "stderr is always '' after an add, also where it was given", CORE)
class StderrIsAlwaysFilled(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if self.records[msg_id]["stderr"] is not None:
            self.records[msg_id]["stderr"] = ""


@broken("REC-2", "absent buffers are filled with []", CORE)
class BuffersAreFilledWithAList(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if "buffers" not in rec:
            self.records[msg_id]["buffers"] = []


@broken("REC-2", "an absent error is filled with {}", CORE)
class ErrorIsFilledWithADict(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if "error" not in rec:
            self.records[msg_id]["error"] = {}


@broken("REC-2", "an absent queue is filled with ''", CORE)
class QueueIsFilledWithText(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, {"queue": "", **rec})


@broken("REC-3", "a stdout that is given as None is filled with ''", CORE)
class NoneStdoutIsFilled(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        if "stdout" in fields and fields["stdout"] is None:
            fields["stdout"] = ""
        return fields


@broken("REC-3", "label is NOT NULL: None is refused where it is given", CORE)
class LabelIsNotNull(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        if "label" in fields and fields["label"] is None:
            raise ValueError("label must not be None")
        return fields


@broken("REC-3", "buffers given as None read back as []", CORE)
class NoneBuffersAreAList(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        for name in ("buffers", "result_buffers"):
            if name in fields and fields[name] is None:
                fields[name] = []
        return fields


@broken("ADD-2", "an add of an id that is there replaces the record", CORE)
class AddReplaces(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        self.records[msg_id] = with_defaults(self.normalize_record(msg_id, rec))


@broken("ADD-2", "an add of an id that is there is ignored", CORE)
class DuplicateIsIgnored(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id not in self.records:
            super().add_record(msg_id, rec)


@broken("ADD-2", "a second add is accepted if the record is the same", CORE)
class SameRecordMayBeAddedTwice(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        if self.records.get(str(msg_id)) != with_defaults(self.normalize_record(msg_id, rec)):
            super().add_record(msg_id, rec)


@broken("ADD-3", "the check for a duplicate comes after the write", CORE)
class DuplicateIsWrittenThenRefused(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        fields = with_defaults(self.normalize_record(msg_id, rec))
        try:
            super().add_record(msg_id, rec)
        finally:
            self.records[msg_id] = fields


@broken("ADD-3", "a refused add overwrites one field, queue", CORE)
class DuplicateOverwritesTheQueue(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        fields = with_defaults(self.normalize_record(msg_id, rec))
        try:
            super().add_record(msg_id, rec)
        finally:
            self.records[msg_id]["queue"] = fields["queue"]


@broken("ADD-3", "a refused add loses the record that was there", CORE)
class DuplicateLosesTheRecord(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        try:
            super().add_record(msg_id, rec)
        except KeyError:
            del self.records[msg_id]
            raise


class Tombstones(StepwiseModel):
    """Remembers the records that drop_record removed."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.dropped = {}

    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        self.dropped[msg_id] = self.records.pop(msg_id)


@broken("ADD-4", "a dropped id is still taken for a duplicate", CORE)
class DroppedIdIsTaken(Tombstones):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id in self.dropped:
            raise KeyError(msg_id)
        super().add_record(msg_id, rec)


@broken("ADD-4", "fields of the dropped record show where the new one has none", CORE)
class DroppedFieldsShow(Tombstones):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if msg_id in self.dropped:
            old = self.dropped[msg_id]["client_uuid"]
            self.records[msg_id]["client_uuid"] = self.records[msg_id]["client_uuid"] or old


@broken("ADD-4", "a record that is added again is lost", CORE)
class SecondLifeIsLost(Tombstones):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if msg_id in self.dropped:
            del self.records[msg_id]


@broken("CLOSE-1", "the second close raises", CORE)
class SecondCloseRaises(StepwiseModel):
    closed = False

    def close(self):
        if self.closed:
            raise RuntimeError("the store is closed")
        self.closed = True


@broken("CLOSE-1", "every close raises", CORE)
class CloseRaises(StepwiseModel):
    def close(self):
        raise NotImplementedError


@broken("KEEP-1", "the oldest record goes when there are more than 1,024", CORE)
class KeepsOneThousand(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if len(self.records) > 1024:
            del self.records[self.get_history()[0]]


@broken("KEEP-1", "the 1,000th record is stored, and the 999th goes", CORE)
class OneInAThousandGoes(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if len(self.records) == 1000:
            del self.records[list(self.records)[-2]]


@broken("KEEP-1", "find returns no more than 1,000 records", CORE)
class FindsOneThousand(StepwiseModel):
    def select_ids(self, check):
        return super().select_ids(check)[:1000]


@with_stored_fields(
    "REC-2", "a given stdout is overwritten by its default", "stdout", capabilities=CORE
)
def stdout_is_always_empty(value):
    return ""


@broken("ADD-2", "ids are compared by their first 255 characters", CORE)
class IdsAreCut(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if any(known[:255] == msg_id[:255] for known in self.records):
            raise DuplicateRecord(msg_id)
        super().add_record(msg_id, rec)


@broken("ADD-3", "the buffers of a duplicate are stored before it is refused", CORE)
class DuplicateLeavesBuffers(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        fields = self.normalize_record(msg_id, rec)
        if msg_id in self.records and fields.get("result_buffers"):
            self.records[msg_id]["result_buffers"] = fields["result_buffers"]
        super().add_record(msg_id, rec)


@broken("ADD-1", "the ninth add is not stored", CORE)
class NinthAddIsLost(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.adds = 0

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.adds += 1
        if self.adds == 9:
            del self.records[msg_id]


@broken("KEEP-1", "the ninth record takes the place of the first", CORE)
class KeepsEight(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if len(self.records) > 8:
            del self.records[next(iter(self.records))]
