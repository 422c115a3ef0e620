"""The order and the equality of values in queries, as one sort key (clauses EQ-*, ORD-*).

The order of the classes is null < number < str < dict < list < bytes < bool < datetime. MongoDB 6.0
has the same order (manual, "Comparison/Sort Order"), with more types.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, TypeAlias

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SortKey: TypeAlias = "tuple[Any, ...]"


class ValueClass(IntEnum):
    """The classes of values; a smaller number sorts first."""

    NULL = 0
    NUMBER = 1
    STRING = 2
    DICT = 3
    LIST = 4
    BYTES = 5
    BOOL = 6
    DATETIME = 7


class Missing:
    """The class of `MISSING`, which a path yields if there is no value. It sorts as None does."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()

_CLASSES: dict[type, ValueClass] = {
    type(None): ValueClass.NULL,
    Missing: ValueClass.NULL,
    bool: ValueClass.BOOL,  # before int, which is the base class of bool
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
    """Return the class of a value.

    Raises:
        TypeError: The value is outside the value domain.

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
    """Return a hashable key that compares as the value does in queries.

    The rules: NaN equals NaN and is less than every number (NUM-6). An int and a float compare
    exactly (NUM-4). Bytes compare by length first (BYT-3). Dicts compare item by item, by the class
    of the item, the key, the item (DOC-5). Lists compare element by element (LIST-2). If one dict
    or list is the start of the other, the shorter one is less.

    >>> sort_key(1) == sort_key(1.0), sort_key(1) == sort_key(True)
    (True, False)
    >>> sort_key(b"b") < sort_key(b"aa")
    True
    """
    value_class = class_of(value)
    return (value_class, _PAYLOADS[value_class](value))


def _dict_payload(value: dict[str, Any]) -> SortKey:
    triples = []
    for key, item in value.items():
        item_class, payload = sort_key(item)
        triples.append((item_class, key, payload))
    return tuple(triples)


_PAYLOADS: dict[ValueClass, Any] = {
    ValueClass.NULL: lambda _value: (),
    ValueClass.NUMBER: lambda value: (0, 0) if value != value else (1, value),  # NaN first
    ValueClass.STRING: lambda value: value,
    ValueClass.DICT: _dict_payload,
    ValueClass.LIST: lambda value: tuple(map(sort_key, value)),
    ValueClass.BYTES: lambda value: (len(value), value),
    ValueClass.BOOL: lambda value: value,
    ValueClass.DATETIME: lambda value: value - EPOCH,  # an instant, with any offset
}
"""For each class, the part of the key that orders the values within the class."""
