"""Records as documents, and back.

BSON has all values of the domain but one: its instants are whole milliseconds. The microseconds
below are kept beside the fields, in a member `MICROSECONDS`, as a tree that has a member for each
dict, list and instant that they are in; so a document's instants are those of the record, floored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bson.codec_options import CodecOptions
from bson.int64 import Int64

from taskdb_reference.mongo.key_escaping import read, written
from taskdb_spec.records.fields import TASK_FIELDS

Document: TypeAlias = dict[str, Any]
Rest: TypeAlias = "int | dict[str, Any] | None"
"""The microseconds that a value has beyond whole milliseconds; None where there are none."""

MICROSECONDS = "microseconds"
OPTIONS: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def encoded(value: Any) -> tuple[Any, Rest]:
    """A value of the domain as BSON can hold it, its instants unchanged, and what they then lose.

    >>> encoded({"at": datetime(2024, 2, 29, microsecond=1002, tzinfo=UTC)})[1]
    {'at': 2}
    """
    if type(value) is dict:
        return _members((written(name), item) for name, item in value.items())
    if type(value) is list:
        members, rest = _members((str(i), item) for i, item in enumerate(value))
        return list(members.values()), rest
    if type(value) is datetime:
        return value, value.microsecond % 1000 or None
    return value, None


def _members(items: Iterable[tuple[str, Any]]) -> tuple[dict[str, Any], Rest]:
    members, rests = {}, {}
    for name, item in items:
        members[name], rest = encoded(item)
        if rest is not None:
            rests[name] = rest
    return members, rests or None


def decoded(value: Any, rest: Rest = None) -> Any:
    """The value that `encoded` has made into `value` and `rest`."""
    if type(value) is dict:
        rests = rest if isinstance(rest, dict) else {}
        return {read(name): decoded(item, rests.get(name)) for name, item in value.items()}
    if type(value) is list:
        rests = rest if isinstance(rest, dict) else {}
        return [decoded(item, rests.get(str(i))) for i, item in enumerate(value)]
    if type(value) is Int64:
        return int(value)
    if type(value) is datetime and isinstance(rest, int):
        return value.replace(microsecond=value.microsecond + rest)
    return value


def document_of(fields: Mapping[str, Any]) -> Document:
    """The document of the checked fields of a record."""
    document, rests = _members(fields.items())
    return {**document, MICROSECONDS: rests or {}}


def update_of(fields: Mapping[str, Any]) -> tuple[Document, Document]:
    """What to ``$set`` and to ``$unset`` in a document to replace these checked fields."""
    document, rests = _members(fields.items())
    kept = rests if isinstance(rests, dict) else {}
    put = {f"{MICROSECONDS}.{name}": rest for name, rest in kept.items()}
    gone = {f"{MICROSECONDS}.{name}": "" for name in fields if name not in kept}
    return {**document, **put}, gone


def fields_of(document: Document) -> dict[str, Any]:
    """The fields of a record that a document holds: all, unless it was found with less."""
    rests = document.get(MICROSECONDS, {})
    return {
        name: decoded(document[name], rests.get(name)) for name in TASK_FIELDS if name in document
    }
