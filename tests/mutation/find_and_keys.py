"""Mutants of the results and keys of find_records: clauses FIND, KEYS and QRY-1."""

from __future__ import annotations

from taskdb_spec import check_keys
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import TASK_FIELDS
from tests.mutation.base import broken


@broken("FIND-1", "find returns a list of records", CORE)
class FindReturnsAList(StepwiseModel):
    def find_records(self, check, keys=None):
        return list(super().find_records(check, keys).values())


@broken("FIND-1", "find returns None where there is nothing", CORE)
class NothingFoundIsNone(StepwiseModel):
    def find_records(self, check, keys=None):
        return super().find_records(check, keys) or None


@broken("FIND-1", "find numbers what it found", CORE)
class FindNumbersTheRecords(StepwiseModel):
    def find_records(self, check, keys=None):
        return dict(enumerate(super().find_records(check, keys).values()))


@broken("FIND-1", "find returns pairs of id and record", CORE)
class FindReturnsPairs(StepwiseModel):
    def find_records(self, check, keys=None):
        return list(super().find_records(check, keys).items())


@broken("QRY-1", "the empty query finds nothing", CORE)
class EmptyQueryFindsNothing(StepwiseModel):
    def select_ids(self, check):
        return [] if check == {} else super().select_ids(check)

    def select_ids_to_drop(self, check):
        return super().select_ids(check)


@broken("QRY-1", "find refuses the empty query", CORE)
class EmptyQueryIsRefused(StepwiseModel):
    def find_records(self, check, keys=None):
        if check == {}:
            raise ValueError("syntax error at the end of the statement")
        return super().find_records(check, keys)


