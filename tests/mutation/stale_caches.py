"""Mutants with a cache or an index that goes stale.

The clause of most is the one of the write that a later read does not see. A new store with the same
records answers the read correctly.
"""

from __future__ import annotations

import json

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.domain import deep_copy
from taskdb_spec.records.ordering import sort_key
from tests.mutation.aliasing import NoticesWrites
from tests.mutation.base import broken


class KeepsRecords(StepwiseModel):
    """A store that caches each record that was read."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.cache = {}

    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        return deep_copy(self.cache.setdefault(msg_id, deep_copy(record)))


@broken("GET-1", "get remembers a record, and does not see that it was updated", CORE)
class GetIsCached(KeepsRecords):
    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        self.cache.pop(msg_id, None)

    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        self.cache = {i: record for i, record in self.cache.items() if i in self.records}


@broken("GET-1", "get remembers a record, and does not see that it was dropped and added", CORE)
class GetIsCachedAcrossDrops(KeepsRecords):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.cache.pop(msg_id, None)


class Answers(NoticesWrites):
    """A store that caches the result of each query until the next write.

    A mutant misses a kind of write because it has the method of `StepwiseModel`.
    """

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.answers = {}

    def on_write(self):
        self.answers = {}

    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        question = repr((check, keys))
        return deep_copy(self.answers.setdefault(question, deep_copy(found)))


@broken("UPD-1", "what a query found is remembered, also after an update", CORE)
class AnswerOutlivesUpdates(Answers):
    update_record = StepwiseModel.update_record


@broken("DROP-1", "what a query found is remembered, also after a drop", CORE)
class AnswerOutlivesDrops(Answers):
    drop_record = StepwiseModel.drop_record


@broken("PURGE-1", "what a query found is remembered, also after a purge", CORE)
class AnswerOutlivesPurges(Answers):
    drop_matching_records = StepwiseModel.drop_matching_records


class KeepsHistory(NoticesWrites):
    """A store that caches its history until the next write."""

    history = None

    def on_write(self):
        self.history = None

    def get_history(self):
        if self.history is None:
            self.history = super().get_history()
        return list(self.history)


@broken("HIST-1", "the history is remembered, also after an add", CORE)
class HistoryOutlivesAdds(KeepsHistory):
    add_record = StepwiseModel.add_record


@broken("HIST-1", "the history is remembered, also after a drop", CORE)
class HistoryOutlivesDrops(KeepsHistory):
    drop_record = StepwiseModel.drop_record


@broken("HIST-1", "the history is remembered, also after a purge", CORE)
class HistoryOutlivesPurges(KeepsHistory):
    drop_matching_records = StepwiseModel.drop_matching_records


@broken("HIST-2", "the history is remembered, also after an update of submitted", CORE)
class HistoryOutlivesUpdates(KeepsHistory):
    update_record = StepwiseModel.update_record


class Indexed(StepwiseModel):
    """A store that answers {field: value} from an index of one field."""

    field = ""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.index = {}

    def enter(self, msg_id):
        self.index[msg_id] = sort_key(self.records[msg_id][self.field])

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.enter(msg_id)

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.enter(msg_id)

    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if list(check) != [self.field] or isinstance(check[self.field], dict):
            return found
        wanted = sort_key(check[self.field])
        ids = [i for i in self.records if self.index.get(i) == wanted]
        return {i: super(Indexed, self).find_records({"msg_id": i}, keys)[i] for i in ids}


@broken("UPD-1", "the index of client_uuid is not kept by update", CORE)
class ClientIndexOutlivesUpdates(Indexed):
    field = "client_uuid"
    update_record = StepwiseModel.update_record


@broken("ADD-4", "the index of engine_uuid keeps the first value of a dropped id", CORE)
class EngineIndexOutlivesDrops(Indexed):
    field = "engine_uuid"

    def add_record(self, msg_id, rec, /):
        known = self.index.get(msg_id) if isinstance(msg_id, str) else None
        super().add_record(msg_id, rec)
        self.index[msg_id] = known or self.index[msg_id]


@broken("UPD-1", "the index of completed is not kept by update", CORE)
class PendingIndexOutlivesUpdates(Indexed):
    field = "completed"
    update_record = StepwiseModel.update_record


@broken("UPD-1", "the index of submitted does not enter updates to an instant", CORE)
class SubmittedIndexMissesUpdates(Indexed):
    field = "submitted"

    def update_record(self, msg_id, rec, /):
        StepwiseModel.update_record(self, msg_id, rec)
        if self.records[msg_id]["submitted"] is None:
            self.enter(msg_id)


@broken("ADD-4", "an id that was dropped and added again is not found by its msg_id", CORE)
class IdIndexLosesSecondLives(Indexed):
    field = "msg_id"

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.dropped = set()

    def enter(self, msg_id):
        if msg_id not in self.dropped:
            super().enter(msg_id)

    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        self.dropped.add(msg_id)
        del self.index[msg_id]


@broken("PURGE-1", "the index of queue is lost by a purge", CORE)
class PurgeEmptiesTheIndex(Indexed):
    field = "queue"

    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        self.index = {}


@broken("EQ-3", "records that were added without engine_uuid are not in its index", CORE)
class NoneIsNotIndexed(Indexed):
    field = "engine_uuid"

    def enter(self, msg_id):
        super().enter(msg_id)
        if self.records[msg_id]["engine_uuid"] is None:
            del self.index[msg_id]


@broken("EQ-1", "the index of label holds one record a label", CORE)
class LabelIndexIsUnique(Indexed):
    field = "label"

    def enter(self, msg_id):
        label = sort_key(self.records[msg_id]["label"])
        if label[1]:
            self.index = {i: known for i, known in self.index.items() if known != label}
        self.index[msg_id] = label


@broken("GET-1", "a get right after a find returns the first record that was found", CORE)
class GetReturnsTheFound(NoticesWrites):
    found = None

    def on_write(self):
        self.found = None

    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        self.found = next(iter(found), None)
        return found

    def get_record(self, msg_id, /):
        self.require_record(msg_id)
        return super().get_record(msg_id if self.found is None else self.found)


@broken("HIST-2", "the history is remembered over an update of many fields", CORE)
class HistoryOutlivesLongUpdates(StepwiseModel):
    def __init__(self, *args):
        super().__init__(*args)
        self.kept, self.changes = None, 0

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.changes += "submitted" in rec and len(rec) <= 3

    def get_history(self):
        state = tuple(self.records), self.changes
        if self.kept is None or self.kept[0] != state:
            self.kept = state, super().get_history()
        return list(self.kept[1])


class KeepsParsedQueries(StepwiseModel):
    """A store that caches parsed queries by their `key`, if they have one."""

    def __init__(self, *args):
        super().__init__(*args)
        self.kept = {}

    def parse_query(self, check):
        query = super().parse_query(check)
        try:
            return self.kept.setdefault(self.key(check), query)
        except TypeError:
            return query


@broken("DOC-2", "parsed queries are kept by their JSON, the keys sorted")
class QueriesAreKeptByJson(KeepsParsedQueries):
    def key(self, check):
        return json.dumps(check, sort_keys=True, default=repr)


@broken("NUM-5", "parsed queries are kept by equality")
class QueriesAreKeptByEquality(KeepsParsedQueries):
    def key(self, check):
        return tuple(check.items())


class Noting(StepwiseModel):
    """A store with notes about each record, which it makes when the record is added."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.notes = {}

    def make_notes(self, record):
        """Return the notes about a record."""
        return dict(record)

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.notes[msg_id] = self.make_notes(self.records[msg_id])


