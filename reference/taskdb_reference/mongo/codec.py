"""Convert records to BSON documents and back.

BSON can represent all values of the domain except microseconds: its datetimes are whole
milliseconds. So a document has the remaining microseconds in a separate member, `MICROSECONDS`. It
is a tree with a member for each dict, list and datetime on the way to such a remainder. The
datetimes of a document are therefore those of the record, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bson.codec_options import CodecOptions
from bson.int64 import Int64

from taskdb_reference.mongo.key_escaping import escape_key, unescape_key
from taskdb_spec.records.fields import TASK_FIELDS

Document: TypeAlias = dict[str, Any]
Remainder: TypeAlias = "int | dict[str, Any] | None"
"""The microseconds of a value beyond whole milliseconds; None if there are none."""

MICROSECONDS = "microseconds"
CODEC_OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def encode_value(value: Any) -> tuple[Any, Remainder]:
    """Convert a value of the domain to BSON.

    Returns:
        The value, whose datetimes pymongo will truncate, and the remainder that this loses.

    >>> encode_value({"at": datetime(2024, 2, 29, microsecond=1002, tzinfo=UTC)})[1]
    {'at': 2}
    """
    if type(value) is dict:
        return _encode_members((escape_key(key), item) for key, item in value.items())
    if type(value) is list:
        members, remainder = _encode_members((str(i), item) for i, item in enumerate(value))
        return list(members.values()), remainder
    if type(value) is datetime:
        return value, value.microsecond % 1000 or None
    return value, None


def _encode_members(items: Iterable[tuple[str, Any]]) -> tuple[dict[str, Any], Remainder]:
    members, remainders = {}, {}
    for key, item in items:
        members[key], remainder = encode_value(item)
        if remainder is not None:
            remainders[key] = remainder
    return members, remainders or None


def decode_value(value: Any, remainder: Remainder = None) -> Any:
    """Convert the results of `encode_value`, as read from the server, back to the value."""
    if type(value) is dict:
        remainders = remainder if isinstance(remainder, dict) else {}
        return {
            unescape_key(key): decode_value(item, remainders.get(key))
            for key, item in value.items()
        }
    if type(value) is list:
        remainders = remainder if isinstance(remainder, dict) else {}
        return [decode_value(item, remainders.get(str(i))) for i, item in enumerate(value)]
    if type(value) is Int64:
        return int(value)
    if type(value) is datetime and isinstance(remainder, int):
        return value.replace(microsecond=value.microsecond + remainder)
    return value


def to_document(fields: Mapping[str, Any]) -> Document:
    """Convert validated fields of a record to a document."""
    document, remainders = _encode_members(fields.items())
    return {**document, MICROSECONDS: remainders or {}}


def to_update(fields: Mapping[str, Any]) -> tuple[Document, Document]:
    """Convert validated fields to the operands of ``$set`` and ``$unset`` that replace them."""
    document, found = _encode_members(fields.items())
    remainders = found if isinstance(found, dict) else {}
    to_set = {f"{MICROSECONDS}.{name}": remainder for name, remainder in remainders.items()}
    to_unset = {f"{MICROSECONDS}.{name}": "" for name in fields if name not in remainders}
    return {**document, **to_set}, to_unset


def to_fields(document: Document) -> dict[str, Any]:
    """Convert a document to the fields of a record: all, or those of the projection."""
    remainders = document.get(MICROSECONDS, {})
    return {
        name: decode_value(document[name], remainders.get(name))
        for name in TASK_FIELDS
        if name in document
    }
