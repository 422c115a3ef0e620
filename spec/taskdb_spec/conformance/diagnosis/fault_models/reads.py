"""Fault models of `find_records`, its argument `keys`, and `get_history`."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.conformance.diagnosis.fault_models.constructors import with_steps
from taskdb_spec.language.errors import UnknownField
from taskdb_spec.language.parser import check_keys
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.ordering import sort_key

EAGER = "when a query is checked: it has to be before any record is looked at"


def _history_without_unsubmitted(self: StepwiseModel) -> list[str]:
    history = StepwiseModel.get_history(self)
    return [msg_id for msg_id in history if self.records[msg_id]["submitted"] is not None]


def _history_with_unsubmitted_last(self: StepwiseModel) -> list[str]:
    def key(msg_id: str) -> Any:
        submitted = self.records[msg_id]["submitted"]
        return submitted is None, sort_key(submitted)

    return sorted(self.records, key=key)


def _history_in_python_order(self: StepwiseModel) -> list[str]:
    # Python cannot compare None with a datetime, so this raises TypeError.
    return sorted(self.records, key=lambda m: self.records[m]["submitted"])  # type: ignore[arg-type,return-value]


def _history_latest_first(self: StepwiseModel) -> list[str]:
    return sorted(self.records, reverse=True, key=lambda m: sort_key(self.records[m]["submitted"]))


def _ignore_unknown_keys(_self: StepwiseModel, keys: Any) -> list[str] | None:
    try:
        return check_keys(keys)
    except UnknownField:
        return [key for key in keys if key in TASK_FIELDS]


def _accept_text_as_keys(_self: StepwiseModel, keys: Any) -> list[str] | None:
    return check_keys([keys] if isinstance(keys, str) and keys in TASK_FIELDS else keys)


def _check_keys_if_found(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    return StepwiseModel.find_records(self, check, keys if self.select_ids(check) else None)


def _find_without_ids(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    found: Any = StepwiseModel.find_records(self, check, keys)
    names = self.parse_keys(keys)
    if names is None or "msg_id" in names:
        return found
    return {m: {k: v for k, v in r.items() if k != "msg_id"} for m, r in found.items()}


def _find_as_list(self: StepwiseModel, check: Any, keys: Any = None) -> Any:
    return list(StepwiseModel.find_records(self, check, keys).values())


READS = (
    with_steps(
        "HIST-1",
        "history leaves out records without `submitted`",
        "records without `submitted`",
        get_history=_history_without_unsubmitted,
    ),
    with_steps(
        "HIST-3",
        "history has records without `submitted` last",
        "how None sorts",
        get_history=_history_with_unsubmitted_last,
    ),
    with_steps(
        "HIST-3",
        "history raises TypeError where `submitted` is None",
        "how None sorts",
        get_history=_history_in_python_order,
    ),
    with_steps(
        "HIST-4",
        "history is in order of insertion",
        "what it is sorted by",
        get_history=lambda self: list(self.records),
    ),
    with_steps(
        "HIST-4",
        "history is latest first",
        "the direction of sorting",
        get_history=_history_latest_first,
    ),
    with_steps(
        "HIST-4",
        "history is in order of ids",
        "what it is sorted by",
        get_history=lambda self: sorted(self.records),
    ),
    with_steps(
        "FIND-1",
        "`find_records` returns a list",
        "the form of the answer",
        find_records=_find_as_list,
    ),
    with_steps(
        "KEYS-3",
        "`keys` leaves out `msg_id`",
        "how a part of a record is made",
        find_records=_find_without_ids,
    ),
    with_steps(
        "KEYS-3",
        "`keys` is ignored",
        "how a part of a record is made",
        parse_keys=lambda _self, keys: check_keys(keys) and None,
    ),
    with_steps(
        "KEYS-4",
        "unknown names in `keys` are ignored",
        "checks of `keys`",
        parse_keys=_ignore_unknown_keys,
    ),
    with_steps(
        "KEYS-5",
        "a text is taken for a list of keys",
        "checks of `keys`",
        parse_keys=_accept_text_as_keys,
    ),
    with_steps(
        "KEYS-4",
        "`keys` is looked at only where a record is found",
        EAGER,
        find_records=_check_keys_if_found,
    ),
)
"""The fault models of reading."""
