"""The total order of values (clauses ORD-*), as one key that also decides equality and hashing.

Classes rank null < number < str < dict < list < bytes < bool < datetime, as MongoDB 6.0 has them
(manual, "Comparison/Sort Order", less the types that the domain lacks).
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, TypeAlias

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SortKey: TypeAlias = "tuple[Any, ...]"


class ValueClass(IntEnum):
    """The classes of values, in their order."""

    NULL = 0
    NUMBER = 1
    STRING = 2
    DICT = 3
    LIST = 4
    BYTES = 5
    BOOL = 6
    DATETIME = 7


class Missing:
    """What a path finds where there is nothing. It ranks as null, yet does not exist."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()

_CLASSES: dict[type, ValueClass] = {
    type(None): ValueClass.NULL,
    Missing: ValueClass.NULL,
    bool: ValueClass.BOOL,  # before int, which it subclasses
    int: ValueClass.NUMBER,
    float: ValueClass.NUMBER,
    str: ValueClass.STRING,
    dict: ValueClass.DICT,
    list: ValueClass.LIST,
    tuple: ValueClass.LIST,
    bytes: ValueClass.BYTES,
    datetime: ValueClass.DATETIME,
}


def class_of(value: object) -> ValueClass:
    """The class of a value of the domain; TypeError for anything else.

    >>> class_of(True), class_of(1.5)
    (<ValueClass.BOOL: 6>, <ValueClass.NUMBER: 1>)
    """
    found = _CLASSES.get(type(value))
    if found is not None:
        return found
    for kind, value_class in _CLASSES.items():
        if isinstance(value, kind):
            return value_class
    raise TypeError(f"{type(value).__name__} is not a class of the value domain")


def sort_key(value: Any) -> SortKey:
    """A hashable key: equal for equal values, ordered as the values are.

    NaN equals NaN and is below every number; int and float compare exactly; bytes go by length
    first; dicts pairwise by value class, key, value; lists by element; the shorter is less.

    >>> sort_key(1) == sort_key(1.0), sort_key(1) == sort_key(True), sort_key(b"b") < sort_key(b"aa")
    (True, False, True)
    """
    value_class = class_of(value)
    return (value_class, _PAYLOADS[value_class](value))


def _of_dict(value: dict[str, Any]) -> SortKey:
    triples = []
    for key, item in value.items():
        item_class, payload = sort_key(item)
        triples.append((item_class, key, payload))
    return tuple(triples)


_PAYLOADS: dict[ValueClass, Any] = {
    ValueClass.NULL: lambda value: (),
    ValueClass.NUMBER: lambda value: (0, 0) if value != value else (1, value),
    ValueClass.STRING: lambda value: value,
    ValueClass.DICT: _of_dict,
    ValueClass.LIST: lambda value: tuple(map(sort_key, value)),
    ValueClass.BYTES: lambda value: (len(value), value),
    ValueClass.BOOL: lambda value: value,
    ValueClass.DATETIME: lambda value: value - EPOCH,
}
