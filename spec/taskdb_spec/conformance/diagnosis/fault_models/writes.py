"""Fault models of the writes: which record they change, and which records they refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.conformance.diagnosis.fault_models.constructors import (
    with_accepted_values,
    with_steps,
)
from taskdb_spec.records.domain import INT_MAX, INT_MIN
from taskdb_spec.records.fields import FIELD_CLASSES, TASK_FIELDS, TIME_FIELDS
from taskdb_spec.records.traversal import map_values

UPSERT = "REPLACE or upsert where an insert is meant"
MISSED = "writes that hit no row"
LOST = "deletions that are buffered and lost"
CHECKS = "what is checked before a record is stored"

ACCEPTED_CLASSES = (float, bytes, bytearray, memoryview, datetime, list, NoneType)


# Calls


def _add_or_replace(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.records.pop(msg_id, None)
    StepwiseModel.add_record(self, msg_id, rec)


def _add_or_update(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    write = StepwiseModel.update_record if msg_id in self.records else StepwiseModel.add_record
    write(self, msg_id, rec)


def _add_or_ignore(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    if msg_id not in self.records:
        StepwiseModel.add_record(self, msg_id, rec)


def _add_without_defaults(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id, rec)
    record: Any = self.records[msg_id]
    self.records[msg_id] = {name: record[name] for name in record if name in rec}  # type: ignore[assignment]


def _add_with_none_for_text(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id, {"stdout": None, "stderr": None, **rec})


def _add_with_any_id(self: StepwiseModel, msg_id: Any, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id if isinstance(msg_id, str) else repr(msg_id), rec)


def _get_or_none(self: StepwiseModel, msg_id: str, /) -> Any:
    return StepwiseModel.get_record(self, msg_id) if msg_id in self.records else None


def _ignore_unknown_ids(method: str) -> Any:
    """Return a call that does nothing for an id that no record has."""

    def call(self: StepwiseModel, msg_id: str, *rest: Any) -> None:
        if msg_id in self.records:
            getattr(StepwiseModel, method)(self, msg_id, *rest)

    return call


def _update_and_merge(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.require_record(msg_id)
    before: Any = self.records[msg_id]
    StepwiseModel.update_record(self, msg_id, rec)
    after: Any = self.records[msg_id]
    for name in rec:
        if isinstance(before[name], dict) and isinstance(after[name], dict):
            after[name] = {**before[name], **after[name]}


def _update_and_reset(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.require_record(msg_id)
    fields = self.normalize_record(msg_id, rec)
    del self.records[msg_id]
    StepwiseModel.add_record(self, msg_id, fields)


def _update_nothing(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.require_record(msg_id)
    self.normalize_record(msg_id, rec)


def _update_without_none(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.update_record(self, msg_id, {k: v for k, v in rec.items() if v is not None})


def _update_without_defaults(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.require_record(msg_id)
    fields = self.normalize_record(msg_id, rec)
    self.records[msg_id].update({name: fields[name] for name in rec})  # type: ignore[typeddict-item]


def _drop_all(self: StepwiseModel, msg_id: str, /) -> None:
    self.require_record(msg_id)
    self.records.clear()


def _drop_chosen(choose: Callable[[StepwiseModel, list[str]], Iterable[str]]) -> Any:
    """Return a `drop_matching_records` that drops the ids `choose(model, selected)`."""

    def drop_matching_records(self: StepwiseModel, check: Any, /) -> None:
        for msg_id in list(choose(self, self.select_ids(check))):
            del self.records[msg_id]

    return drop_matching_records


def _drop_unless_query_is_empty(self: StepwiseModel, check: Any, /) -> None:
    StepwiseModel.drop_matching_records(self, check if check != {} else {"msg_id": {"$in": []}})


# Validation


def _ignore_unknown_fields(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    if isinstance(rec, dict):
        rec = {name: value for name, value in rec.items() if name in TASK_FIELDS}
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _ignore_other_id(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    if isinstance(rec, dict) and isinstance(msg_id, str):
        rec = {**rec, "msg_id": msg_id} if "msg_id" in rec else rec
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _assume_utc(_field: str, value: Any) -> Any:
    def add_zone(item: Any) -> Any:
        is_naive = isinstance(item, datetime) and item.tzinfo is None
        return item.replace(tzinfo=UTC) if is_naive else item

    return map_values(value, add_zone)


def _accept_any_class(fields: tuple[str, ...]) -> Any:
    """Store None instead of a value of a wrong class in one of `fields`."""

    def change(field: str, value: Any) -> Any:
        if field not in fields or isinstance(value, FIELD_CLASSES[field]):
            return value
        return None

    return change


def _accept_any_value(_field: str, value: Any) -> Any:
    """Store None instead of a value outside the domain."""
    return map_values(value, _to_domain)


def _to_domain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, int):
        return value if INT_MIN <= value <= INT_MAX else None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value if isinstance(value, ACCEPTED_CLASSES) else None


WRITES = (
    with_steps(
        "ADD-2",
        "an `add_record` of an id that is there overwrites it",
        UPSERT,
        add_record=_add_or_replace,
    ),
    with_steps(
        "ADD-2",
        "an `add_record` of an id that is there updates it",
        UPSERT,
        add_record=_add_or_update,
    ),
    with_steps(
        "ADD-2",
        "an `add_record` of an id that is there is ignored",
        "INSERT OR IGNORE",
        add_record=_add_or_ignore,
    ),
    with_steps(
        "REC-11",
        "an update of an id that is not there is ignored",
        MISSED,
        update_record=_ignore_unknown_ids("update_record"),
    ),
    with_steps(
        "UPD-5",
        "an update of an id that is not there adds it",
        "upserts",
        update_record=_add_or_update,
    ),
    with_steps(
        "DROP-2",
        "a drop of an id that is not there is ignored",
        MISSED,
        drop_record=_ignore_unknown_ids("drop_record"),
    ),
    with_steps(
        "GET-2",
        "an unknown id is None, and not refused",
        "a default where an error is due",
        get_record=_get_or_none,
    ),
    with_steps(
        "UPD-3",
        "an update merges documents",
        "recursive merges",
        update_record=_update_and_merge,
    ),
    with_steps(
        "UPD-2",
        "an update sets what it does not name to its default",
        "defaults filled in on update",
        update_record=_update_and_reset,
    ),
    with_steps(
        "UPD-1",
        "an update with None changes nothing",
        "a None that stands for a field that is absent",
        update_record=_update_without_none,
    ),
    with_steps(
        "UPD-1",
        "an update changes nothing",
        "updates that are buffered and lost",
        update_record=_update_nothing,
    ),
    with_steps(
        "DROP-1",
        "a drop drops nothing",
        LOST,
        drop_record=lambda self, msg_id: self.require_record(msg_id),
    ),
    with_steps(
        "DROP-1",
        "a drop drops all records",
        "the WHERE of a deletion",
        drop_record=_drop_all,
    ),
    with_steps(
        "PURGE-1",
        "`drop_matching_records` drops nothing",
        LOST,
        drop_matching_records=_drop_chosen(lambda _self, _selected: ()),
    ),
    with_steps(
        "PURGE-1",
        "`drop_matching_records` drops everything",
        "the WHERE of a deletion",
        drop_matching_records=_drop_chosen(lambda self, _selected: self.records),
    ),
    with_steps(
        "PURGE-1",
        "`drop_matching_records` drops only one record",
        "limits of a deletion",
        drop_matching_records=_drop_chosen(lambda _self, selected: selected[:1]),
    ),
    with_steps(
        "PURGE-2",
        "`drop_matching_records({})` drops nothing",
        "a truth test of the query",
        drop_matching_records=_drop_unless_query_is_empty,
    ),
    with_steps(
        "REC-1",
        "absent fields are not filled in",
        "what `add_record` does with fields not given",
        add_record=_add_without_defaults,
        update_record=_update_without_defaults,
    ),
    with_steps(
        "REC-2",
        "`stdout` and `stderr` are filled in with None",
        "defaults",
        add_record=_add_with_none_for_text,
    ),
    with_steps(
        "REC-4",
        "unknown fields are ignored",
        CHECKS,
        normalize_record=_ignore_unknown_fields,
    ),
    with_steps(
        "REC-5",
        "a `msg_id` in a record that differs from the argument is not noticed",
        CHECKS,
        normalize_record=_ignore_other_id,
    ),
    with_accepted_values(
        "REC-9",
        "a naive datetime is taken as UTC",
        "code that assumes a time zone",
        _assume_utc,
    ),
    with_accepted_values(
        "REC-6",
        "what a date field holds is not checked",
        CHECKS,
        _accept_any_class(TIME_FIELDS),
    ),
    with_accepted_values(
        "REC-7",
        "what a field that is no date holds is not checked",
        CHECKS,
        _accept_any_class(
            tuple(name for name in TASK_FIELDS if name not in (*TIME_FIELDS, "msg_id"))
        ),
    ),
    with_accepted_values(
        "REC-8",
        "values that no record may hold are not noticed",
        CHECKS,
        _accept_any_value,
    ),
    with_steps(
        "REC-11",
        "an id that is no text is accepted",
        CHECKS,
        add_record=_add_with_any_id,
    ),
)
"""The fault models of writes."""
