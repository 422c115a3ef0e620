"""Mutants that accept invalid records: clauses REC-4 to REC-11 and UPD-6."""

from __future__ import annotations

from datetime import UTC, date, datetime

from taskdb_spec import RecordError
from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.domain import INT_MAX, INT_MIN
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    FIELD_CLASSES,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    with_defaults,
)
from tests.mutation.base import broken
from tests.mutation.decorators import with_accepted_values

CONTAINERS = (dict, list, tuple, set, frozenset, bytearray, memoryview)


def drop_unknown_fields(rec):
    """Return a record or update without unknown fields."""
    return {k: v for k, v in rec.items() if k in TASK_FIELDS} if isinstance(rec, dict) else rec


@broken("REC-4", "unknown fields are ignored", CORE)
class UnknownFieldsAreIgnored(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        return super().normalize_record(msg_id, drop_unknown_fields(rec))


@broken("REC-4", "unknown fields are ignored by update", CORE)
class UpdateIgnoresUnknownFields(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, drop_unknown_fields(rec))


@broken("REC-4", "unknown fields are stored", CORE)
class UnknownFieldsAreStored(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        fields = super().normalize_record(msg_id, drop_unknown_fields(rec))
        others = {k: v for k, v in rec.items() if k not in TASK_FIELDS and isinstance(k, str)}
        return {**fields, **others}


@broken("REC-4", "the names of fields are taken in any case", CORE)
class FieldNamesFoldCase(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {fold_field_name(name): value for name, value in rec.items()}
        return super().normalize_record(msg_id, rec)


def fold_field_name(name):
    """Return the field that a name means if case does not count, or the name as it is."""
    return name.lower() if isinstance(name, str) and name.lower() in TASK_FIELDS else name


@broken("UPD-6", "a dotted name in an update is a path", CORE)
class DottedNameIsAPath(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        plain, dotted = split_dotted(rec)
        super().update_record(msg_id, plain)
        for name, value in dotted.items():
            root, _, key = name.partition(".")
            if isinstance(self.records[msg_id][root], dict):
                self.records[msg_id][root] = {**self.records[msg_id][root], key: value}


@broken("UPD-6", "a dotted name in an update is ignored", CORE)
class DottedNameIsIgnored(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, split_dotted(rec)[0])


def split_dotted(rec):
    """Return the plain and the dotted names of an update; dotted names begin with a field."""
    if not isinstance(rec, dict):
        return rec, {}
    dotted = {
        name: value
        for name, value in rec.items()
        if isinstance(name, str) and "." in name and name.partition(".")[0] in TASK_FIELDS
    }
    return {name: value for name, value in rec.items() if name not in dotted}, dotted


def drop_id(rec):
    """Return a record or update without its msg_id, if that is a str."""
    if isinstance(rec, dict) and isinstance(rec.get("msg_id"), str):
        return {name: value for name, value in rec.items() if name != "msg_id"}
    return rec


@broken("REC-5", "a msg_id in the record that differs is ignored by add", CORE)
class AddIgnoresTheOtherId(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, drop_id(rec))


@broken("REC-5", "a msg_id in the record that differs is ignored by update", CORE)
class UpdateIgnoresTheOtherId(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, drop_id(rec))


@broken("REC-5", "an update may change the msg_id of the record, not the id it is kept under", CORE)
class UpdateChangesTheId(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, drop_id(rec))
        self.records[msg_id]["msg_id"] = rec.get("msg_id", msg_id)


@broken("REC-5", "an update that names the same msg_id is refused", CORE)
class UpdateRefusesTheSameId(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        if "msg_id" in rec:
            raise RecordError("msg_id cannot be updated")
        super().update_record(msg_id, rec)


@broken("REC-5", "the msg_id in the record is compared without regard to case", CORE)
class RecordIdFoldsCase(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        other = rec.get("msg_id") if isinstance(rec, dict) else None
        same = isinstance(other, str) and isinstance(msg_id, str)
        if same and other.casefold() == msg_id.casefold():
            rec = {**rec, "msg_id": msg_id}
        return super().normalize_record(msg_id, rec)


class Loose(StepwiseModel):
    """A store that accepts any value of the domain in the fields `loose`."""

    loose: tuple[str, ...] = ()

    def normalize_record(self, msg_id, rec):
        if not isinstance(rec, dict):
            return super().normalize_record(msg_id, rec)
        odd = {
            name: value
            for name, value in rec.items()
            if name in self.loose
            and value is not None
            and not isinstance(value, FIELD_CLASSES[name])
        }
        # a detour through a dict field, which checks and copies them
        detour = super().normalize_record("detour", {"header": dict(odd)})["header"]
        plain = {name: value for name, value in rec.items() if name not in odd}
        return {**super().normalize_record(msg_id, plain), **detour}


@broken("REC-6", "any value is taken for arrived", CORE)
class ArrivedIsNotChecked(Loose):
    loose = ("arrived",)


@broken("REC-6", "any value is taken for every date field", CORE)
class DatesAreNotChecked(Loose):
    loose = TIME_FIELDS


@broken("REC-6", "dates are checked by add only", CORE)
class UpdateDoesNotCheckDates(Loose):
    loose = TIME_FIELDS

    def add_record(self, msg_id, rec, /):
        StepwiseModel.normalize_record(self, msg_id, rec)
        super().add_record(msg_id, rec)


@broken("REC-6", "text that reads like a date is taken for one", CORE)
class DateTextIsParsed(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {k: parse_date(v) if k in TIME_FIELDS else v for k, v in rec.items()}
        return super().normalize_record(msg_id, rec)


def parse_date(value):
    """Return the timestamp that a text contains, or the value as it is."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


@broken("REC-6", "a number is taken for the seconds since 1970 in a date field", CORE)
class NumbersAreInstants(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {k: parse_seconds(v) if k in TIME_FIELDS else v for k, v in rec.items()}
        return super().normalize_record(msg_id, rec)


def parse_seconds(value):
    """Return the timestamp so many seconds after 1970, or the value as it is."""
    if isinstance(value, int | float) and 0 <= value < 2**32:
        return datetime.fromtimestamp(value, UTC)
    return value


@broken("REC-7", "any value is taken for a field of text", CORE)
class TextIsNotChecked(Loose):
    loose = TEXT_FIELDS[1:]


@broken("REC-7", "any value is taken for a dict field", CORE)
class DictsAreNotChecked(Loose):
    loose = DICT_FIELDS


@broken("REC-7", "any value is taken for buffers", CORE)
class BuffersAreNotChecked(Loose):
    loose = BUFFER_FIELDS


@with_accepted_values("REC-8", "a set is stored as a list", capabilities=CORE)
def sets_are_lists(value):
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


@with_accepted_values("REC-8", "a tuple is stored as a list", capabilities=CORE)
def tuples_are_lists(value):
    return list(value) if isinstance(value, tuple) else value


@with_accepted_values("REC-8", "an int beyond 64 bits is clipped", capabilities=CORE)
def big_ints_are_clipped(value):
    return max(INT_MIN, min(INT_MAX, value)) if type(value) is int else value


@with_accepted_values("REC-8", "an int of 2**63 is taken, and becomes a float", capabilities=CORE)
def one_too_big_is_a_float(value):
    return float(value) if type(value) is int and value == 2**63 else value


@with_accepted_values("REC-8", "lone surrogates are replaced", capabilities=CORE)
def surrogates_are_replaced(value):
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@with_accepted_values("REC-8", "keys that are no str are turned into text", capabilities=CORE)
def keys_are_turned_to_text(value):
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


@with_accepted_values("REC-8", "any other object is stored as its repr", capabilities=CORE)
def objects_are_stored_as_text(value):
    return value if isinstance(value, CONTAINERS) or is_of_domain_class(value) else repr(value)


def is_of_domain_class(value):
    """Return whether the class of a scalar belongs to the value domain."""
    return value is None or isinstance(value, int | float | str | bytes | datetime)


@with_accepted_values("REC-8", "a set inside of a list is stored as a list", capabilities=CORE)
def sets_inside_lists_are_lists(value):
    if not isinstance(value, list):
        return value
    return [sorted(item, key=repr) if isinstance(item, set) else item for item in value]


def add_utc(value):
    """Return a naive datetime as UTC, and any other value as it is."""
    naive = isinstance(value, datetime) and value.tzinfo is None
    return value.replace(tzinfo=UTC) if naive else value


@with_accepted_values("REC-9", "a naive datetime is taken for UTC", capabilities=CORE)
def naive_is_utc(value):
    return add_utc(value)


@with_accepted_values(
    "REC-9", "a naive datetime inside of a document is taken for UTC", capabilities=CORE
)
def naive_inside_is_utc(value):
    if not isinstance(value, dict):
        return value
    return {key: add_utc(item) for key, item in value.items()}


@broken("REC-9", "a naive datetime is refused by add only", CORE)
class UpdateTakesNaive(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        if isinstance(rec, dict):
            rec = {name: add_utc(value) for name, value in rec.items()}
        super().update_record(msg_id, rec)


@broken("REC-9", "a naive datetime is taken for UTC in resubmitted", CORE)
class ResubmittedTakesNaive(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict) and "resubmitted" in rec:
            rec = {**rec, "resubmitted": add_utc(rec["resubmitted"])}
        return super().normalize_record(msg_id, rec)


@broken("REC-10", "an update is written field by field, until one is refused", CORE)
class UpdateIsHalfApplied(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        for name, value in rec.items():
            super().update_record(msg_id, {name: value})


@broken(
    "REC-10", "an update is written from the last field to the first, until one is refused", CORE
)
class UpdateIsHalfAppliedFromTheEnd(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        self.require_record(msg_id)
        for name, value in reversed(rec.items()):
            super().update_record(msg_id, {name: value})


@broken("REC-10", "a refused add leaves an empty record behind", CORE)
class RefusedAddLeavesARecord(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        try:
            super().add_record(msg_id, rec)
        except RecordError:
            if isinstance(msg_id, str):
                self.records.setdefault(msg_id, with_defaults({"msg_id": msg_id}))
            raise


@broken("REC-10", "a refused update marks the record as completed", CORE)
class RefusedUpdateCompletes(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        try:
            super().update_record(msg_id, rec)
        except RecordError:
            if isinstance(msg_id, str) and msg_id in self.records:
                self.records[msg_id]["completed"] = datetime(2020, 1, 1, tzinfo=UTC)
            raise


@broken("REC-10", "a refused drop takes the newest record along", CORE)
class RefusedDropDropsAnother(StepwiseModel):
    def drop_record(self, msg_id, /):
        try:
            super().drop_record(msg_id)
        except KeyError:
            if self.records:
                self.records.popitem()
            raise


@broken("REC-11", "get of an id that is no str returns the first record", CORE)
class GetTakesAnyId(StepwiseModel):
    def get_record(self, msg_id, /):
        found = msg_id if isinstance(msg_id, str) else next(iter(self.records), "none")
        return super().get_record(found)


@broken("REC-11", "add turns its id into text", CORE)
class AddTurnsIdsToText(StepwiseModel):
    def add_record(self, msg_id, rec, /):
        super().add_record(str(msg_id), rec)


@broken("REC-11", "a dict given to drop as an id is a query", CORE)
class DropTakesAQuery(StepwiseModel):
    def drop_record(self, msg_id, /):
        if isinstance(msg_id, dict):
            self.drop_matching_records({"msg_id": msg_id})
        else:
            super().drop_record(msg_id)


@broken("REC-11", "an update with None for an id is ignored", CORE)
class UpdateTakesNoneForAnId(StepwiseModel):
    def update_record(self, msg_id, rec, /):
        if msg_id is not None:
            super().update_record(msg_id, rec)


@broken("REC-11", "an id given as bytes is decoded", CORE)
class BytesAreIds(StepwiseModel):
    def require_record(self, msg_id):
        super().require_record(
            msg_id.decode("utf-8", "replace") if type(msg_id) is bytes else msg_id
        )

    def get_record(self, msg_id, /):
        self.require_record(msg_id)
        return super().get_record(msg_id.decode() if isinstance(msg_id, bytes) else msg_id)

    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        super().drop_record(msg_id.decode() if isinstance(msg_id, bytes) else msg_id)


@broken("REC-4", "an unknown field that is None is ignored", CORE)
class UnknownNoneIsIgnored(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {
                name: value
                for name, value in rec.items()
                if value is not None or name in TASK_FIELDS or "." in str(name)
            }
        return super().normalize_record(msg_id, rec)


@broken("REC-5", "a msg_id of None is ignored", CORE)
class NoneIsNoId(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict) and rec.get("msg_id", "") is None:
            rec = {name: value for name, value in rec.items() if name != "msg_id"}
        return super().normalize_record(msg_id, rec)


@with_accepted_values("REC-6", "a date is the midnight that it begins with", capabilities=CORE)
def date_is_its_midnight(value):
    if type(value) is date:
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


@with_accepted_values("REC-8", "an int beyond 64 bits becomes a float", capabilities=CORE)
def large_ints_are_floats(value):
    return float(value) if type(value) is int and value >= 2**64 else value


@broken("REC-8", "a memoryview in a document becomes bytes", CORE)
class ViewsAreValues(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        if isinstance(rec, dict):
            rec = {name: self.plain(value) for name, value in rec.items()}
        return super().normalize_record(msg_id, rec)

    def plain(self, value):
        if not isinstance(value, dict):
            return value
        views = {k: bytes(item) for k, item in value.items() if isinstance(item, memoryview)}
        return {**value, **views}


@broken("REC-8", "what is false is taken for a record without fields", CORE)
class FalseIsNoFields(StepwiseModel):
    def normalize_record(self, msg_id, rec):
        return super().normalize_record(msg_id, rec or {})


@with_accepted_values(
    "REC-8", "an instant beyond the years of UTC loses its offset", capabilities=CORE
)
def instants_beyond_utc_lose_their_offset(value):
    if not isinstance(value, datetime) or value.tzinfo is None:
        return value
    try:
        value.astimezone(UTC)
    except OverflowError:
        return value.replace(tzinfo=UTC)
    return value
