"""TaskRecords: their fields, the classes that each may contain, and their validation.

Clauses REC-*. The first thirteen fields are those of IPython.parallel's ``TaskRecord``. The other
twelve are written by the Hub, or appear in queries of its documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict

from taskdb_spec.records.domain import NORMALIZERS, Normalizer, Rejection, safe_repr
from taskdb_spec.records.errors import RecordError


class TaskRecord(TypedDict):
    """A complete record, as ``get_record`` returns it. Any field except ``msg_id`` may be None."""

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
    """The record of an engine in the Hub. The dict may have more keys than these."""

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
"""The classes that each root field may contain, in addition to None."""

_NULLABLE: Final = frozenset(TASK_FIELDS) - {"msg_id"}
_MAY_BE_STR: Final = frozenset(name for name, classes in FIELD_CLASSES.items() if str in classes)

_CLASS_CLAUSES: Final = {"msg_id": "REC-5", **dict.fromkeys(TIME_FIELDS, "REC-6")}
"""The clauses that a value of a wrong class violates, for the fields where it is not REC-7."""

_DEFAULT_EMPTY: Final = ("stdout", "stderr")
_DEFAULTS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(TASK_FIELDS),
    **dict.fromkeys(_DEFAULT_EMPTY, ""),
}


def new_record(msg_id: str, /, **fields: Any) -> TaskRecord:
    """Return a complete, validated record with default values for all other fields (REC-2).

    Args:
        msg_id: The id of the record.
        fields: Values of root fields. They may repeat ``msg_id``.

    Raises:
        RecordError: No record may contain one of the values, or ``msg_id`` differs (REC-5).

    >>> record = new_record("a", client_uuid="c")
    >>> len(record), record["client_uuid"], record["completed"], record["stdout"]
    (25, 'c', None, '')
    """
    return with_defaults(checked_fields(msg_id, fields))


def with_defaults(fields: Mapping[str, Any]) -> TaskRecord:
    """Return a complete record of validated fields: '' for stdout and stderr, else None.

    The values are not copied.
    """
    record: Any = {**_DEFAULTS, **fields}
    return record  # type: ignore[no-any-return]


def checked_fields(msg_id: object, fields: object, *, keep_none: bool = True) -> dict[str, Any]:
    """Validate a record or an update, and return a private copy in normal form.

    Args:
        msg_id: The id of the record. The result contains it.
        fields: A mapping of root fields to values.
        keep_none: Whether the result contains the fields whose value is None.

    Raises:
        RecordError: The specification does not allow the record or update. The text starts with
            the name of the field.
    """
    if not isinstance(msg_id, str):
        raise RecordError(f"msg_id: must be a str, not {safe_repr(msg_id)}", "REC-11")
    if type(fields) is not dict and not isinstance(fields, Mapping):
        raise RecordError(f"record: must be a dict, not {type(fields).__name__}")
    copy = _normalize_fields(fields, keep_none=keep_none)
    if copy.get("msg_id") is not msg_id:
        copy_id = _normalize_fields({"msg_id": msg_id}, keep_none=True)["msg_id"]
        if copy.setdefault("msg_id", copy_id) != copy_id:
            raise RecordError(
                f"msg_id: the record says {copy['msg_id']!r}, the call {msg_id!r}", "REC-5"
            )
    return copy


def normalize_record(msg_id: object, fields: object) -> dict[str, Any]:
    """Validate a new record, and return it in a short form: without the fields that are None.

    `with_defaults` makes the complete record of it.

    Raises:
        RecordError: As for `checked_fields`.
    """
    record = checked_fields(msg_id, fields, keep_none=False)
    for name in _DEFAULT_EMPTY:
        # A field that is None explicitly stays None, so its default must not replace it.
        if name not in fields:  # type: ignore[operator]  # checked_fields accepts mappings only
            record[name] = ""
    return record


def _normalize_fields(fields: Mapping[Any, Any], *, keep_none: bool) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    name = None
    try:
        for name, value in fields.items():
            # The first two branches only save time: in most records, most fields are None, and
            # most others are ASCII text.
            if value is None and name in _NULLABLE:
                if keep_none:
                    copy[name] = None
            elif type(value) is str and name in _MAY_BE_STR and value.isascii():
                copy[name] = value
            elif name in _NORMALIZERS and (normalizer := _NORMALIZERS[name].get(type(value))):
                copy[name] = normalizer(value, 0)
            else:
                copy[name] = _find_normalizer(name, value)(value, 0)
    except Rejection as rejection:
        raise RecordError(str(rejection.located_in(str(name))), rejection.clause) from None
    return copy


def _find_normalizer(name: object, value: object) -> Normalizer:
    """Return the normalizer for an instance of a subclass, or raise `RecordError`."""
    if not isinstance(name, str) or name not in FIELD_CLASSES:
        clause = "UPD-6" if isinstance(name, str) and "." in name else "REC-4"
        fields = ", ".join(TASK_FIELDS)
        raise RecordError(f"{safe_repr(name)}: no such field; records have {fields}", clause)
    for kind, normalizer in _NORMALIZERS[name].items():
        if isinstance(value, kind):
            return normalizer
    expected = " or ".join(kind.__name__ for kind in FIELD_CLASSES[name])
    reason = f"{name}: must be a {expected}, not {type(value).__name__}"
    raise RecordError(reason, _CLASS_CLAUSES.get(name, "REC-7"))


def _normalize_buffers(value: list[Any], _depth: int) -> list[bytes]:
    for item in value:
        if type(item) is not bytes:
            return [_normalize_buffer(item, index) for index, item in enumerate(value)]
    return list(value)


def _normalize_buffer(item: object, index: int) -> bytes:
    if isinstance(item, bytes | bytearray | memoryview):
        return bytes(item)
    name = type(item).__name__
    raise Rejection(f"must be bytes, a bytearray or a memoryview, not {name}", path=f"[{index}]")


_NORMALIZERS: Final[Mapping[str, Mapping[type, Normalizer]]] = {
    name: {
        kind: _normalize_buffers if name in BUFFER_FIELDS else NORMALIZERS[kind] for kind in kinds
    }
    for name, kinds in FIELD_CLASSES.items()
}
"""For each root field, the normalizer of each class that it may contain."""
