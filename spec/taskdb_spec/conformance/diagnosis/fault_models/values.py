"""Fault models of values and buffers that are not read as they were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.conformance.diagnosis.fault_models.constructors import (
    with_steps,
    with_stored_values,
)
from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.fields import BUFFER_FIELDS
from taskdb_spec.records.timestamps import truncate_to_milliseconds

TRUTH_TEST = "a truth test where one for None is meant"
FLOATS = "numbers that pass through a float"
PARSERS = "parsers that run over all text"
TIMES = "the format in which instants are stored"


def _of_class(kind: type, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Apply `change` to the values of exactly the class `kind`."""
    return lambda value: change(value) if type(value) is kind else value


def _round_as_float(value: int) -> int:
    # The smallest and the largest ints would leave the domain if they were rounded.
    return int(float(value)) if 2**53 <= abs(value) < 2**62 else value


def _parse_date(value: str) -> str | datetime:
    try:
        timestamp = datetime.fromisoformat(value)
    except ValueError:
        return value
    return timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)


def _join_buffers(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    joined = {name: [b"".join(fields[name])] for name in BUFFER_FIELDS if fields.get(name)}
    return {**fields, **joined}


def _require_bytes(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    for name in BUFFER_FIELDS:
        if isinstance(rec, dict) and not all(isinstance(b, bytes) for b in rec.get(name) or ()):
            raise RecordError(f"{name}: must be bytes")
    return StepwiseModel.normalize_record(self, msg_id, rec)


def _keep_given_buffers(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    return {**fields, **{name: list(rec[name]) for name in BUFFER_FIELDS if rec.get(name)}}


VALUES = (
    with_stored_values(
        "VAL-3",
        "an empty list comes back as None",
        TRUTH_TEST,
        lambda value: None if value == [] else value,
    ),
    with_stored_values(
        "VAL-3",
        "an empty document comes back as None",
        TRUTH_TEST,
        lambda value: None if value == {} else value,
    ),
    with_stored_values(
        "VAL-3",
        "an empty text comes back as None",
        TRUTH_TEST,
        _of_class(str, lambda value: value or None),
    ),
    with_stored_values(
        "BUF-2",
        "bytes come back as text",
        "formats without bytes",
        _of_class(bytes, lambda value: value.decode("latin-1")),
    ),
    with_stored_values(
        "VAL-4",
        "a bool comes back as an int",
        "stores without a boolean type",
        _of_class(bool, int),
    ),
    with_stored_values("VAL-5", "an int comes back as a float", FLOATS, _of_class(int, float)),
    with_stored_values(
        "VAL-5",
        "a large int loses its last digits",
        FLOATS,
        _of_class(int, _round_as_float),
    ),
    with_stored_values(
        "VAL-6",
        "a whole float comes back as an int",
        "formats that drop `.0`",
        _of_class(float, lambda v: int(v) if v.is_integer() and abs(v) < 2**53 else v),
    ),
    with_stored_values(
        "VAL-6",
        "NaN and the infinities come back as None",
        "JSON, which has no NaN",
        _of_class(float, lambda value: value if value - value == 0 else None),
    ),
    with_stored_values(
        "VAL-2",
        "text that looks like a date comes back as a datetime",
        PARSERS,
        _of_class(str, _parse_date),
    ),
    with_stored_values(
        "VAL-2",
        "text that looks like a number comes back as one",
        PARSERS,
        _of_class(str, lambda value: int(value) if value.isdecimal() else value),
    ),
    with_stored_values(
        "VAL-1",
        "text ends at a NUL",
        "C strings",
        _of_class(str, lambda value: value.partition("\0")[0]),
    ),
    with_stored_values(
        "VAL-1", "blanks at the ends of a text are lost", "trimming", _of_class(str, str.strip)
    ),
    with_stored_values(
        "TIME-1", "an instant comes back as text", TIMES, _of_class(datetime, datetime.isoformat)
    ),
    with_stored_values(
        "VAL-8",
        "instants lose their microseconds",
        TIMES,
        _of_class(datetime, truncate_to_milliseconds),
    ),
    with_stored_values(
        "VAL-8",
        "instants lose their fractions of a second",
        TIMES,
        _of_class(datetime, lambda value: value.replace(microsecond=0)),
    ),
    with_stored_values(
        "TIME-1",
        "instants come back without a time zone",
        TIMES,
        _of_class(datetime, lambda value: value.replace(tzinfo=None)),
    ),
    with_stored_values(
        "VAL-9",
        "keys come back sorted",
        "`sort_keys`, and jsonb",
        _of_class(dict, lambda value: dict(sorted(value.items()))),
    ),
    with_steps(
        "BUF-2",
        "buffers are joined into one",
        "how a list of buffers is stored",
        normalize_record=_join_buffers,
    ),
    with_steps(
        "BUF-2",
        "a buffer that is not of class bytes is refused",
        "the check of buffers",
        normalize_record=_require_bytes,
    ),
    with_steps(
        "BUF-2",
        "buffers come back as the objects that were given",
        "views that are kept",
        normalize_record=_keep_given_buffers,
    ),
)
"""The fault models of values."""
