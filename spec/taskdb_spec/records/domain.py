"""The value domain: which values a record may contain, and when two values are equal.

Clauses VAL-* and TIME-*. Every value that enters a store or a query passes through `normalize`. It
returns a private copy in normal form, so the rest of the code can rely on the copy.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from gc import is_tracked
from typing import Any, TypeAlias

from taskdb_spec.records.ordering import EPOCH

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

MAX_DEPTH = 100
"""How deep lists and dicts may nest. BSON documents have this limit; it also ends cycles."""

MAX_REPR_CHARACTERS = 200
"""A message shows the repr of an object only up to this length."""


class OutOfDomain(ValueError):
    """A value that no record may contain. The text says where the value is, and the reason.

    Attributes:
        clause: The id of the clause that the value violates.
    """

    def __init__(self, location: str, reason: str, clause: str = "REC-8") -> None:
        super().__init__(f"{location}: {reason}")
        self.clause = clause


def normalize(value: object, location: str = "value", depth: int = 0) -> Any:
    """Return a private copy of `value` in normal form.

    Instances of subclasses become instances of the plain class, and datetimes become UTC.

    Args:
        value: Any object.
        location: What the value is, for the message of the error.
        depth: How deep the value is nested in a larger one, for the limit `MAX_DEPTH`.

    Raises:
        OutOfDomain: No record may contain the value.

    >>> normalize({"a": [1, 2.0, None]})
    {'a': [1, 2.0, None]}
    >>> normalize({"a": {1}}, "header")
    Traceback (most recent call last):
    taskdb_spec.records.domain.OutOfDomain: header['a']: a set is not a value of the domain
    """
    try:
        if depth > MAX_DEPTH:
            raise Rejection(TOO_DEEP)
        return _normalize(value, depth)
    except Rejection as rejection:
        raise rejection.located_in(location) from None


class Rejection(Exception):
    """A rejected value; each list and dict that the exception leaves adds its step to the path.

    Stores validate every value that they write. Therefore the path is built only after an error,
    instead of passing the location down with each value.
    """

    def __init__(self, reason: str, clause: str = "REC-8", path: str = "") -> None:
        super().__init__(reason)
        self.reason, self.clause, self.path = reason, clause, path

    def located_in(self, location: str) -> OutOfDomain:
        """Return the public error, for a rejected value inside the value at `location`."""
        return OutOfDomain(location + self.path, self.reason, self.clause)

    def with_prefix(self, step: str) -> Rejection:
        """Put one more step in front of the path, and return the same exception."""
        self.path = step + self.path
        return self


def _normalize(value: object, depth: int) -> Any:
    return (NORMALIZERS.get(type(value)) or _find_normalizer(value))(value, depth)


def _find_normalizer(value: object) -> Normalizer:
    """Return the normalizer for an instance of a subclass, or raise `Rejection`."""
    for kind, normalizer in NORMALIZERS.items():
        if isinstance(value, kind):
            return normalizer
    name = type(value).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    raise Rejection(f"{article} {name} is not a value of the domain")


def _keep(value: object, _depth: int) -> object:
    return value


def _normalize_int(value: int, _depth: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise Rejection("an int must lie in [-2**63, 2**63)")
    return int(value)


def _normalize_float(value: float, _depth: int) -> float:
    return float(value)


def _normalize_str(value: str, _depth: int = 0) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Rejection("a str must not hold lone surrogates") from None
    return str.__str__(value)


def _normalize_bytes(value: bytes, _depth: int) -> bytes:
    return bytes(value)


def _normalize_datetime(value: datetime, _depth: int) -> datetime:
    if value.tzinfo is UTC and type(value) is datetime:
        return value
    if value.utcoffset() is None:
        raise Rejection("a datetime must have a time zone", "REC-9")
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise Rejection("an instant must lie in the years 1 to 9999 of UTC") from None
    return datetime.combine(instant.date(), instant.time(), UTC)


def _normalize_list(value: list[object], depth: int) -> list[Any]:
    copy: list[Any] = []
    if not value:
        return copy
    if depth == MAX_DEPTH:
        raise Rejection(TOO_DEEP, path="[0]")
    try:
        for item in value:
            copy.append(_normalize(item, depth + 1))
    except Rejection as rejection:
        raise rejection.with_prefix(f"[{len(copy)}]") from None
    return copy


def _normalize_dict(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    # Most items are valid as they are: copy the dict at once, then replace only the others.
    copy = value.copy() if type(value) is dict else dict(value.items())
    if depth == MAX_DEPTH and copy:
        raise Rejection(TOO_DEEP, path=f"[{safe_repr(next(iter(copy)))}]")
    for key, item in copy.items():
        if type(key) is not str:
            return _normalize_dict({_normalize_key(k): v for k, v in copy.items()}, depth)
        if not key.isascii():
            _normalize_key(key)
        kind = type(item)
        if item.isascii() if kind is str else kind in _ALWAYS_VALID:
            continue
        try:
            copy[key] = (NORMALIZERS.get(kind) or _find_normalizer(item))(item, depth + 1)
        except Rejection as rejection:
            raise rejection.with_prefix(f"[{key!r}]") from None
    return copy


def _normalize_key(key: object) -> str:
    if not isinstance(key, str):
        raise Rejection(f"the key {safe_repr(key)} is not a str")
    try:
        return _normalize_str(key)
    except Rejection as rejection:
        raise rejection.with_prefix(f": the key {key!r}") from None


Normalizer: TypeAlias = Callable[[Any, int], Any]
"""Takes a value and its depth; returns a private copy in normal form, or raises `Rejection`."""

TOO_DEEP = f"nested more than {MAX_DEPTH} deep"

_ALWAYS_VALID = frozenset({type(None), bool, float, bytes})
"""The immutable classes of which every instance is in the domain."""

NORMALIZERS: dict[type, Normalizer] = {
    type(None): _keep,
    bool: _keep,  # before int, which is the base class of bool
    str: _normalize_str,
    int: _normalize_int,
    float: _normalize_float,
    datetime: _normalize_datetime,
    dict: _normalize_dict,
    list: _normalize_list,
    bytes: _normalize_bytes,
}
"""The normalizer of each class. For a subclass, the first class in this order that matches."""


def deep_copy(value: Any) -> Any:
    """Return a copy of a normalized value: only lists and dicts are new, the rest is immutable."""
    kind = type(value)
    if kind not in _CONTAINERS:
        return value
    copy = value.copy()
    if may_nest(value):
        for key, item in value.items() if kind is dict else enumerate(value):
            if type(item) in _CONTAINERS:
                copy[key] = deep_copy(item) if item else item.copy()
    return copy


may_nest = is_tracked
"""Return whether a list or dict may contain others.

