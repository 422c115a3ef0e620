"""Mutants whose stores share state with each other: clause ISO-9."""

from __future__ import annotations

import weakref

from taskdb_spec import DuplicateRecord
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.domain import deep_copy
from tests.mutation.base import broken


class KnowsOtherStores(StepwiseModel):
    """A store that knows the other open stores of its class."""

    def __init_subclass__(cls):
        cls.opened = []

    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.join(self.other_stores())
        type(self).opened.append(weakref.ref(self))

    def other_stores(self):
        stores = [ref() for ref in type(self).opened]
        return [store for store in stores if store is not None and store is not self]

    def join(self, others):
        pass

    def close(self):
        type(self).opened[:] = [weakref.ref(store) for store in self.other_stores()]


@broken("ISO-9", "stores that are open at the same time have their records in common", CORE)
class RecordsAreShared(KnowsOtherStores):
    def join(self, others):
        for other in others:
            self.records = other.records


@broken("ISO-9", "a new store begins with a copy of the records of one that is open", CORE)
class RecordsAreInherited(KnowsOtherStores):
    def join(self, others):
        for other in others:
            self.records = deep_copy(other.records)


@broken("ISO-9", "a drop removes the record from the other open stores as well", CORE)
class DropsAreShared(KnowsOtherStores):
    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        for other in self.other_stores():
            other.records.pop(msg_id, None)


@broken("ISO-9", "an update is written to the other open stores that have the id", CORE)
class UpdatesAreShared(KnowsOtherStores):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        for other in self.other_stores():
            if msg_id in other.records:
                StepwiseModel.update_record(other, msg_id, rec)


@broken("ISO-9", "an id that another open store has is taken for a duplicate", CORE)
class IdsAreShared(KnowsOtherStores):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if any(msg_id in other.records for other in self.other_stores()):
            raise KeyError(msg_id)
        super().add_record(msg_id, rec)


@broken("ISO-9", "the history lists the ids of the other open stores as well", CORE)
class HistoriesAreShared(KnowsOtherStores):
    def get_history(self):
        strange = {
            i for other in self.other_stores() for i in other.records if i not in self.records
        }
        return super().get_history() + sorted(strange)


@broken("ISO-9", "an empty purge empties the other open stores as well", CORE)
class PurgesAreShared(KnowsOtherStores):
    def drop_matching_records(self, check, /):
        super().drop_matching_records(check)
        for other in self.other_stores():
            if check == {}:
                other.records.clear()


KEPT = []
"""The state that the classes keep. Tests clear it, so that they do not affect each other."""


class KeepsOnTheClass(StepwiseModel):
    """A store that keeps state on its class, which outlives every store."""

    def __init_subclass__(cls):
        cls.kept = {}
        KEPT.append(cls.kept)


@broken("ISO-9", "records are kept on the class, and a store is opened with all of them", CORE)
class RecordsAreOfTheClass(KeepsOnTheClass):
    def __init__(self, capabilities):
        super().__init__(capabilities)
        self.records = self.kept


@broken("ISO-9", "ids are kept on the class, so that none can be added to two stores", CORE)
class IdsAreOfTheClass(KeepsOnTheClass):
    def add_record(self, msg_id, rec, /):
        self.normalize_record(msg_id, rec)
        if msg_id in self.kept:
            raise DuplicateRecord(msg_id)
        super().add_record(msg_id, rec)
        self.kept[msg_id] = None

    def drop_record(self, msg_id, /):
        super().drop_record(msg_id)
        self.kept.pop(msg_id)

    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        for msg_id in found:
            self.kept.pop(msg_id)
        return found
