"""Mutants of drop_matching_records and of the uses of the Hub: clauses PURGE and HUB."""

from __future__ import annotations

from taskdb_spec import QueryError, RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from tests.mutation.base import broken
from tests.mutation.decorators import has_operators, with_rewritten_query
from tests.mutation.equality import listed_ids


@broken("PURGE-1", "only the first match is dropped", CORE)
class PurgeDropsOne(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return found[:1] if check else found


@broken("PURGE-1", "the record after the last match is dropped as well", CORE)
class PurgeDropsOneMore(StepwiseModel):
    def select_ids_to_drop(self, check):
        found, ids = super().select_ids_to_drop(check), list(self.records)
        return [*found, *(ids[ids.index(found[-1]) + 1 :][:1] if found else [])]


@broken("PURGE-1", "the last match of several stays", CORE)
class PurgeLeavesTheLast(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return found[:-1] if check and len(found) > 1 else found


@broken("PURGE-1", "all but the matches are dropped", CORE)
class PurgeDropsTheOthers(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return [i for i in self.records if i not in found] if check else found


@broken("PURGE-1", "nothing is dropped by a query that names an operator", CORE)
class PurgeKnowsNoOperators(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return [] if any(isinstance(value, dict) for value in check.values()) else found


@broken("PURGE-1", "only completed records are dropped, unless the query is empty", CORE)
class PurgeSparesPending(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return [i for i in found if not check or self.records[i]["completed"] is not None]


@broken("PURGE-1", "only the first field of the query counts", CORE)
class PurgeLooksAtOneField(StepwiseModel):
    def select_ids_to_drop(self, check):
        super().select_ids_to_drop(check)
        return super().select_ids_to_drop(dict(list(check.items())[:1]))


@broken("PURGE-2", "the empty query drops nothing", CORE)
class EmptyPurgeDropsNothing(StepwiseModel):
    def select_ids_to_drop(self, check):
        return [] if check == {} else super().select_ids_to_drop(check)


@broken("PURGE-2", "the empty query leaves the newest record", CORE)
class EmptyPurgeLeavesOne(StepwiseModel):
    def select_ids_to_drop(self, check):
        return (
            super().select_ids_to_drop(check)[:-1]
            if check == {}
            else super().select_ids_to_drop(check)
        )


@broken("PURGE-2", "after the empty query the store takes no records", CORE)
class EmptyPurgeEndsTheStore(StepwiseModel):
    ended = False

    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        self.ended = self.ended or check == {}

    def add_record(self, msg_id, rec, /):
        if self.ended:
            raise RecordError("no such table")
        super().add_record(msg_id, rec)


@broken("PURGE-2", "the empty query is refused by drop_matching_records", CORE)
class EmptyPurgeIsRefused(StepwiseModel):
    def select_ids_to_drop(self, check):
        if check == {}:
            raise ValueError("syntax error at the end of the statement")
        return super().select_ids_to_drop(check)


@broken("PURGE-3", "a malformed query drops nothing, and is not refused", CORE)
class MalformedPurgeIsIgnored(StepwiseModel):
    def select_ids_to_drop(self, check):
        try:
            return super().select_ids_to_drop(check)
        except QueryError:
            return []


@broken("PURGE-3", "a malformed query is refused after a record has gone", CORE)
class PurgeIsValidatedLate(StepwiseModel):
    def select_ids_to_drop(self, check):
        try:
            return super().select_ids_to_drop(check)
        except QueryError:
            if self.records:
                self.records.popitem()
            raise


@broken("PURGE-3", "an unknown operator in drop_matching_records drops everything", CORE)
class MalformedPurgeDropsAll(StepwiseModel):
    def select_ids_to_drop(self, check):
        try:
            return super().select_ids_to_drop(check)
        except KeyError:
            return list(self.records)


@broken("PURGE-3", "drop_matching_records takes None for {}", CORE)
class PurgeTakesNone(StepwiseModel):
    def select_ids_to_drop(self, check):
        return super().select_ids_to_drop({} if check is None else check)


def is_by_engine(check):
    """Return whether a query is the Hub's purge by engine."""
    return list(check) == ["engine_uuid", "completed"] and check["completed"] == {"$ne": None}


@broken("HUB-1", "the purge by engine drops nothing", CORE)
class EnginePurgeDropsNothing(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return [] if is_by_engine(check) else found


@broken("HUB-1", "the purge by engine drops pending tasks as well", CORE)
class EnginePurgeDropsPending(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        if is_by_engine(check):
            return super().select_ids_to_drop({"engine_uuid": check["engine_uuid"]})
        return found


@broken("HUB-1", "the purge by engine drops the finished tasks of all engines", CORE)
class EnginePurgeDropsAllFinished(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return (
            super().select_ids_to_drop({"completed": {"$ne": None}})
            if is_by_engine(check)
            else found
        )


@with_rewritten_query(
    "HUB-2", "outstanding(client) finds the tasks of all clients", strict=True, capabilities=CORE
)
def outstanding_is_pending(check):
    if list(check) == ["client_uuid", "completed"] and check["completed"] is None:
        return {"completed": None}
    return check


@with_rewritten_query("HUB-2", "mia() does not look at arrived", strict=True, capabilities=CORE)
def mia_is_pending(check):
    return {"completed": None} if check == {"arrived": None, "completed": None} else check


@with_rewritten_query(
    "HUB-2", "finished_on(engine) finds pending tasks", strict=True, capabilities=CORE
)
def finished_is_queued(check):
    if list(check) == ["engine_uuid", "completed"] and check["completed"] == {"$ne": None}:
        return {**check, "completed": None}
    return check


@with_rewritten_query(
    "HUB-2", "unassigned() finds completed tasks as well", strict=True, capabilities=CORE
)
def unassigned_may_be_completed(check):
    unassigned = check == {"engine_uuid": None, "completed": None}
    return {"engine_uuid": None} if unassigned else check


class OutputFirst(StepwiseModel):
    """A store that knows the records that were added without `submitted` and `header`."""

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.early = set()

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        if all(rec.get(name, "absent") is None for name in ("submitted", "header")):
            self.early.add(msg_id)

    def is_late(self, msg_id, rec):
        """Return whether an update supplies the missing fields."""
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


@broken("PURGE-1", "of a purge by listed ids, no other condition counts", CORE)
class PurgeOfListedIds(StepwiseModel):
    def select_ids_to_drop(self, check):
        found, listed = super().select_ids_to_drop(check), listed_ids(self, check)
        return found if listed is None else listed


@broken("PURGE-1", "a purge by listed ids fails at the second of two that are the same", CORE)
class ListedTwiceIsGone(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        condition = check.get("msg_id") if len(check) == 1 else None
        if has_operators(condition) and list(condition) == ["$in"]:
            return [msg_id for msg_id in condition["$in"] if msg_id in found]
        return found


@broken("PURGE-3", "a purge goes by the first two conditions before it refuses the third", CORE)
class PurgesUpToTheFault(StepwiseModel):
    def select_ids_to_drop(self, check):
        try:
            return super().select_ids_to_drop(check)
        except QueryError:
            if isinstance(check, dict) and len(check) > 2:
                self.go_by(dict([*check.items()][:2]))
            raise

    def go_by(self, check):
        for msg_id in super().select_ids_to_drop(check):
            del self.records[msg_id]


@broken("PURGE-1", "a purge by the engine None is one by any engine", CORE)
class NoEngineIsAny(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        if len(check) > 1 and check.get("engine_uuid", "") is None:
            return super().select_ids_to_drop(
                {n: c for n, c in check.items() if n != "engine_uuid"}
            )
        return found
