"""Mutants that the suite once overlooked, and what they need to be seen is in its programs now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from taskdb_spec import DuplicateRecord, RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TASK_FIELDS
from taskdb_spec.records.ordering import sort_key
from tests.mutation.base import broken
from tests.mutation.culling import CullingStore, culling
from tests.mutation.decorators import accepting, is_operators, storing_fields, storing_inside
from tests.mutation.store import Store

# Records and ids


@broken("ADD-2", "ids are compared by their first 255 characters", CORE)
class IdsAreCut(Store):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if any(known[:255] == msg_id[:255] for known in self.records):
            raise DuplicateRecord(msg_id)
        super().add_record(msg_id, rec)


@broken("ADD-3", "the buffers of a duplicate are stored before it is refused", CORE)
class DuplicateLeavesBuffers(Store):
    def add_record(self, msg_id, rec, /):
        fields = self.normalize_record(msg_id, rec)
        if msg_id in self.records and fields.get("result_buffers"):
            self.records[msg_id]["result_buffers"] = fields["result_buffers"]
        super().add_record(msg_id, rec)


@broken("REC-4", "an unknown field that is None is ignored", CORE)
class UnknownNoneIsIgnored(Store):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {
                name: value
                for name, value in rec.items()
                if value is not None or name in TASK_FIELDS or "." in str(name)
            }
        return super().normalize_record(msg_id, rec)


@broken("REC-5", "a msg_id of None is ignored", CORE)
class NoneIsNoId(Store):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict) and rec.get("msg_id", "") is None:
            rec = {name: value for name, value in rec.items() if name != "msg_id"}
        return super().normalize_record(msg_id, rec)


@accepting("REC-6", "a date is the midnight that it begins with", capabilities=CORE)
def date_is_its_midnight(value):
    if type(value) is date:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


@accepting("REC-8", "an int beyond 64 bits becomes a float", capabilities=CORE)
def large_ints_are_floats(value):
    return float(value) if type(value) is int and value >= 2**64 else value


@broken("REC-8", "a memoryview in a document becomes bytes", CORE)
class ViewsAreValues(Store):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {name: self.plain(value) for name, value in rec.items()}
        return super().normalize_record(msg_id, rec)

    def plain(self, value):
        if not isinstance(value, dict):
            return value
        views = {k: bytes(item) for k, item in value.items() if isinstance(item, memoryview)}
        return {**value, **views}


# Values


@storing_inside("VAL-1", "CR LF becomes LF", capabilities=CORE)
def line_ends_are_unified(value):
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


@storing_inside("VAL-1", "texts end at 65,535 characters", capabilities=CORE)
def texts_are_cut(value):
    return value[:65_535] if isinstance(value, str) else value


@storing_fields("VAL-1", "labels end at 255 characters", "label", "queue", capabilities=CORE)
def labels_are_cut(value):
    return value[:255]


@storing_inside("VAL-2", "percent escapes are decoded", capabilities=CORE)
def percent_is_an_escape(value):
    if not isinstance(value, str):
        return value
    return re.sub("%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value)


@storing_inside("VAL-6", "large whole floats become ints", capabilities=CORE)
def large_floats_are_ints(value):
    return int(value) if isinstance(value, float) and 1e16 <= abs(value) < 2**63 else value


def _keys(value, change):
    return {change(k): item for k, item in value.items()} if isinstance(value, dict) else value


@storing_inside("VAL-9", "a full-width full stop in a key is a dot", capabilities=CORE)
def full_stops_are_dots(value):
    return _keys(value, lambda key: key.replace("\uff0e", "."))


@storing_inside("VAL-9", "{'$date': text} is read as an instant", capabilities=CORE)
def tagged_dates_are_dates(value):
    tagged = isinstance(value, dict) and list(value) == ["$date"]
    return datetime(2020, 1, 1, tzinfo=UTC) if tagged else value


def _depth(value):
    if not isinstance(value, list | dict):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)


@broken("VAL-10", "what is nested deeper than 64 levels is refused", CORE)
class DeepValuesAreRefused(Store):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, rec)
        if any(_depth(value) > 64 for value in fields.values()):
            raise RecordError("too deep")
        return fields


# Buffers


@storing_fields("BUF-1", "buffers are ordered by the text of their index", "buffers")
def tenth_buffer_comes_second(value):
    return [value[int(index)] for index in sorted(map(str, range(len(value))))]


class TakesViews(Store):
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
class ViewIsItsObject(TakesViews):
    def view(self, item):
        return bytes(item.obj)


@broken("BUF-2", "a view that is not contiguous is refused", CORE)
class ViewsAreContiguous(TakesViews):
    def view(self, item):
        if not item.contiguous:
            raise RecordError("not contiguous")
        return item


@broken("BUF-3", "an update cuts buffers at 65,535 bytes", CORE)
class UpdateCutsBuffers(Store):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        buffers = self.records[msg_id]["result_buffers"]
        if rec.get("result_buffers"):
            self.records[msg_id]["result_buffers"] = [each[:65_535] for each in buffers]


@broken("UPD-2", "buffers are shared by content, and an update frees those it replaces", CORE)
class UpdateFreesShared(Store):
    def update_record(self, msg_id, rec, /):
        self._must_have(msg_id)
        old = set(self.records[msg_id]["result_buffers"] or ())
        super().update_record(msg_id, rec)
        if "result_buffers" not in rec:
            return
        old -= set(self.records[msg_id]["result_buffers"] or ())
        for other, record in self.records.items():
            if other != msg_id and record["result_buffers"]:
                record["result_buffers"] = [b for b in record["result_buffers"] if b not in old]


# Reading and dropping


@broken("HIST-2", "the history is remembered over an update of many fields", CORE)
class HistoryOutlivesLongUpdates(Store):
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


@broken("KEYS-1", "no more than twelve keys count", CORE)
class TwelveKeysCount(Store):
    def projection(self, keys):
        names = super().projection(keys)
        return names and list(dict.fromkeys(names))[:12]


def _listed(store, check):
    """The records that a query lists by id among its conditions; None where it lists none."""
    condition = check.get("msg_id") if isinstance(check, dict) else None
    if is_operators(condition) and list(condition) == ["$in"] and len(check) > 1:
        return [msg_id for msg_id in store.records if msg_id in condition["$in"]]
    return None


@broken("QRY-2", "ids in a list are looked up, and no other condition counts", CORE)
class ListedIdsAreEnough(Store):
    def select_ids(self, check):
        found, listed = super().select_ids(check), _listed(self, check)
        return found if listed is None else listed

    def purged(self, check):
        return super().select_ids(check)


@broken("PURGE-1", "of a purge by listed ids, no other condition counts", CORE)
class PurgeOfListedIds(Store):
    def purged(self, check):
        found, listed = super().purged(check), _listed(self, check)
        return found if listed is None else listed


@broken("ISO-1", "what is writable under a memoryview is kept", CORE)
class KeepsViews(Store):
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
class UpdateKeepsDeepDicts(Store):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        for name in DICT_FIELDS:
            for key, value in (rec.get(name) or {}).items():
                if isinstance(value, dict):
                    kept = {k: item for k, item in value.items() if isinstance(item, dict)}
                    self.records[msg_id][name][key].update(kept)


# Limits


@culling("CULL-1", "a purge does not lower the count of the records")
class PurgeLeavesTheCount(CullingStore):
    gone = 0

    def drop_matching_records(self, check, /):
        before = len(self.records)
        super().drop_matching_records(check)
        self.gone += before - len(self.records)

    def above(self):
        most = self.limits.record_limit
        return super().above() or (most is not None and len(self.records) + self.gone > most)

    def cull(self, written):
        super().cull(written)
        self.gone = 0


class KeyedAsAdded(CullingStore):
    """Goes by what a record was when it was added."""

    def __init__(self, *limits):
        super().__init__(*limits)
        self.added = {}

    def cull(self, written):
        self.added.setdefault(written, dict(self.records[written]))
        super().cull(written)

    def add_record(self, msg_id, rec, /):
        if msg_id not in self.records:
            self.added.pop(msg_id, None)
        super().add_record(msg_id, rec)


@culling("CULL-3", "a task that is completed later counts as pending")
class CompletedAsAdded(KeyedAsAdded):
    def key(self, record):
        added = self.added[record["msg_id"]]
        return (added["completed"] is None, sort_key(record["submitted"]))


@culling("CULL-4", "a record is as old as it was when it was added")
class AsOldAsAdded(KeyedAsAdded):
    def key(self, record):
        added = self.added[record["msg_id"]]
        return (record["completed"] is None, sort_key(added["submitted"]))
