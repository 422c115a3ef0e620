"""Mutants of a store with limits: clauses CULL. `CullingStore` conforms."""

from __future__ import annotations

import weakref

from taskdb_spec import Backend, Limits, RecordCulled
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.ordering import sort_key
from tests.mutation.base import Mutant, snake_case

CLAIMED = QUERY_CAPABILITIES | {Capability.culling}


def estimate_size(value):
    """Return roughly how many bytes a value takes."""
    if isinstance(value, dict):
        return sum(len(key) + estimate_size(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(estimate_size, value))
    return len(value) if isinstance(value, str | bytes) else 8


class CullingStore(StepwiseModel):
    """A conforming store with limits: it culls completed records first, then the oldest."""

    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        super().__init__(CLAIMED)
        self.limits = limits
        self.culled = set()

    def size(self, record):
        return estimate_size(record)

    def is_above_limit(self):
        """Return whether the store is above a limit."""
        most, bytes_ = self.limits.record_limit, self.limits.size_limit
        if most is not None and len(self.records) > most:
            return True
        return bytes_ is not None and sum(map(self.size, self.records.values())) > bytes_

    def key(self, record):
        """Return the sort key of a record: those with the smallest key are culled first."""
        return (record["completed"] is None, sort_key(record["submitted"]))

    def spared_ids(self, written):
        """Return the ids that a write of the record `written` does not cull."""
        return {written}

    def cull(self, written):
        spared = self.spared_ids(written)
        order = [i for i in self.get_history() if i not in spared]
        for msg_id in sorted(order, key=lambda i: self.key(self.records[i])):
            if not self.is_above_limit():
                break
            del self.records[msg_id]
            self.culled.add(msg_id)

    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.culled.discard(msg_id)
        self.cull(msg_id)

    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.cull(msg_id)

    def require_record(self, msg_id):
        if isinstance(msg_id, str) and msg_id in self.culled:
            raise RecordCulled(f"the record {msg_id!r} was culled")
        super().require_record(msg_id)


def limited_backend(store, name):
    """Return the backend of a class of stores with limits."""
    return Backend(
        name=name,
        open=lambda workdir: store(),
        open_limited=lambda workdir, limits: store(limits),
        capabilities=CLAIMED,
    )


def broken_with_limits(clause, why):
    """Make a class of stores with limits the mutant of its name."""

    def decorate(store):
        name = snake_case(store.__name__)
        return Mutant(name, clause, why, limited_backend(store, name))

    return decorate


@broken_with_limits("CULL-1", "record_limit is not looked at")
class RecordLimitIsIgnored(CullingStore):
    def is_above_limit(self):
        size_only = Limits(None, self.limits.size_limit)
        full, self.limits = self.limits, size_only
        try:
            return super().is_above_limit()
        finally:
            self.limits = full


@broken_with_limits("CULL-1", "one record more than record_limit is kept")
class RecordLimitIsOffByOne(CullingStore):
    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        most = limits.record_limit
        super().__init__(Limits(None if most is None else most + 1, limits.size_limit))


@broken_with_limits("CULL-1", "a store at its limit is culled before it is above")
class LimitIsNeverReached(CullingStore):
    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        most = limits.record_limit
        super().__init__(Limits(None if most is None else max(1, most - 1), limits.size_limit))


@broken_with_limits("CULL-1", "int(record_limit * cull_fraction) records go, which may be none")
class FractionMayBeNone(CullingStore):
    def cull(self, written):
        most, before = self.limits.record_limit, dict(self.records)
        if most is None:
            super().cull(written)
        elif len(before) > most:
            count = int(most * self.limits.cull_fraction)
            order = [i for i in self.get_history() if i != written]
            for msg_id in sorted(order, key=lambda i: self.key(self.records[i]))[:count]:
                del self.records[msg_id]
                self.culled.add(msg_id)


@broken_with_limits("CULL-2", "the record just written may be culled like any other")
class WrittenIsNotSpared(CullingStore):
    def spared_ids(self, written):
        return set()


@broken_with_limits("CULL-2", "the record just updated may be culled, the one just added not")
class UpdatedIsNotSpared(CullingStore):
    def update_record(self, msg_id, rec, /):
        super(CullingStore, self).update_record(msg_id, rec)
        self.cull(None)


@broken_with_limits("CULL-2", "a record above size_limit alone empties the store, itself included")
class OversizeEmptiesTheStore(CullingStore):
    def cull(self, written):
        super().cull(written)
        if self.is_above_limit():
            self.culled |= set(self.records)
            self.records.clear()


@broken_with_limits("CULL-3", "records go by age alone")
class PendingGoAsWell(CullingStore):
    def key(self, record):
        return sort_key(record["submitted"])


@broken_with_limits("CULL-3", "pending records go before completed ones")
class PendingGoFirst(CullingStore):
    def key(self, record):
        return (record["completed"] is not None, sort_key(record["submitted"]))


@broken_with_limits("CULL-3", "a record without an engine goes before completed ones")
class UnassignedGoFirst(CullingStore):
    def key(self, record):
        first = record["engine_uuid"] is None and record["completed"] is None
        return (not first, *super().key(record))


@broken_with_limits("CULL-4", "the newest go first")
class NewestGoFirst(CullingStore):
    def cull(self, written):
        oldest_first = [i for i in self.get_history() if i != written]
        newest_first = oldest_first[::-1]
        for msg_id in sorted(newest_first, key=lambda i: self.records[i]["completed"] is None):
            if not self.is_above_limit():
                break
            del self.records[msg_id]
            self.culled.add(msg_id)


@broken_with_limits("CULL-4", "records go in the order of insertion")
class FirstAddedGoFirst(CullingStore):
    def key(self, record):
        return (record["completed"] is None, list(self.records).index(record["msg_id"]))


@broken_with_limits("CULL-4", "records without submitted go last of their kind")
class UnsubmittedGoLast(CullingStore):
    def key(self, record):
        return (
            record["completed"] is None,
            record["submitted"] is None,
            sort_key(record["submitted"]),
        )


@broken_with_limits("CULL-4", "completed records go in the order of completion")
class CompletionDecides(CullingStore):
    def key(self, record):
        return (
            record["completed"] is None,
            sort_key(record["completed"]),
            sort_key(record["submitted"]),
        )


@broken_with_limits("CULL-5", "get of a culled id returns None")
class CulledIsNone(CullingStore):
    def get_record(self, msg_id, /):
        return None if msg_id in self.culled else super().get_record(msg_id)


@broken_with_limits("CULL-5", "find finds culled records")
class FindFindsCulled(CullingStore):
    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        super().__init__(limits)
        self.before = {}

    def cull(self, written):
        before = dict(self.records)
        super().cull(written)
        self.before.update({i: before[i] for i in before if i not in self.records})

    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        culled = {i: self.copy_record(self.before[i]) for i in self.before if i in self.culled}
        return {**culled, **found} if check == {} and not keys else found


@broken_with_limits("CULL-5", "an update of a culled id is ignored")
class UpdateOfCulledIsIgnored(CullingStore):
    def update_record(self, msg_id, rec, /):
        if msg_id not in self.culled:
            super().update_record(msg_id, rec)


@broken_with_limits("CULL-5", "get of a culled id raises a RuntimeError")
class CulledIsARuntimeError(CullingStore):
    def get_record(self, msg_id, /):
        if isinstance(msg_id, str) and msg_id in self.culled:
            raise RuntimeError("culled")
        return super().get_record(msg_id)


@broken_with_limits("CULL-6", "an id stays culled for get after it was added again")
class CulledForEver(CullingStore):
    def add_record(self, msg_id, rec, /):
        was_culled = isinstance(msg_id, str) and msg_id in self.culled
        super().add_record(msg_id, rec)
        if was_culled:
            self.culled.add(msg_id)


@broken_with_limits("CULL-6", "an add of a culled id is refused")
class CulledIdIsTaken(CullingStore):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id in self.culled:
            raise RecordCulled(f"the record {msg_id!r} was culled")
        super().add_record(msg_id, rec)


@broken_with_limits("CULL-6", "a culled id that was added again is not found")
class FindHidesReturned(CullingStore):
    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        super().__init__(limits)
        self.returned = set()

    def add_record(self, msg_id, rec, /):
        was_culled = isinstance(msg_id, str) and msg_id in self.culled
        super().add_record(msg_id, rec)
        if was_culled:
            self.returned.add(msg_id)

    def select_ids(self, check):
        return [i for i in super().select_ids(check) if i not in self.returned]


@broken_with_limits("CULL-7", "only buffers count")
class BuffersCount(CullingStore):
    def size(self, record):
        return estimate_size(record["buffers"] or []) + estimate_size(
            record["result_buffers"] or []
        )


@broken_with_limits("CULL-7", "text does not count, only bytes")
class TextDoesNotCount(CullingStore):
    def size(self, record):
        return sum(estimate_size(v) for v in record.values() if isinstance(v, list))


@broken_with_limits("CULL-7", "only the outermost text of a dict counts")
class NestedValuesDoNotCount(CullingStore):
    def size(self, record):
        def flat(value):
            if isinstance(value, dict):
                return sum(
                    estimate_size(v) for v in value.values() if not isinstance(v, dict | list)
                )
            return estimate_size(value)

        return sum(map(flat, record.values()))


@broken_with_limits("CULL-7", "size_limit is not looked at")
class SizeLimitIsIgnored(CullingStore):
    def size(self, record):
        return 0


@broken_with_limits("CULL-7", "what an update adds does not count")
class UpdatesDoNotCount(CullingStore):
    def update_record(self, msg_id, rec, /):
        super(CullingStore, self).update_record(msg_id, rec)
        if self.limits.size_limit is None:
            self.cull(msg_id)


class KnowsOpenStores(CullingStore):
    """A store that knows the other open stores of its class."""

    def __init_subclass__(cls):
        cls.opened = []

    def __init__(self, limits=Limits()):  # noqa: B008 (it is frozen)
        super().__init__(limits)
        self.join(self.other_stores())
        type(self).opened.append(weakref.ref(self))

    def other_stores(self):
        stores = [ref() for ref in type(self).opened]
        return [store for store in stores if store is not None and store is not self]

    def join(self, others):
        pass

    def close(self):
        type(self).opened[:] = [weakref.ref(store) for store in self.other_stores()]


@broken_with_limits("CULL-8", "open stores have their set of culled ids in common")
class CulledIdsAreShared(KnowsOpenStores):
    def join(self, others):
        for other in others:
            self.culled = other.culled

    def add_record(self, msg_id, rec, /):
        was_culled = isinstance(msg_id, str) and msg_id in self.culled
        super().add_record(msg_id, rec)
        if was_culled and any(msg_id not in other.records for other in self.other_stores()):
            self.culled.add(msg_id)


@broken_with_limits(
    "CULL-8", "a new store begins with the culled ids of one that is open, and refuses them"
)
class CulledIdsAreInherited(KnowsOpenStores):
    strange = frozenset()

    def join(self, others):
        self.strange = frozenset(i for other in others for i in other.culled)

    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id in self.strange:
            raise RecordCulled(f"the record {msg_id!r} was culled")
        super().add_record(msg_id, rec)


@broken_with_limits("CULL-1", "a purge does not lower the count of the records")
class PurgeLeavesTheCount(CullingStore):
    gone = 0

    def drop_matching_records(self, check, /):
        before = len(self.records)
        super().drop_matching_records(check)
        self.gone += before - len(self.records)

    def is_above_limit(self):
        most = self.limits.record_limit
        return super().is_above_limit() or (
            most is not None and len(self.records) + self.gone > most
        )

    def cull(self, written):
        super().cull(written)
        self.gone = 0


class KeyedAsAdded(CullingStore):
    """A store that culls records by their fields when they were added."""

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


@broken_with_limits("CULL-3", "a task that is completed later counts as pending")
class CompletedAsAdded(KeyedAsAdded):
    def key(self, record):
        added = self.added[record["msg_id"]]
        return (added["completed"] is None, sort_key(record["submitted"]))


@broken_with_limits("CULL-4", "a record is as old as it was when it was added")
class AsOldAsAdded(KeyedAsAdded):
    def key(self, record):
        added = self.added[record["msg_id"]]
        return (record["completed"] is None, sort_key(added["submitted"]))