@broken("UPD-1", "a task that is pending again is missed where the pending are asked for", CORE)
class PendingIsForgotten(Noting):
    def make_notes(self, record):
        return record["completed"] is None

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if self.records[msg_id]["completed"] is not None:
            self.notes[msg_id] = False

    def select_ids(self, check):
        found = super().select_ids(check)
        return [i for i in found if self.notes[i]] if check == {"completed": None} else found


@broken("UPD-1", "a client's outstanding tasks are those that it had when they were added", CORE)
class OutstandingAsAdded(Noting):
    def select_ids(self, check):
        found = super().select_ids(check)
        client = check.get("client_uuid")
        if list(check) != ["client_uuid", "completed"] or not isinstance(client, str):
            return found
        others = super().select_ids({"completed": check["completed"]})
        return [msg_id for msg_id in others if self.notes[msg_id]["client_uuid"] == client]


@broken("UPD-1", "keys that are times are read from notes that no None goes into", CORE)
class TimesAreNoted(Noting):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        for name in ("submitted", "completed"):
            if rec.get(name) is not None:
                self.notes[msg_id][name] = self.records[msg_id][name]

    def project_record(self, record, names):
        part = super().project_record(record, names)
        if names is not None and {"msg_id", "submitted", "completed"}.issuperset(names):
            notes = self.notes[record["msg_id"]]
            part |= {name: notes[name] for name in part}
        return part


@broken("UPD-1", "an update to what is equal to Python changes nothing")
class EqualIsNoChange(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        stored = self.records.get(msg_id, {})
        super().update_record(msg_id, {n: v for n, v in rec.items() if stored.get(n) != v})


@broken("PURGE-1", "what a query has found is known until an update or a drop", CORE)
class FoundIsKnown(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.known = {}

    def select_ids(self, check):
        self.parse_query(check)
        found = self.known.setdefault(repr(check), super().select_ids(check))
        return [msg_id for msg_id in found if msg_id in self.records]

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.known = {query: ids for query, ids in self.known.items() if msg_id in ids}

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.known.clear()

    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        self.known.clear()


@broken("ISO-3", "the second time, a record that is kept for the next call is returned", CORE)
class SecondRecordIsKept(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.kept = {}

    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        stored, kept = self.kept.get(msg_id, (None, None))
        if stored is not self.records[msg_id]:
            self.kept[msg_id] = self.records[msg_id], super().get_record(msg_id)
            return record
        return kept


@broken("ISO-5", "the second time, a history that is kept for the next call is returned", CORE)
class SecondHistoryIsKept(StepwiseModel):
    kept = now = None

    def get_history(self):
        history = super().get_history()
        if self.now != history:
            self.now, self.kept = history, list(history)
            return list(history)
        return self.kept