The garbage collector tracks every dict that does. To ask it is faster than to look at the items.
"""

_CONTAINERS = frozenset({dict, list})


def strictly_equal(a: object, b: object) -> bool:
    """Return whether two values are equal and of the same class, at every depth (clause VAL-1).

    NaN equals NaN. Datetimes are equal if they are the same instant, with any offset. Dicts are
    equal only if their keys are in the same order.

    >>> strictly_equal({"a": True}, {"a": 1}), strictly_equal([float("nan")], [float("nan")])
    (False, True)
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            key_a == key_b and strictly_equal(item_a, item_b)
            for (key_a, item_a), (key_b, item_b) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(strictly_equal, a, b))
    if isinstance(a, datetime) and isinstance(b, datetime):
        return _to_instant(a) == _to_instant(b)
    return bool(a == b) or (a != a and b != b)


def _to_instant(value: datetime) -> object:
    # `==` compares datetimes with the same tzinfo by their clock time, which is not an instant:
    # when a zone leaves summer time, an hour of clock times occurs twice.
    return value if value.utcoffset() is None else value - EPOCH


def safe_repr(value: object) -> str:
    """Return the repr of any object for a message, or its class if the repr fails or is long.

    >>> safe_repr("a"), safe_repr(10**5000)
    ("'a'", 'an object of type int')
    """
    try:
        text = repr(value)
    except Exception:
        text = ""
    if 0 < len(text) <= MAX_REPR_CHARACTERS:
        return text
    return f"an object of type {type(value).__name__}"
