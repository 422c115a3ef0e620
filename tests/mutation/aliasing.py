"""Mutants that share objects with their caller: clauses ISO-1 to ISO-8, and ISO-10."""

from __future__ import annotations

from datetime import datetime

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.domain import deep_copy
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TASK_FIELDS, TIME_FIELDS
from tests.mutation.base import broken


def with_given_lists(given, copy):
    """Return a validated copy of a value, but with the lists that were given."""
    if isinstance(given, dict):
        return {key: with_given_lists(given[key], copy[key]) for key in copy}
    return given if isinstance(given, list) else copy


class KeepsDicts(StepwiseModel):
    """A store that keeps the dicts that it is given."""

    adding = updating = False

    def kept(self, name, given, copy):
        return given if isinstance(given, dict) else copy

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if self.adding:
            self.keep(msg_id, rec)

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if self.updating:
            self.keep(msg_id, rec)

    def keep(self, msg_id, rec):
        record = self.records[msg_id]
        for name, given in rec.items():
            record[name] = self.kept(name, given, record[name])


@broken("ISO-1", "add keeps the dicts of its argument", CORE)
class AddKeepsDicts(KeepsDicts):
    adding = True


@broken("ISO-1", "add keeps the lists inside of the dicts of its argument", CORE)
class AddKeepsInnerLists(KeepsDicts):
    adding = True

    def kept(self, name, given, copy):
        return with_given_lists(given, copy) if isinstance(given, dict) else copy


@broken("ISO-1", "add keeps a list of buffers if all are bytes", CORE)
class AddKeepsBuffers(KeepsDicts):
    adding = True

    def kept(self, name, given, copy):
        plain = isinstance(given, list) and all(type(buffer) is bytes for buffer in given)
        return given if plain else copy


@broken("ISO-1", "add reads a bytearray when the record is read, not when it is added", CORE)
class AddReadsBytearraysLate(StepwiseModel):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.given = {}

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.given[msg_id] = list(rec.get("buffers") or [])

    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        given = self.given[msg_id]
        for i in range(min(len(given), len(record["buffers"] or []))):
            if isinstance(given[i], bytearray) and len(given[i]) == len(record["buffers"][i]):
                record["buffers"][i] = bytes(given[i])
        return record

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if "buffers" in rec:
            self.given[msg_id] = []


@broken("ISO-2", "update keeps the dicts of its argument", CORE)
class UpdateKeepsDicts(KeepsDicts):
    updating = True


@broken("ISO-2", "update keeps the lists inside of the dicts of its argument", CORE)
class UpdateKeepsInnerLists(KeepsDicts):
    updating = True

    def kept(self, name, given, copy):
        return with_given_lists(given, copy) if isinstance(given, dict) else copy


@broken("ISO-2", "update keeps a list of result_buffers if all are bytes", CORE)
class UpdateKeepsResultBuffers(KeepsDicts):
    updating = True

    def kept(self, name, given, copy):
        plain = name == "result_buffers" and all(type(b) is bytes for b in given or [0])
        return given if plain else copy


def copy_one_level(record, name):
    """Return a copy of a field that is one level deep."""
    value = record[name]
    return dict(value) if isinstance(value, dict) else value


@broken("ISO-3", "get returns the stored record itself", CORE)
class GetReturnsTheStored(StepwiseModel):
    def get_record(self, msg_id, /):
        self.require_record(msg_id)
        return self.records[msg_id]


@broken("ISO-3", "get copies the outer dict only", CORE)
class GetCopiesTheOuterDict(StepwiseModel):
    def get_record(self, msg_id, /):
        self.require_record(msg_id)
        return dict(self.records[msg_id])


@broken("ISO-3", "get copies two levels of dicts, not the values in them", CORE)
class GetCopiesTwoLevels(StepwiseModel):
    def get_record(self, msg_id, /):
        copy = super().get_record(msg_id)
        return {
            name: copy_one_level(self.records[msg_id], name)
            if name not in BUFFER_FIELDS
            else copy[name]
            for name in copy
        }


@broken("ISO-3", "get returns the stored list of buffers", CORE)
class GetReturnsTheBuffers(StepwiseModel):
    def get_record(self, msg_id, /):
        copy = super().get_record(msg_id)
        return {**copy, "buffers": self.records[msg_id]["buffers"]}


