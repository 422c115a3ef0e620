"""Deviations of what is shared with the caller, of what is returned, of closing and of limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    FaultModel,
    StepwiseModel,
    with_methods,
)
from taskdb_spec.model import Model
from taskdb_spec.records.errors import DuplicateRecord
from taskdb_spec.records.fields import TaskRecord, with_defaults

COPIES = "where objects are copied"


def _keep_given(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any]) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    return {**fields, **{name: value for name, value in rec.items() if isinstance(value, dict)}}


def _keep_record(self: StepwiseModel, msg_id: str, rec: Any, /) -> None:
    fields = self.normalize_record(msg_id, rec)
    if msg_id in self.records:
        raise DuplicateRecord(msg_id)
    whole: Any = with_defaults(fields)
    for name in whole.keys() - rec.keys():
        rec[name] = whole[name]
    self.records[msg_id] = rec


def _own_record(self: StepwiseModel, msg_id: str) -> TaskRecord:
    self._must_have(msg_id)
    return self.records[msg_id]


def _shallow(record: Any, names: list[str] | None = None) -> Any:
    return {n: v for n, v in record.items() if names is None or n in names or n == "msg_id"}


def _own_history(self: Any) -> list[str]:
    if sorted(getattr(self, "listed", ())) != sorted(self.records):
        self.listed = Model.get_history(self)
    listed: list[str] = self.listed
    return listed


def _takes_out_id(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    rec["msg_id"] = msg_id
    return fields


def _zones_given(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    for name, value in rec.items() if isinstance(rec, dict) else ():
        if isinstance(value, datetime) and value.tzinfo is None:
            rec[name] = value.replace(tzinfo=UTC)
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _insert_key(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    if keys and not isinstance(keys, str):
        StepwiseModel.find_records(self, check, keys)
        if "msg_id" not in keys:
            keys.insert(0, "msg_id")
    return StepwiseModel.find_records(self, check, keys)


def _taken_first(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.normalize_record(msg_id, rec)
    StepwiseModel.update_record(self, msg_id, rec)


def _close_once(self: Any) -> None:
    if getattr(self, "closed", False):
        raise RuntimeError("closed already")
    self.closed = True


def _forget(self: StepwiseModel) -> None:
    self.records.clear()


def _at_most(count: int) -> Any:
    def add(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
        StepwiseModel.add_record(self, msg_id, rec)
        if len(self.records) > count:
            for oldest in self.get_history()[: count // 10]:
                del self.records[oldest]

    return add


def _returning(method: str, value: Callable[[Any], Any]) -> FaultModel:
    def call(self: Any, *args: Any) -> Any:
        getattr(StepwiseModel, method)(self, *args)
        return value(args)

    return with_methods(
        f"`{method}` returns something", "results that are passed on", **{method: call}
    )


LIMITED = with_methods(
    "no more than 1024 records are kept", "limits that are on by default", add_record=_at_most(1024)
)
"""The one that only a crowd of records shows."""

SHARED = (
    with_methods(
        "a record keeps the objects inside it that were given", COPIES, normalize_record=_keep_given
    ),
    with_methods("the record that is given is itself stored", COPIES, add_record=_keep_record),
    with_methods("`get_record` returns the record that is stored", COPIES, get_record=_own_record),
    with_methods(
        "what is returned shares its nested objects with the store",
        "copies that are shallow",
        _copy=staticmethod(_shallow),
    ),
    with_methods("`get_history` returns a list that it keeps", COPIES, get_history=_own_history),
    with_methods(
        "the record that is given gets a `msg_id`",
        "changes to arguments",
        normalize_record=_takes_out_id,
    ),
    with_methods(
        "naive datetimes are changed in the record that is given",
        "changes to arguments",
        normalize_record=_zones_given,
        update_record=_taken_first,
    ),
    with_methods(
        "`msg_id` is put into the list of keys that is given",
        "changes to arguments",
        find_records=_insert_key,
    ),
    *(
        _returning(call, lambda args: args[0])
        for call in ("add_record", "update_record", "drop_record", "drop_matching_records")
    ),
    with_methods(
        "a second `close` raises",
        "handles that are used after they were released",
        close=_close_once,
    ),
    with_methods(
        "what was stored is gone after `close`", "what is written to disk, and when", close=_forget
    ),
    LIMITED,
)
