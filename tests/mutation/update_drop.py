"""Mutants of update and drop: clauses UPD-1 to UPD-5 and DROP."""

from __future__ import annotations

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import with_defaults
from tests.mutation.base import broken


@broken("UPD-1", "an update is not written", CORE)
class UpdateIsLost(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        self.normalize_record(msg_id, rec)


@broken("UPD-1", "only the first field of an update is written", CORE)
class UpdateWritesOneField(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        self.normalize_record(msg_id, rec)
        super().update_record(msg_id, dict(list(rec.items())[:1]))


@broken("UPD-1", "an update does not know display_data", CORE)
class UpdateSkipsDisplayData(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        old = self.records[msg_id]["display_data"] if msg_id in self.records else None
        super().update_record(msg_id, rec)
        self.records[msg_id]["display_data"] = old


@broken("UPD-1", "an update to None is not written", CORE)
class UpdateSkipsNone(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        old = self.records.get(msg_id) if isinstance(msg_id, str) else None
        super().update_record(msg_id, rec)
        for name, value in rec.items():
            if value is None:
                self.records[msg_id][name] = old[name]


@broken("UPD-1", "the second update of a record is lost", CORE)
class SecondUpdateIsLost(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.updates = {}

    def update_record(self, msg_id, rec, /):
        old = self.records.get(msg_id) if isinstance(msg_id, str) else None
        super().update_record(msg_id, rec)
        self.updates[msg_id] = self.updates.get(msg_id, 0) + 1
        if self.updates[msg_id] == 2:
            self.records[msg_id] = old


@broken("UPD-2", "an update fills stdout and stderr where it does not name them", CORE)
class UpdateFillsDefaults(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        if isinstance(rec, dict) and rec:
            rec = {"stdout": "", "stderr": "", **rec}
        super().update_record(msg_id, rec)


@broken("UPD-2", "an update replaces the record whole", CORE)
class UpdateReplacesTheRecord(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if rec:
            self.records[msg_id] = with_defaults(self.normalize_record(msg_id, rec))


@broken("UPD-2", "an update is written to every record", CORE)
class UpdateHitsEveryRecord(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        for other, record in self.records.items():
            record.update(self.normalize_record(msg_id, rec) | {"msg_id": other})


@broken("UPD-2", "an update is written to the next record as well", CORE)
class UpdateHitsTheNextRecord(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        ids = list(self.records)
        for other in ids[ids.index(msg_id) + 1 :][:1]:
            self.records[other].update(self.normalize_record(msg_id, rec) | {"msg_id": other})


@broken("UPD-2", "an update of completed clears started", CORE)
class CompletionClearsTheStart(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if "completed" in rec and "started" not in rec:
            self.records[msg_id]["started"] = None


class Merging(StepwiseModel):
    """A store whose updates merge each new value with the old one, by `merge`."""

    def merge(self, old, new):
        return new

    def update_record(self, msg_id, rec, /):
        old = dict(self.records[msg_id]) if self.has(msg_id) else None
        super().update_record(msg_id, rec)
        for name in rec:
            self.records[msg_id][name] = self.merge(old[name], self.records[msg_id][name])

    def has(self, msg_id):
        return isinstance(msg_id, str) and msg_id in self.records


@broken("UPD-3", "an update of a dict field keeps the members that it does not name", CORE)
class UpdateMergesDicts(Merging):
    def merge(self, old, new):
        return {**old, **new} if isinstance(old, dict) and isinstance(new, dict) else new


@broken("UPD-3", "an update merges dicts inside of dicts only", CORE)
class UpdateMergesInnerDicts(Merging):
    def merge(self, old, new):
        if not isinstance(old, dict) or not isinstance(new, dict):
            return new
        inner = {
            key for key in new if isinstance(new[key], dict) and isinstance(old.get(key), dict)
        }
        return {key: {**old[key], **new[key]} if key in inner else new[key] for key in new}


@broken("UPD-3", "an update of buffers appends to the list", CORE)
class UpdateAppendsBuffers(Merging):
    def merge(self, old, new):
        return old + new if isinstance(old, list) and isinstance(new, list) else new


@broken("UPD-3", "an update of a dict field with {} leaves the old dict", CORE)
class EmptyDictLeavesTheOld(Merging):
    def merge(self, old, new):
        return old if new == {} and old is not None else new


@broken("UPD-4", "an empty update is refused", CORE)
class EmptyUpdateIsRefused(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        if rec == {}:
            raise ValueError("nothing to update")
        super().update_record(msg_id, rec)


@broken("UPD-4", "an empty update empties the record", CORE)
class EmptyUpdateEmptiesTheRecord(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if rec == {}:
            self.records[msg_id] = with_defaults({"msg_id": msg_id})


@broken("UPD-5", "an update of an unknown id adds the record", CORE)
class UpdateAdds(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        fields = self.normalize_record(msg_id, rec)
        self.records[msg_id] = with_defaults({**self.records.get(msg_id, {}), **fields})


@broken("UPD-5", "an update of an unknown id is ignored", CORE)
class UpdateOfUnknownIsIgnored(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id in self.records:
            super().update_record(msg_id, rec)


@broken("UPD-5", "an empty update of an unknown id is accepted", CORE)
class EmptyUpdateOfUnknownIsAccepted(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        if not isinstance(msg_id, str) or rec != {}:
            super().update_record(msg_id, rec)


@broken("UPD-5", "an update of an unknown id is refused, yet adds the record", CORE)
class RefusedUpdateAdds(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        try:
            super().update_record(msg_id, rec)
        except KeyError:
            self.records[msg_id] = with_defaults(self.normalize_record(msg_id, rec))
            raise


@broken("DROP-1", "a drop is not written", CORE)
class DropIsLost(StepwiseModel):
    def drop_record(self, msg_id, /):
        self.require_record(msg_id)


@broken("DROP-1", "a drop takes the records along whose ids begin with that id", CORE)
class DropTakesThePrefix(StepwiseModel):
    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        for other in [other for other in self.records if other.startswith(msg_id)]:
            del self.records[other]


@broken("DROP-1", "a drop takes the record that was added next along", CORE)
class DropTakesTheNext(StepwiseModel):
    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        ids = list(self.records)
        for gone in ids[ids.index(msg_id) :][:2]:
            del self.records[gone]


@broken("DROP-1", "the first of three records is not dropped", CORE)
class FirstOfThreeStays(StepwiseModel):
    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        if not (len(self.records) == 3 and msg_id == next(iter(self.records))):
            del self.records[msg_id]


@broken("DROP-2", "a drop of an unknown id is ignored", CORE)
class DropOfUnknownIsIgnored(StepwiseModel):
    def drop_record(self, msg_id, /):
        if not isinstance(msg_id, str) or msg_id in self.records:
            super().drop_record(msg_id)


@broken("DROP-2", "a second drop of the same id is ignored", CORE)
class SecondDropIsIgnored(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.dropped = set()

    def drop_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id not in self.records and msg_id in self.dropped:
            return
        super().drop_record(msg_id)
        self.dropped.add(msg_id)


@broken("UPD-2", "buffers are shared by content, and an update frees those it replaces", CORE)
class UpdateFreesShared(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        old = set(self.records[msg_id]["result_buffers"] or ())
        super().update_record(msg_id, rec)
        if "result_buffers" not in rec:
            return
        old -= set(self.records[msg_id]["result_buffers"] or ())
        for other, record in self.records.items():
            if other != msg_id and record["result_buffers"]:
                record["result_buffers"] = [b for b in record["result_buffers"] if b not in old]