@broken("ISO-4", "find returns the stored records themselves", CORE)
class FindReturnsTheStored(StepwiseModel):
    def project_record(self, record, names):
        return super().project_record(record, names) if names else record


@broken("ISO-4", "a projection copies the outer dict only", CORE)
class ProjectionCopiesTheOuterDict(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return {name: record[name] for name in copy} if names else copy


@broken("ISO-4", "records found have the stored lists inside of their dicts", CORE)
class FindSharesInnerLists(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return {
            name: with_given_lists(record[name], copy[name])
            if isinstance(copy[name], dict)
            else copy[name]
            for name in copy
        }


@broken("ISO-4", "a projection has the stored list of result_buffers", CORE)
class ProjectionSharesResultBuffers(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        if names and "result_buffers" in copy:
            copy["result_buffers"] = record["result_buffers"]
        return copy


class NoticesWrites(StepwiseModel):
    """A store that calls `on_write` after each write."""

    def on_write(self):
        pass

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.on_write()

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.on_write()

    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        self.on_write()

    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        self.on_write()


@broken("ISO-4", "the last answer is kept, and returned again until the next write", CORE)
class AnswerIsReturnedAgain(NoticesWrites):
    last = None

    def on_write(self):
        self.last = None

    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        question = (deep_copy(check), None if keys is None else list(keys))
        if self.last is None or self.last[0] != question:
            self.last = (question, found)
        return self.last[1]


@broken("ISO-5", "the history is kept until the next write, and returned as it is", CORE)
class HistoryIsReturnedAgain(NoticesWrites):
    history = None

    def on_write(self):
        self.history = None

    def get_history(self):
        if self.history is None:
            self.history = super().get_history()
        return self.history


@broken("ISO-5", "the history is copied on the first call only", CORE)
class HistoryIsCopiedOnce(NoticesWrites):
    history = None

    def on_write(self):
        self.history = None

    def get_history(self):
        if self.history is None:
            self.history = super().get_history()
            return list(self.history)
        return self.history


class ChangesItsArgument(StepwiseModel):
    """A store that changes the record or update that it is given, by `rewrite`."""

    def rewrite(self, msg_id, rec):
        pass

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.rewrite(msg_id, rec)

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.rewrite(msg_id, rec)


@broken("ISO-6", "add and update write the msg_id into their argument", CORE)
class WritesTheIdIntoTheRecord(ChangesItsArgument):
    def rewrite(self, msg_id, rec):
        rec["msg_id"] = msg_id


@broken("ISO-6", "add fills the absent fields of its argument", CORE)
class FillsTheGivenRecord(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        for name in TASK_FIELDS:
            rec.setdefault(name, self.records[msg_id][name])


@broken("ISO-6", "an update takes the msg_id out of its argument", CORE)
class PopsTheIdFromTheUpdate(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        rec.pop("msg_id", None)


@broken("ISO-6", "dates are normalised to UTC in the argument", CORE)
class NormalisesTheGivenDates(ChangesItsArgument):
    def rewrite(self, msg_id, rec):
        for name in TIME_FIELDS:
            if isinstance(rec.get(name), datetime):
                rec[name] = self.records[msg_id][name]


@broken("ISO-6", "a bytearray in the argument becomes bytes", CORE)
class NormalisesTheGivenBuffers(ChangesItsArgument):
    def rewrite(self, msg_id, rec):
        for name in BUFFER_FIELDS:
            if rec.get(name):
                rec[name][:] = self.records[msg_id][name]


@broken("ISO-6", "add writes an _id into its argument", CORE)
class WritesItsKeyIntoTheRecord(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        rec["_id"] = len(self.records)


@broken("ISO-6", "a record that is refused has its unknown fields taken out", CORE)
class CleansTheRefusedRecord(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        try:
            return super().normalize_record(msg_id, rec)
        except ValueError:
            if isinstance(rec, dict):
                for name in set(rec) - set(TASK_FIELDS):
                    del rec[name]
            raise


@broken("ISO-7", "find takes the conditions out of the query", CORE)
class PopsTheQuery(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        check.clear()
        return found


@broken("ISO-7", "drop_matching_records takes the operators out of the query", CORE)
class PopsTheOperatorsOfAPurge(StepwiseModel):
    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        for condition in check.values():
            if isinstance(condition, dict):
                condition.clear()


@broken("ISO-7", "the operands of $in are sorted in the query", CORE)
class SortsTheOperands(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        for condition in check.values():
            if isinstance(condition, dict) and isinstance(condition.get("$in"), list):
                condition["$in"].sort(key=repr)
        return found


@broken("ISO-7", "a plain operand is written as $eq into the query", CORE)
class WritesEqIntoTheQuery(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        for name, operand in check.items():
            if not isinstance(operand, dict):
                check[name] = {"$eq": operand}
        return found


@broken("ISO-8", "msg_id is put in front of the keys", CORE)
class InsertsTheIdIntoTheKeys(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if isinstance(keys, list) and keys and "msg_id" not in keys:
            keys.insert(0, "msg_id")
        return found


@broken("ISO-8", "the keys are sorted", CORE)
class SortsTheKeys(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if isinstance(keys, list):
            keys.sort()
        return found


@broken("ISO-8", "buffers are taken out of the keys", CORE)
class TakesBuffersOutOfTheKeys(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if isinstance(keys, list) and "buffers" in keys:
            keys.remove("buffers")
        return found


class RemembersQueries(StepwiseModel):
    """A store with a place for the trees of queries, and for the names of keys."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.trees, self.names = {}, {}


@broken("ISO-10", "a query is parsed once for each object that it is given as", CORE)
class ParsesAnObjectOnce(RemembersQueries):
    def parse_query(self, check):
        if id(check) not in self.trees:
            self.trees[id(check)] = (
                super().parse_query(check),
                check,
            )  # so that the id stays its own
        return self.trees[id(check)][0]


@broken("ISO-10", "a query is kept by its text, with the operands that were given", CORE)
class KeepsTheOperands(RemembersQueries):
    def parse_query(self, check):
        return super().parse_query(self.trees.setdefault(repr(check), check))


@broken("ISO-10", "the lists of $in are kept, by their text", CORE)
class KeepsTheListsOfIn(RemembersQueries):
    def parse_query(self, check):
        super().parse_query(check)
        return super().parse_query({root: self.kept(test) for root, test in check.items()})

    def kept(self, test):
        operand = test.get("$in") if isinstance(test, dict) else None
        if type(operand) is not list:
            return test
        return {**test, "$in": self.trees.setdefault(repr(operand), operand)}


@broken("ISO-10", "the names of a list of keys are read once for each object", CORE)
class ReadsKeysOnce(RemembersQueries):
    def parse_keys(self, keys):
        names = super().parse_keys(keys)
        return self.names.setdefault(id(keys), (names, keys))[0]


@broken(
    "ISO-10", "the last query is known by its object, and answered anew only after a write", CORE
)
class KnowsTheLastQuery(NoticesWrites):
    last = object(), None

    def on_write(self):
        self.last = object(), None

    def select_ids(self, check):
        if check is not self.last[0]:
            self.last = check, super().select_ids(check)
        return self.last[1]


@broken("ISO-1", "what is writable under a memoryview is kept", CORE)
class KeepsViews(StepwiseModel):
    def __init__(self, *args):
        super().__init__(*args)
        self.views = {}

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.views[msg_id] = list(rec.get("buffers") or ())

    def get_record(self, msg_id, /):
        record = super().get_record(msg_id)
        views = self.views.get(msg_id)
        if views and record["buffers"] and len(views) == len(record["buffers"]):
            record["buffers"] = [
                bytes(view) if isinstance(view, memoryview) else kept
                for view, kept in zip(views, record["buffers"], strict=True)
            ]
        return record

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if "buffers" in rec:
            self.views[msg_id] = None


@broken("ISO-2", "an update keeps a dict that is two levels down", CORE)
class UpdateKeepsDeepDicts(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        for name in DICT_FIELDS:
            for key, value in (rec.get(name) or {}).items():
                if isinstance(value, dict):
                    kept = {k: item for k, item in value.items() if isinstance(item, dict)}
                    self.records[msg_id][name][key].update(kept)
