"""Mutants of drop_matching_records and of what the Hub does: clauses PURGE and HUB."""

from __future__ import annotations

from taskdb_spec import QueryError, RecordError
from taskdb_spec.capabilities import CORE
from tests.mutation.base import broken
from tests.mutation.decorators import rewording
from tests.mutation.store import Store


@broken("PURGE-1", "only the first match is dropped", CORE)
class PurgeDropsOne(Store):
    def purged(self, check):
        found = super().purged(check)
        return found[:1] if check else found


@broken("PURGE-1", "the record after the last match is dropped as well", CORE)
class PurgeDropsOneMore(Store):
    def purged(self, check):
        found, ids = super().purged(check), list(self.records)
        return [*found, *(ids[ids.index(found[-1]) + 1 :][:1] if found else [])]


@broken("PURGE-1", "the last match of several stays", CORE)
class PurgeLeavesTheLast(Store):
    def purged(self, check):
        found = super().purged(check)
        return found[:-1] if check and len(found) > 1 else found


@broken("PURGE-1", "all but the matches are dropped", CORE)
class PurgeDropsTheOthers(Store):
    def purged(self, check):
        found = super().purged(check)
        return [i for i in self.records if i not in found] if check else found


@broken("PURGE-1", "nothing is dropped by a query that names an operator", CORE)
class PurgeKnowsNoOperators(Store):
    def purged(self, check):
        found = super().purged(check)
        return [] if any(isinstance(value, dict) for value in check.values()) else found


@broken("PURGE-1", "only completed records are dropped, unless the query is empty", CORE)
class PurgeSparesPending(Store):
    def purged(self, check):
        found = super().purged(check)
        return [i for i in found if not check or self.records[i]["completed"] is not None]


@broken("PURGE-1", "only the first field of the query counts", CORE)
class PurgeLooksAtOneField(Store):
    def purged(self, check):
        super().purged(check)
        return super().purged(dict(list(check.items())[:1]))


@broken("PURGE-2", "the empty query drops nothing", CORE)
class EmptyPurgeDropsNothing(Store):
    def purged(self, check):
        return [] if check == {} else super().purged(check)


@broken("PURGE-2", "the empty query leaves the newest record", CORE)
class EmptyPurgeLeavesOne(Store):
    def purged(self, check):
        return super().purged(check)[:-1] if check == {} else super().purged(check)


@broken("PURGE-2", "after the empty query the store takes no records", CORE)
class EmptyPurgeEndsTheStore(Store):
    ended = False

    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        self.ended = self.ended or check == {}

    def add_record(self, msg_id, rec, /):
        if self.ended:
            raise RecordError("no such table")
        super().add_record(msg_id, rec)


@broken("PURGE-2", "the empty query is refused by drop_matching_records", CORE)
class EmptyPurgeIsRefused(Store):
    def purged(self, check):
        if check == {}:
            raise ValueError("syntax error at the end of the statement")
        return super().purged(check)


@broken("PURGE-3", "a malformed query drops nothing, and is not refused", CORE)
class MalformedPurgeIsIgnored(Store):
    def purged(self, check):
        try:
            return super().purged(check)
        except QueryError:
            return []


@broken("PURGE-3", "a malformed query is refused after a record has gone", CORE)
class PurgeIsValidatedLate(Store):
    def purged(self, check):
        try:
            return super().purged(check)
        except QueryError:
            if self.records:
                self.records.popitem()
            raise


@broken("PURGE-3", "an unknown operator in drop_matching_records drops everything", CORE)
class MalformedPurgeDropsAll(Store):
    def purged(self, check):
        try:
            return super().purged(check)
        except KeyError:
            return list(self.records)


@broken("PURGE-3", "drop_matching_records takes None for {}", CORE)
class PurgeTakesNone(Store):
    def purged(self, check):
        return super().purged({} if check is None else check)


def is_by_engine(check):
    """Whether a query is the Hub's purge by engine."""
    return list(check) == ["engine_uuid", "completed"] and check["completed"] == {"$ne": None}


@broken("HUB-1", "the purge by engine drops nothing", CORE)
class EnginePurgeDropsNothing(Store):
    def purged(self, check):
        found = super().purged(check)
        return [] if is_by_engine(check) else found


@broken("HUB-1", "the purge by engine drops pending tasks as well", CORE)
class EnginePurgeDropsPending(Store):
    def purged(self, check):
        found = super().purged(check)
        if is_by_engine(check):
            return super().purged({"engine_uuid": check["engine_uuid"]})
        return found


@broken("HUB-1", "the purge by engine drops the finished tasks of all engines", CORE)
class EnginePurgeDropsAllFinished(Store):
    def purged(self, check):
        found = super().purged(check)
        return super().purged({"completed": {"$ne": None}}) if is_by_engine(check) else found


@rewording(
    "HUB-2", "outstanding(client) finds the tasks of all clients", strict=True, capabilities=CORE
)
def outstanding_is_pending(check):
    if list(check) == ["client_uuid", "completed"] and check["completed"] is None:
        return {"completed": None}
    return check


@rewording("HUB-2", "mia() does not look at arrived", strict=True, capabilities=CORE)
def mia_is_pending(check):
    return {"completed": None} if check == {"arrived": None, "completed": None} else check


@rewording("HUB-2", "finished_on(engine) finds pending tasks", strict=True, capabilities=CORE)
def finished_is_queued(check):
    if list(check) == ["engine_uuid", "completed"] and check["completed"] == {"$ne": None}:
        return {**check, "completed": None}
    return check


@rewording("HUB-2", "unassigned() finds completed tasks as well", strict=True, capabilities=CORE)
def unassigned_may_be_completed(check):
    unassigned = check == {"engine_uuid": None, "completed": None}
    return {"engine_uuid": None} if unassigned else check


class OutputFirst(Store):
    """Knows the records that were added with a submitted and a header of None."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.early = set()

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if all(rec.get(name, "absent") is None for name in ("submitted", "header")):
            self.early.add(msg_id)

    def is_late(self, msg_id, rec):
        """Whether an update brings what was missing."""
        return (
            isinstance(rec, dict) and msg_id in self.early and {"submitted", "header"} <= set(rec)
        )


@broken("HUB-3", "the update that follows early output is refused", CORE)
class TaskAfterItsOutputIsRefused(OutputFirst):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, {})
        if self.is_late(msg_id, rec):
            raise RecordError("no task was submitted")
        super().update_record(msg_id, rec)


@broken("HUB-3", "the update that follows early output does not write the header", CORE)
class TaskAfterItsOutputLosesItsHeader(OutputFirst):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        if self.is_late(msg_id, rec):
            self.records[msg_id]["header"] = None
