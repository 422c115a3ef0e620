"""Deviations of writing, of values, and of what is read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    StepwiseModel,
    with_accepted_values,
    with_methods,
    with_stored_values,
)
from taskdb_spec.model import Model
from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.fields import BUFFER_FIELDS, FIELD_CLASSES, TASK_FIELDS, TIME_FIELDS
from taskdb_spec.records.ordering import sort_key
from taskdb_spec.records.timestamps import truncate_to_milliseconds

MISSED = "writes that hit no row"
CHECKS = "what is checked before a record is stored"


def _upsert(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self.records.pop(msg_id, None)
    StepwiseModel.add_record(self, msg_id, rec)


def _ignored(call: str) -> Any:
    """The call does nothing for an id that is not there."""

    def ignore(self: StepwiseModel, msg_id: str, *rest: Any) -> None:
        if msg_id in self.records:
            getattr(StepwiseModel, call)(self, msg_id, *rest)

    return ignore


def _insert(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    write = StepwiseModel.update_record if msg_id in self.records else StepwiseModel.add_record
    write(self, msg_id, rec)


def _merge(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self._must_have(msg_id)
    before: Any = self.records[msg_id]
    StepwiseModel.update_record(self, msg_id, rec)
    after: Any = self.records[msg_id]
    for name in rec:
        if isinstance(before[name], dict) and isinstance(after[name], dict):
            after[name] = {**before[name], **after[name]}


def _reset(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self._must_have(msg_id)
    fields = self.normalize_record(msg_id, rec)
    del self.records[msg_id]
    StepwiseModel.add_record(self, msg_id, fields)


def _checked_alone(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self._must_have(msg_id)
    self.normalize_record(msg_id, rec)


def _skip_none(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.update_record(self, msg_id, {k: v for k, v in rec.items() if v is not None})


def _unfilled(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id, rec)
    record: Any = self.records[msg_id]
    self.records[msg_id] = {name: record[name] for name in record if name in rec}  # type: ignore[assignment]


def _unfilled_update(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    self._must_have(msg_id)
    fields = self.normalize_record(msg_id, rec)
    self.records[msg_id].update({name: fields[name] for name in rec})  # type: ignore[typeddict-item]


def _history(self: StepwiseModel) -> list[str]:
    return sorted(self.records, key=lambda m: sort_key(self.records[m].get("submitted")))


def _unfilled_text(self: StepwiseModel, msg_id: str, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id, {"stdout": None, "stderr": None, **rec})


def _known_alone(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    if isinstance(rec, dict):
        rec = {name: value for name, value in rec.items() if name in TASK_FIELDS}
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _own_id(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    if isinstance(rec, dict) and isinstance(msg_id, str):
        rec = {**rec, "msg_id": msg_id} if "msg_id" in rec else rec
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _with_zone(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_zone("", item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_zone("", item) for item in value]
    naive = isinstance(value, datetime) and value.tzinfo is None
    return value.replace(tzinfo=UTC) if naive else value


def _unchecked(names: tuple[str, ...]) -> Any:
    """A value of a wrong class is stored as None."""

    def change(name: str, value: Any) -> Any:
        if name not in names or isinstance(value, FIELD_CLASSES[name]):
            return value
        return None

    return change


def _in_domain(name: str, value: Any) -> Any:
    """What no record may hold is stored as None."""
    plain = bool | int | float | str | bytes | bytearray | memoryview | datetime | None
    if isinstance(value, dict):
        return {str(key): _in_domain("", item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_domain("", item) for item in value]
    if not isinstance(value, plain) or (isinstance(value, int) and not -(2**63) <= value < 2**63):
        return None
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _any_id(self: StepwiseModel, msg_id: Any, rec: Mapping[str, Any], /) -> None:
    StepwiseModel.add_record(self, msg_id if isinstance(msg_id, str) else repr(msg_id), rec)


def _looks_like_a_date(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _looks_like_a_number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _when(kind: Any, change: Any) -> Any:
    return lambda value: change(value) if type(value) is kind else value


def _buffers_joined(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    joined = {n: [b"".join(fields[n])] for n in BUFFER_FIELDS if fields.get(n)}
    return {**fields, **joined}


def _buffers_of_bytes(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    for name in BUFFER_FIELDS:
        if isinstance(rec, dict) and not all(isinstance(b, bytes) for b in rec.get(name) or ()):
            raise RecordError(f"{name}: must be bytes")
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _buffers_as_given(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    return {**fields, **{n: list(rec[n]) for n in BUFFER_FIELDS if rec.get(n)}}


TIMES = "the format in which instants are stored"
WRITES = (
    with_methods(
        "an `add_record` of an id that is there overwrites it",
        "REPLACE or upsert where an insert is meant",
        add_record=_upsert,
    ),
    with_methods(
        "an `add_record` of an id that is there updates it",
        "REPLACE or upsert where an insert is meant",
        add_record=_insert,
    ),
    with_methods(
        "an `add_record` of an id that is there is ignored",
        "INSERT OR IGNORE",
        add_record=lambda self, m, rec: (
            None if m in self.records else StepwiseModel.add_record(self, m, rec)
        ),
    ),
    with_methods(
        "an update of an id that is not there is ignored",
        MISSED,
        update_record=_ignored("update_record"),
    ),
    with_methods("an update of an id that is not there adds it", "upserts", update_record=_insert),
    with_methods(
        "a drop of an id that is not there is ignored", MISSED, drop_record=_ignored("drop_record")
    ),
    with_methods(
        "an unknown id is None, and not refused",
        "a default where an error is due",
        get_record=lambda self, m: Model.get_record(self, m) if m in self.records else None,
    ),
    with_methods("an update merges documents", "recursive merges", update_record=_merge),
    with_methods(
        "an update sets what it does not name to its default",
        "defaults filled in on update",
        update_record=_reset,
    ),
    with_methods(
        "an update with None changes nothing",
        "a None that stands for a field that is absent",
        update_record=_skip_none,
    ),
    with_methods(
        "an update changes nothing",
        "updates that are buffered and lost",
        update_record=_checked_alone,
    ),
    with_methods(
        "a drop drops nothing",
        "deletions that are buffered and lost",
        drop_record=lambda self, m: self._must_have(m),
    ),
    with_methods(
        "a drop drops all records",
        "the WHERE of a deletion",
        drop_record=lambda self, m: (self._must_have(m), self.records.clear())[1],
    ),
    with_methods(
        "absent fields are not filled in",
        "what `add_record` does with fields not given",
        add_record=_unfilled,
        update_record=_unfilled_update,
        get_history=_history,
    ),
    with_methods(
        "`stdout` and `stderr` are filled in with None", "defaults", add_record=_unfilled_text
    ),
    with_methods("unknown fields are ignored", CHECKS, normalize_record=_known_alone),
    with_methods(
        "a `msg_id` in a record that differs from the argument is not noticed",
        CHECKS,
        normalize_record=_own_id,
    ),
    with_accepted_values(
        "a naive datetime is taken as UTC", "code that assumes a time zone", _with_zone
    ),
    with_accepted_values("what a date field holds is not checked", CHECKS, _unchecked(TIME_FIELDS)),
    with_accepted_values(
        "what a field that is no date holds is not checked",
        CHECKS,
        _unchecked(tuple(n for n in TASK_FIELDS if n not in (*TIME_FIELDS, "msg_id"))),
    ),
    with_accepted_values("values that no record may hold are not noticed", CHECKS, _in_domain),
    with_methods("an id that is no text is accepted", CHECKS, add_record=_any_id),
)

VALUES = (
    with_stored_values(
        "an empty list comes back as None",
        "a truth test where one for None is meant",
        lambda v: None if v == [] else v,
    ),
    with_stored_values(
        "an empty document comes back as None",
        "a truth test where one for None is meant",
        lambda v: None if v == {} else v,
    ),
    with_stored_values(
        "an empty text comes back as None",
        "a truth test where one for None is meant",
        lambda v: None if v == "" and isinstance(v, str) else v,
    ),
    with_stored_values(
        "bytes come back as text",
        "formats without bytes",
        _when(bytes, lambda v: v.decode("latin-1")),
    ),
    with_stored_values(
        "a bool comes back as an int", "stores without a boolean type", _when(bool, int)
    ),
    with_stored_values(
        "an int comes back as a float", "numbers that pass through a float", _when(int, float)
    ),
    with_stored_values(
        "a large int loses its last digits",
        "numbers that pass through a float",
        _when(int, lambda v: v if abs(v) < 2**53 else int(float(v)) if abs(v) < 2**62 else v),
    ),
    with_stored_values(
        "a whole float comes back as an int",
        "formats that drop `.0`",
        _when(float, lambda v: int(v) if v.is_integer() and abs(v) < 2**53 else v),
    ),
    with_stored_values(
        "NaN and the infinities come back as None",
        "JSON, which has no NaN",
        _when(float, lambda v: v if v - v == 0 else None),
    ),
    with_stored_values(
        "text that looks like a date comes back as a datetime",
        "parsers that run over all text",
        _looks_like_a_date,
    ),
    with_stored_values(
        "text that looks like a number comes back as one",
        "parsers that run over all text",
        _looks_like_a_number,
    ),
    with_stored_values(
        "text ends at a NUL", "C strings", _when(str, lambda v: v.partition("\0")[0])
    ),
    with_stored_values("blanks at the ends of a text are lost", "trimming", _when(str, str.strip)),
    with_stored_values("an instant comes back as text", TIMES, _when(datetime, datetime.isoformat)),
    with_stored_values(
        "instants lose their microseconds", TIMES, _when(datetime, truncate_to_milliseconds)
    ),
    with_stored_values(
        "instants lose their fractions of a second",
        TIMES,
        _when(datetime, lambda v: v.replace(microsecond=0)),
    ),
    with_stored_values(
        "instants come back without a time zone",
        TIMES,
        _when(datetime, lambda v: v.replace(tzinfo=None)),
    ),
    with_stored_values(
        "keys come back sorted",
        "`sort_keys`, and jsonb",
        _when(dict, lambda v: dict(sorted(v.items()))),
    ),
    with_methods(
        "buffers are joined into one",
        "how a list of buffers is stored",
        normalize_record=_buffers_joined,
    ),
    with_methods(
        "a buffer that is not of class bytes is refused",
        "the check of buffers",
        normalize_record=_buffers_of_bytes,
    ),
    with_methods(
        "buffers come back as the objects that were given",
        "views that are kept",
        normalize_record=_buffers_as_given,
    ),
)