@broken("QRY-1", "the empty query finds no more than four records", CORE)
class EmptyQueryFindsFour(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        return dict(list(found.items())[:4]) if check == {} else found


@broken("QRY-1", "the empty query leaves out records without submitted", CORE)
class EmptyQuerySkipsUnsubmitted(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if check != {}:
            return found
        return {i: r for i, r in found.items() if self.records[i]["submitted"] is not None}


@broken("FIND-2", "records found have no buffers", CORE)
class FoundHaveNoBuffers(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return copy if names else {**copy, "buffers": None}


@broken("FIND-2", "records found lack the fields that are None", CORE)
class FoundLackNone(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return copy if names else {k: v for k, v in copy.items() if v is not None}


@broken("FIND-2", "records found show their error as text", CORE)
class FoundShowErrorsAsText(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return copy if names or copy["error"] is None else {**copy, "error": str(copy["error"])}


@broken("FIND-2", "records found have an _id", CORE)
class FoundHaveAnId(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return copy if names else {**copy, "_id": 1}


@broken("KEYS-1", "a projection has a msg_id only if that is asked for", CORE)
class ProjectionLacksTheId(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return {k: v for k, v in copy.items() if names is None or k in names}


@broken("KEYS-1", "keys are ignored, and records come whole", CORE)
class KeysAreIgnored(StepwiseModel):
    def project_record(self, record, names):
        return super().project_record(record, None)


@broken("KEYS-1", "a projection leaves out what is None", CORE)
class ProjectionLacksNone(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        return {k: v for k, v in copy.items() if names is None or v is not None}


@broken("KEYS-1", "a projection has the first key only", CORE)
class ProjectionHasOneKey(StepwiseModel):
    def project_record(self, record, names):
        return super().project_record(record, names and names[:1])


@broken("KEYS-1", "a projection has empty buffers", CORE)
class ProjectionHasEmptyBuffers(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        buffers = {name: [] for name in ("buffers", "result_buffers") if names and copy.get(name)}
        return {**copy, **buffers}


@broken("KEYS-1", "keys are given by position only", CORE)
class KeysHaveNoName(StepwiseModel):
    def find_records(self, check, fields=None):
        return super().find_records(check, fields)


@broken("KEYS-2", "an empty list of keys asks for the msg_id only", CORE)
class NoKeysIsTheIdOnly(StepwiseModel):
    def find_records(self, check, keys=None):
        found = super().find_records(check, keys)
        if keys is None or len(keys):
            return found
        return {msg_id: {"msg_id": msg_id} for msg_id in found}


@broken("KEYS-2", "an empty list of keys is refused", CORE)
class NoKeysIsRefused(StepwiseModel):
    def find_records(self, check, keys=None):
        if keys == []:
            raise ValueError("keys: must not be empty")
        return super().find_records(check, keys)


@broken("KEYS-3", "a tuple of keys is refused", CORE)
class TupleOfKeysIsRefused(StepwiseModel):
    def find_records(self, check, keys=None):
        if isinstance(keys, tuple):
            raise TypeError("keys: must be a list")
        return super().find_records(check, keys)


@broken("KEYS-3", "a key that is named twice is refused", CORE)
class RepeatedKeyIsRefused(StepwiseModel):
    def find_records(self, check, keys=None):
        names = check_keys(keys) or []
        if len(set(names)) < len(names):
            raise ValueError("keys: ambiguous column")
        return super().find_records(check, keys)


@broken("KEYS-3", "values are shifted against the names if a key is named twice", CORE)
class RepeatedKeyShiftsValues(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        if names is None or len(set(names)) == len(names):
            return copy
        values = [copy[name] for name in names]
        return {"msg_id": copy["msg_id"], **dict(zip(dict.fromkeys(names), values, strict=False))}


@broken("KEYS-3", "values are shifted unless the keys are in the order of the fields", CORE)
class UnorderedKeysShiftValues(StepwiseModel):
    def project_record(self, record, names):
        copy = super().project_record(record, names)
        if names is None or len(set(names)) < len(names):
            return copy
        ordered = [name for name in TASK_FIELDS if name in names]
        values = [copy[name] for name in ordered]
        return {"msg_id": copy["msg_id"], **dict(zip(names, values, strict=True))}


@broken("KEYS-3", "msg_id among the keys is refused", CORE)
class IdAmongTheKeysIsRefused(StepwiseModel):
    def find_records(self, check, keys=None):
        if "msg_id" in (check_keys(keys) or []):
            raise ValueError("keys: msg_id is there anyway")
        return super().find_records(check, keys)


def is_list_with_items(keys):
    """Return whether keys are a list or tuple that is not empty."""
    return isinstance(keys, list | tuple) and bool(keys)


@broken("KEYS-4", "an unknown key is ignored", CORE)
class UnknownKeyIsIgnored(StepwiseModel):
    def find_records(self, check, keys=None):
        if is_list_with_items(keys):
            keys = [name for name in keys if name in TASK_FIELDS] or ["msg_id"]
        return super().find_records(check, keys)


@broken("KEYS-4", "an unknown key gives None", CORE)
class UnknownKeyGivesNone(StepwiseModel):
    def find_records(self, check, keys=None):
        if not is_list_with_items(keys) or all(name in TASK_FIELDS for name in keys):
            return super().find_records(check, keys)
        names = [name for name in keys if name in TASK_FIELDS] or ["msg_id"]
        found = super().find_records(check, names)
        return {i: {**dict.fromkeys(map(str, keys)), **record} for i, record in found.items()}


@broken("KEYS-4", "keys are looked at only where something matches", CORE)
class KeysAreCheckedLate(StepwiseModel):
    def find_records(self, check, keys=None):
        return super().find_records(check, keys if self.select_ids(check) else None)


@broken("KEYS-4", "a dotted key asks for its root field", CORE)
class DottedKeyIsItsRoot(StepwiseModel):
    def find_records(self, check, keys=None):
        if is_list_with_items(keys):
            keys = [n.partition(".")[0] if isinstance(n, str) else n for n in keys]
        return super().find_records(check, keys)


@broken("KEYS-5", "a str is taken for a list of one key", CORE)
class StrIsOneKey(StepwiseModel):
    def find_records(self, check, keys=None):
        return super().find_records(check, [keys] if isinstance(keys, str) and keys else keys)


@broken("KEYS-5", "a str is taken for no keys", CORE)
class StrIsNoKeys(StepwiseModel):
    def find_records(self, check, keys=None):
        return super().find_records(check, None if isinstance(keys, str) else keys)


@broken("KEYS-1", "no more than twelve keys count", CORE)
class TwelveKeysCount(StepwiseModel):
    def parse_keys(self, keys):
        names = super().parse_keys(keys)
        return names and list(dict.fromkeys(names))[:12]


@broken("KEYS-3", "keys that name the id alone are taken for no keys", CORE)
class IdAloneIsNoKey(StepwiseModel):
    def parse_keys(self, keys):
        names = super().parse_keys(keys)
        return [name for name in names if name != "msg_id"] or None if names else names
