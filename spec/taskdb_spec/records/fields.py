"""TaskRecords: their fields, what each may hold, and the check of a record or update.

Clauses REC-*. The first thirteen fields are those of IPython.parallel's ``TaskRecord``; the other
twelve are written by the Hub or named in queries of its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict

from taskdb_spec.records.errors import RecordError
from taskdb_spec.records.values import OutOfDomain, checked, shown


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

_ABSENT: Final[Mapping[str, Any]] = {
    **dict.fromkeys(TASK_FIELDS),
    "stdout": "",
    "stderr": "",
}


def new_record(msg_id: str, **fields: Any) -> TaskRecord:
    """A whole, checked record of which only `fields` are set (clause REC-2).

    Raises `RecordError` for what no record may hold.

    >>> record = new_record("a", client_uuid="c")
    >>> len(record), record["client_uuid"], record["completed"], record["stdout"]
    (25, 'c', None, '')
    """
    return filled(checked_fields(msg_id, fields))


def filled(fields: Mapping[str, Any]) -> TaskRecord:
    """A whole record made of checked fields: absent ones are None, or '' for stdout and stderr."""
    record: Any = {**_ABSENT, **fields}
    return record  # type: ignore[no-any-return]


def checked_fields(msg_id: object, fields: object) -> dict[str, Any]:
    """A private, normalised copy of the fields of a record or update, with its msg_id.

    Raises `RecordError`, which names the field, where the specification refuses them.
    """
    if not isinstance(msg_id, str):
        raise RecordError(f"msg_id: must be a str, not {shown(msg_id)}", "REC-11")
    if not isinstance(fields, Mapping):
        raise RecordError(f"record: must be a dict, not {type(fields).__name__}")
    try:
        copy = {name: _checked_field(name, value) for name, value in fields.items()}
        copy_id = checked(msg_id, "msg_id")
    except OutOfDomain as error:
        raise RecordError(str(error), error.clause) from None
    if copy.setdefault("msg_id", copy_id) != copy_id:
        raise RecordError(
            f"msg_id: the record says {copy['msg_id']!r}, the call {msg_id!r}", "REC-5"
        )
    return copy


def _checked_field(name: object, value: object) -> Any:
    if not isinstance(name, str) or name not in FIELD_CLASSES:
        clause = "UPD-6" if isinstance(name, str) and "." in name else "REC-4"
        fields = ", ".join(TASK_FIELDS)
        raise RecordError(f"{shown(name)}: no such field; records have {fields}", clause)
    if value is None and name != "msg_id":
        return None
    if not isinstance(value, FIELD_CLASSES[name]):
        wanted = " or ".join(kind.__name__ for kind in FIELD_CLASSES[name])
        clause = "REC-6" if FIELD_CLASSES[name] == (datetime,) else "REC-7"
        raise RecordError(f"{name}: must be a {wanted}, not {type(value).__name__}", clause)
    if name in BUFFER_FIELDS and isinstance(value, list):
        return [_checked_buffer(item, f"{name}[{i}]") for i, item in enumerate(value)]
    return checked(value, name)


def _checked_buffer(item: object, where: str) -> bytes:
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    raise RecordError(
        f"{where}: must be bytes, a bytearray or a memoryview, not {type(item).__name__}"
    )
