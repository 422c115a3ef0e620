"""Fault models of shared objects, of results, of `close`, and of hidden limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import FaultModel, StepwiseModel
from taskdb_spec.conformance.diagnosis.fault_models.constructors import with_steps
from taskdb_spec.records.errors import DuplicateRecord
from taskdb_spec.records.fields import TaskRecord, with_defaults

COPIES = "where objects are copied"
ARGUMENTS = "changes to arguments"

# The model gets its own attributes where a fault model needs state: a dict of records alone cannot
# show, for example, that a store was closed. They are set on first use.


def _keep_given_dicts(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any]) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    return {**fields, **{name: value for name, value in rec.items() if isinstance(value, dict)}}


def _store_given_record(self: StepwiseModel, msg_id: str, rec: Any, /) -> None:
    fields = self.normalize_record(msg_id, rec)
    if msg_id in self.records:
        raise DuplicateRecord(msg_id)
    for name, value in with_defaults(fields).items():
        rec.setdefault(name, value)
    self.records[msg_id] = rec


def _get_stored_record(self: StepwiseModel, msg_id: str) -> TaskRecord:
    self.require_record(msg_id)
    return self.records[msg_id]


def _copy_shallowly(_self: StepwiseModel, record: Any, names: list[str] | None = None) -> Any:
    return {n: v for n, v in record.items() if names is None or n in names or n == "msg_id"}


def _return_kept_history(self: Any) -> list[str]:
    if sorted(getattr(self, "history", ())) != sorted(self.records):
        self.history = StepwiseModel.get_history(self)
    history: list[str] = self.history
    return history


def _put_id_into_given(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    rec["msg_id"] = msg_id
    return fields


def _put_zones_into_given(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    for name, value in rec.items() if isinstance(rec, dict) else ():
        if isinstance(value, datetime) and value.tzinfo is None:
            rec[name] = value.replace(tzinfo=UTC)
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _normalize_before_update(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    """Change the given record also if there is no record to update."""
    self.normalize_record(msg_id, rec)
    StepwiseModel.update_record(self, msg_id, rec)


def _put_id_into_keys(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    if keys and not isinstance(keys, str):
        StepwiseModel.find_records(self, check, keys)
        if "msg_id" not in keys:
            keys.insert(0, "msg_id")
    return StepwiseModel.find_records(self, check, keys)


def _close_once(self: Any) -> None:
    if getattr(self, "is_closed", False):
        raise RuntimeError("closed already")
    self.is_closed = True


def _close_and_clear(self: StepwiseModel) -> None:
    self.records.clear()


def _add_to_at_most(count: int) -> Any:
    def add_record(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
        StepwiseModel.add_record(self, msg_id, rec)
        if len(self.records) > count:
            for oldest in self.get_history()[: count // 10]:
                del self.records[oldest]

    return add_record


def _with_result(clause: str, method: str) -> FaultModel:
    """Make a fault model in which a write returns its first argument."""

    def call(self: Any, *args: Any) -> Any:
        getattr(StepwiseModel, method)(self, *args)
        return args[0]

    return with_steps(
        clause, f"`{method}` returns something", "results that are passed on", **{method: call}
    )


LIMITED = with_steps(
    "KEEP-1",
    "no more than 1024 records are kept",
    "limits that are on by default",
    add_record=_add_to_at_most(1024),
)
"""The only fault model that fails in the capacity test."""

SHARED = (
    with_steps(
        "ISO-1",
        "a record keeps the objects inside it that were given",
        COPIES,
        normalize_record=_keep_given_dicts,
    ),
    with_steps(
        "ISO-6",
        "the record that is given is itself stored",
        COPIES,
        add_record=_store_given_record,
    ),
    with_steps(
        "ISO-3",
        "`get_record` returns the record that is stored",
        COPIES,
        get_record=_get_stored_record,
    ),
    with_steps(
        "ISO-4",
        "what is returned shares its nested objects with the store",
        "copies that are shallow",
        copy_record=_copy_shallowly,
    ),
    with_steps(
        "HIST-2",
        "`get_history` returns a list that it keeps",
        COPIES,
        get_history=_return_kept_history,
    ),
    with_steps(
        "ISO-6",
        "the record that is given gets a `msg_id`",
        ARGUMENTS,
        normalize_record=_put_id_into_given,
    ),
    with_steps(
        "ISO-6",
        "naive datetimes are changed in the record that is given",
        ARGUMENTS,
        normalize_record=_put_zones_into_given,
        update_record=_normalize_before_update,
    ),
    with_steps(
        "ISO-8",
        "`msg_id` is put into the list of keys that is given",
        ARGUMENTS,
        find_records=_put_id_into_keys,
    ),
    _with_result("RET-1", "add_record"),
    _with_result("UPD-1", "update_record"),
    _with_result("RET-1", "drop_record"),
    _with_result("PURGE-1", "drop_matching_records"),
    with_steps(
        "CLOSE-1",
        "a second `close` raises",
        "handles that are used after they were released",
        close=_close_once,
    ),
    with_steps(
        "DUR-1",
        "what was stored is gone after `close`",
        "what is written to disk, and when",
        close=_close_and_clear,
    ),
    LIMITED,
)
"""The fault models of shared objects, results, `close` and limits."""
