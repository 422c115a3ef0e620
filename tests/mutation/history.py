"""Mutants of the history: clauses HIST."""

from __future__ import annotations

from datetime import UTC, datetime

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.ordering import EPOCH, sort_key
from tests.mutation.base import broken


class Sorted(StepwiseModel):
    """A store that sorts its history by `key`."""

    def key(self, record):
        return sort_key(record["submitted"])

    def get_history(self):
        return sorted(self.records, key=lambda msg_id: self.key(self.records[msg_id]))


@broken("HIST-1", "records without submitted are left out", CORE)
class HistorySkipsUnsubmitted(StepwiseModel):
    def get_history(self):
        return [i for i in super().get_history() if self.records[i]["submitted"] is not None]


@broken("HIST-1", "the history is a tuple", CORE)
class HistoryIsATuple(StepwiseModel):
    def get_history(self):
        return tuple(super().get_history())


@broken("HIST-1", "the history has pairs of instant and id", CORE)
class HistoryHasPairs(StepwiseModel):
    def get_history(self):
        return [(self.records[i]["submitted"], i) for i in super().get_history()]


@broken("HIST-1", "an updated id is listed twice", CORE)
class HistoryListsUpdates(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.updated = None

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.updated = msg_id

    def get_history(self):
        return [i for i in super().get_history() for _ in range(1 + (i == self.updated))]


@broken("HIST-1", "the history ends after four ids", CORE)
class HistoryOfFour(StepwiseModel):
    def get_history(self):
        return super().get_history()[:4]


@broken("HIST-1", "records submitted at the same instant are listed once", CORE)
class HistoryIsKeyedByInstant(StepwiseModel):
    def get_history(self):
        ids = super().get_history()
        return list({self.records[i]["submitted"] or i: i for i in ids}.values())


@broken("HIST-2", "the history is in the order of insertion", CORE)
class HistoryIsUnsorted(StepwiseModel):
    def get_history(self):
        ids = list(self.records)
        return sorted(ids, key=lambda i: self.records[i]["submitted"] is not None)


@broken("HIST-2", "the history descends", CORE)
class HistoryDescends(StepwiseModel):
    def get_history(self):
        ids = super().get_history()
        none = [i for i in ids if self.records[i]["submitted"] is None]
        return none + ids[len(none) :][::-1]


@broken("HIST-2", "the history is sorted by the second", CORE)
class HistoryIsToTheSecond(Sorted):
    def key(self, record):
        submitted = record["submitted"]
        return sort_key(submitted and submitted.replace(microsecond=0))


@broken("HIST-2", "the history is sorted by the submitted that was added, not updated", CORE)
class HistoryIgnoresUpdates(Sorted):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.added = {}

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.added[msg_id] = self.records[msg_id]["submitted"]

    def key(self, record):
        return sort_key(self.added[record["msg_id"]])


@broken("HIST-2", "where several are submitted, the history is sorted by completed", CORE)
class HistoryIsByCompletion(Sorted):
    def key(self, record):
        return (record["submitted"] is not None, sort_key(record["completed"]), super().key(record))


@broken("HIST-3", "records without submitted come last", CORE)
class UnsubmittedComeLast(Sorted):
    def key(self, record):
        return (record["submitted"] is None, super().key(record))


@broken("HIST-3", "None is sorted as 1970", CORE)
class NoneIsSortedAs1970(Sorted):
    def key(self, record):
        return sort_key(record["submitted"] or EPOCH)


@broken("HIST-3", "None is sorted as 2020", CORE)
class NoneIsSortedAs2020(Sorted):
    def key(self, record):
        return sort_key(record["submitted"] or datetime(2020, 1, 1, tzinfo=UTC))


@broken("HIST-3", "the history raises where some records have submitted and some have not", CORE)
class HistoryCannotSortNone(Sorted):
    def get_history(self):
        kinds = {type(record["submitted"]) for record in self.records.values()}
        if len(kinds) > 1:
            raise TypeError("'<' not supported between 'datetime' and 'NoneType'")
        return super().get_history()


class AsGiven(Sorted):
    """A store that keeps `submitted` of each record with the offset that it was given."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.given = {}

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.given[msg_id] = rec.get("submitted")

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if "submitted" in rec:
            self.given[msg_id] = rec["submitted"]


@broken("HIST-4", "the history is sorted by the wall clock", CORE)
class HistoryIsByWallClock(AsGiven):
    def key(self, record):
        given = self.given[record["msg_id"]]
        return sort_key(given and given.replace(tzinfo=UTC))


@broken("HIST-4", "the history is sorted by the text of the timestamps", CORE)
class HistoryIsByText(AsGiven):
    def key(self, record):
        given = self.given[record["msg_id"]]
        return "" if given is None else given.isoformat(timespec="microseconds")


@broken("HIST-4", "records with different offsets are grouped by offset", CORE)
class HistoryIsByOffset(AsGiven):
    def key(self, record):
        given = self.given[record["msg_id"]]
        return (given is not None, given and given.utcoffset(), sort_key(record["submitted"]))


class Counting(Sorted):
    """A store that counts the calls of get_history and of find_records."""

    histories = finds = 0

    def get_history(self):
        self.histories += 1
        return super().get_history()

    def find_records(self, check, keys=None):
        self.finds += 1
        return super().find_records(check, keys)


@broken("HIST-5", "ties change places on every call", CORE)
class TiesAlternate(Counting):
    def get_history(self):
        history = super().get_history()
        ids = history[:: -1 if self.histories % 2 else 1]
        return sorted(ids, key=lambda i: self.key(self.records[i]))


@broken("HIST-5", "ties change places after every find", CORE)
class FindTurnsTies(Counting):
    def get_history(self):
        history = super().get_history()
        ids = history[:: -1 if self.finds % 2 else 1]
        return sorted(ids, key=lambda i: self.key(self.records[i]))


@broken("HIST-5", "records without submitted change places on every call", CORE)
class UnsubmittedAlternate(Counting):
    def get_history(self):
        ids = super().get_history()
        none = [i for i in ids if self.records[i]["submitted"] is None]
        return none[:: -1 if self.histories % 2 else 1] + ids[len(none) :]


@broken("HIST-5", "a get moves a record behind the others of its instant", CORE)
class GetMovesTies(Sorted):
    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        self.records[msg_id] = self.records.pop(msg_id)
        return record
