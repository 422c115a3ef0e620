"""Mutants that have noted something, and are asked again after a change, or a second time."""

from __future__ import annotations

from taskdb_spec import QueryError
from taskdb_spec.capabilities import CORE
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.base import broken
from tests.mutation.capability_gates import Rewords, unclaimed
from tests.mutation.decorators import is_operators
from tests.mutation.store import Store

# Notes of what was written


class Noting(Store):
    """Has notes of each record, made when it is added."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.notes = {}

    def noted(self, record):
        """What is noted of a record."""
        return dict(record)

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.notes[msg_id] = self.noted(self.records[msg_id])


@broken("UPD-1", "a task that is pending again is missed where the pending are asked for", CORE)
class PendingIsForgotten(Noting):
    def noted(self, record):
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

    def part(self, record, names):
        part = super().part(record, names)
        if names is not None and {"msg_id", "submitted", "completed"}.issuperset(names):
            notes = self.notes[record["msg_id"]]
            part |= {name: notes[name] for name in part}
        return part


@broken("UPD-1", "an update to what is equal to Python changes nothing")
class EqualIsNoChange(Store):
    def update_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        stored = self.records.get(msg_id, {})
        super().update_record(msg_id, {n: v for n, v in rec.items() if stored.get(n) != v})


# Notes of what was asked


@broken("PURGE-1", "what a query has found is known until an update or a drop", CORE)
class FoundIsKnown(Store):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.known = {}

    def select_ids(self, check):
        self.parsed(check)
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
class SecondRecordIsKept(Store):
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
class SecondHistoryIsKept(Store):
    kept = now = None

    def get_history(self):
        history = super().get_history()
        if self.now != history:
            self.now, self.kept = history, list(history)
            return list(history)
        return self.kept


# What is asked in an uncommon way


@broken("KEYS-3", "keys that name the id alone are taken for no keys", CORE)
class IdAloneIsNoKey(Store):
    def projection(self, keys):
        names = super().projection(keys)
        return [name for name in names if name != "msg_id"] or None if names else names


@broken("PURGE-1", "a purge by listed ids fails at the second of two that are the same", CORE)
class ListedTwiceIsGone(Store):
    def purged(self, check):
        found = super().purged(check)
        condition = check.get("msg_id") if len(check) == 1 else None
        if is_operators(condition) and list(condition) == ["$in"]:
            return [msg_id for msg_id in condition["$in"] if msg_id in found]
        return found


@broken("PURGE-3", "a purge goes by the first two conditions before it refuses the third", CORE)
class PurgesUpToTheFault(Store):
    def purged(self, check):
        try:
            return super().purged(check)
        except QueryError:
            if isinstance(check, dict) and len(check) > 2:
                self.go_by(dict([*check.items()][:2]))
            raise

    def go_by(self, check):
        for msg_id in super().purged(check):
            del self.records[msg_id]


@broken("PURGE-1", "a purge by the engine None is one by any engine", CORE)
class NoEngineIsAny(Store):
    def purged(self, check):
        found = super().purged(check)
        if len(check) > 1 and check.get("engine_uuid", "") is None:
            return super().purged({n: c for n, c in check.items() if n != "engine_uuid"})
        return found


@broken("QRY-10", "behind an $in of nothing, no condition is looked at", CORE)
class NothingIsEnough(Store):
    def select_ids(self, check):
        if isinstance(check, dict) and check:
            name, condition = next(iter(check.items()))
            if name in TASK_FIELDS and condition == {"$in": []}:
                return []
        return super().select_ids(check)


@broken("QRY-4", "a $comment beside conditions is ignored", CORE)
class CommentIsIgnored(Store):
    def parsed(self, check):
        if isinstance(check, dict) and len(check) > 1:
            check = {name: condition for name, condition in check.items() if name != "$comment"}
        return super().parsed(check)


@unclaimed("CAP-2", "a $glob without a wildcard is answered as equality", "glob")
class PlainGlobIsEqual(Rewords):
    def read(self, check):
        return {name: self.reworded(condition) for name, condition in check.items()}

    def reworded(self, condition):
        pattern = condition.get("$glob") if isinstance(condition, dict) else None
        plain = isinstance(pattern, str) and not set("*?[").intersection(pattern)
        return pattern if plain else condition
