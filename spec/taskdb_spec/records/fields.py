"""TaskRecords: their fields, what each may hold, and the check of a record or update.

Clauses REC-*. The first thirteen fields are those of IPython.parallel's ``TaskRecord``; the other
twelve are written by the Hub or named in queries of its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict

from taskdb_spec.records.domain import CHECKS, Check, _Rejection, safe_repr
from taskdb_spec.records.errors import RecordError


class TaskRecord(TypedDict):
    """A whole record, as ``get_record`` returns it. Every field but ``msg_id`` may be None."""

    msg_id: str
    client_uuid: str | None
    engine_uuid: str | None
    header: dict[str, Any] | None
    content: dict[str, Any] | None
    buffers: list[bytes] | None
    submitted: datetime | None
    started: datetime | None
    completed: datetime | None
    resubmitted: str | datetime | None
    result_header: dict[str, Any] | None
    result_content: dict[str, Any] | None
    result_buffers: list[bytes] | None
    metadata: dict[str, Any] | None
    result_metadata: dict[str, Any] | None
    received: datetime | None
    arrived: datetime | None
    queue: str | None
    label: str | None
    execute_input: str | None
    execute_result: dict[str, Any] | None
    display_data: dict[str, Any] | None
    error: dict[str, Any] | None
    stdout: str | None
    stderr: str | None


class EngineRecord(TypedDict):
    """What the Hub knows of an engine. Open to extension: further keys may be there."""

    eid: int
    uuid: str


TEXT_FIELDS: Final = (
    *("msg_id", "client_uuid", "engine_uuid", "queue", "label"),
    *("execute_input", "stdout", "stderr"),
)
TIME_FIELDS: Final = ("submitted", "started", "completed", "received", "arrived")
DICT_FIELDS: Final = (
    *("header", "content", "metadata"),
    *("result_header", "result_content", "result_metadata"),
    *("execute_result", "display_data", "error"),
)
BUFFER_FIELDS: Final = ("buffers", "result_buffers")

TASK_FIELDS: Final[tuple[str, ...]] = tuple(TaskRecord.__annotations__)
"""The names of the 25 root fields, in the order of `TaskRecord`."""

FIELD_CLASSES: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(TEXT_FIELDS, (str,)),
    **dict.fromkeys(TIME_FIELDS, (datetime,)),
    **dict.fromkeys(DICT_FIELDS, (dict,)),
    **dict.fromkeys(BUFFER_FIELDS, (list,)),
    "resubmitted": (str, datetime),
}
"""The classes that each root field may hold, besides None."""

_NULLABLE: Final = frozenset(TASK_FIELDS) - {"msg_id"}
_TEXTUAL: Final = frozenset(name for name, kinds in FIELD_CLASSES.items() if str in kinds)

_CLAUSE_OF_CLASS: Final = {"msg_id": "REC-5", **dict.fromkeys(TIME_FIELDS, "REC-6")}
"""Which clause refuses a value of another class, where it is not REC-7."""
_ABSENT_TEXT: Final = ("stdout", "stderr")
_ABSENT: Final[Mapping[str, Any]] = {
    **dict.fromkeys(TASK_FIELDS),
    **dict.fromkeys(_ABSENT_TEXT, ""),
}


def new_record(msg_id: str, /, **fields: Any) -> TaskRecord:
    """A whole, checked record of which only `fields` are set (clause REC-2).

    The fields may have the ``msg_id`` again. Raises `RecordError` for what no record may hold, and
    for a ``msg_id`` that differs (REC-5).

    >>> record = new_record("a", client_uuid="c")
    >>> len(record), record["client_uuid"], record["completed"], record["stdout"]
    (25, 'c', None, '')
    """
    return with_defaults(checked_fields(msg_id, fields))


def with_defaults(fields: Mapping[str, Any]) -> TaskRecord:
    """A whole record made of checked fields: absent ones are None, or '' for stdout and stderr."""
    record: Any = {**_ABSENT, **fields}
    return record  # type: ignore[no-any-return]


def checked_fields(msg_id: object, fields: object, keep_none: bool = True) -> dict[str, Any]:
    """A private, normalised copy of the fields of a record or update, with its msg_id.

    Fields that are None are left out unless `keep_none`. Raises `RecordError`, which names the
    field, where the specification refuses them.
    """
    if not isinstance(msg_id, str):
        raise RecordError(f"msg_id: must be a str, not {safe_repr(msg_id)}", "REC-11")
    if type(fields) is not dict and not isinstance(fields, Mapping):
        raise RecordError(f"record: must be a dict, not {type(fields).__name__}")
    copy = _normal_fields(fields, keep_none)
    if copy.get("msg_id") is not msg_id:
        copy_id = _normal_fields({"msg_id": msg_id})["msg_id"]
        if copy.setdefault("msg_id", copy_id) != copy_id:
            raise RecordError(
                f"msg_id: the record says {copy['msg_id']!r}, the call {msg_id!r}", "REC-5"
            )
    return copy


def checked_record(msg_id: object, fields: object) -> dict[str, Any]:
    """As `checked_fields`, for a new record: absent ones are filled, and those None left out."""
    record = checked_fields(msg_id, fields, keep_none=False)
    for name in _ABSENT_TEXT:
        if name not in fields:  # type: ignore[operator]  # it was a mapping
            record[name] = ""
    return record


def _normal_fields(fields: Mapping[Any, Any], keep_none: bool = True) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    name = None
    try:
        for name, value in fields.items():
            # Most fields of most records are None, and most others are plain text.
            if value is None and name in _NULLABLE:
                if keep_none:
                    copy[name] = None
            elif type(value) is str and name in _TEXTUAL and value.isascii():
                copy[name] = value
            elif name in _CHECKS and (check := _CHECKS[name].get(type(value))):
                copy[name] = check(value, 0)
            else:
                copy[name] = _check_of_subclass(name, value)(value, 0)
    except _Rejection as refused:
        raise RecordError(str(refused.at(str(name))), refused.clause) from None
    return copy


def _check_of_subclass(name: object, value: object) -> Check:
    if not isinstance(name, str) or name not in FIELD_CLASSES:
        clause = "UPD-6" if isinstance(name, str) and "." in name else "REC-4"
        fields = ", ".join(TASK_FIELDS)
        raise RecordError(f"{safe_repr(name)}: no such field; records have {fields}", clause)
    for kind, check in _CHECKS[name].items():
        if isinstance(value, kind):
            return check
    wanted = " or ".join(kind.__name__ for kind in FIELD_CLASSES[name])
    reason = f"{name}: must be a {wanted}, not {type(value).__name__}"
    raise RecordError(reason, _CLAUSE_OF_CLASS.get(name, "REC-7"))


def _buffers(value: list[Any], depth: int) -> list[bytes]:
    for item in value:
        if type(item) is not bytes:
            return [_buffer(item, index) for index, item in enumerate(value)]
    return list(value)


def _buffer(item: object, index: int) -> bytes:
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    name = type(item).__name__
    raise _Rejection(f"must be bytes, a bytearray or a memoryview, not {name}", spot=f"[{index}]")


_CHECKS: Final[Mapping[str, Mapping[type, Check]]] = {
    name: {kind: _buffers if name in BUFFER_FIELDS else CHECKS[kind] for kind in kinds}
    for name, kinds in FIELD_CLASSES.items()
}
"""The check of each class that a field may hold."""
