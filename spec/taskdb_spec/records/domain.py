"""The value domain: what a record may hold, how it is copied, and when two values are the same.

Clauses VAL-* and TIME-*. Every value that enters a store or a query passes through `normalize`, which
returns a private, normalised copy; after that the rest of the code may trust what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from gc import is_tracked
from typing import Any, TypeAlias

from taskdb_spec.records.ordering import EPOCH

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
MAX_DEPTH = 100
"""How deep lists and dicts may nest, the limit of BSON documents; cycles end here as well."""


class OutOfDomain(ValueError):
    """A value that no record may hold. The text names the spot and the reason.

    `clause` is the id of the clause that refuses it.
    """

    def __init__(self, where: str, reason: str, clause: str = "REC-8") -> None:
        super().__init__(f"{where}: {reason}")
        self.clause = clause


def normalize(value: object, where: str = "value", depth: int = 0) -> Any:
    """Return a private copy of `value` in normal form, or raise `OutOfDomain`.

    Subclasses become the plain class, datetimes become UTC. `where` is the spot for errors.

    >>> normalize({"a": [1, 2.0, None]})
    {'a': [1, 2.0, None]}
    >>> normalize({"a": {1}}, "header")
    Traceback (most recent call last):
    taskdb_spec.records.domain.OutOfDomain: header['a']: a set is not a value of the domain
    """
    try:
        if depth > MAX_DEPTH:
            raise _Rejection(TOO_DEEP)
        return _normal(value, depth)
    except _Rejection as refused:
        raise refused.at(where) from None


class _Rejection(Exception):
    """A refusal on its way out: each list and dict that it leaves puts its own part of the spot.

    All that any store writes is checked, so a spot is put together only once there is an error.
    """

    def __init__(self, reason: str, clause: str = "REC-8", spot: str = "") -> None:
        super().__init__(reason)
        self.reason, self.clause, self.spot = reason, clause, spot

    def at(self, where: str) -> OutOfDomain:
        """The error to show, for a value that is found at `where`."""
        return OutOfDomain(where + self.spot, self.reason, self.clause)

    def with_prefix(self, step: str) -> _Rejection:
        """The same, seen from one step further out."""
        self.spot = step + self.spot
        return self


def _normal(value: object, depth: int) -> Any:
    return (CHECKS.get(type(value)) or _check_of_subclass(value))(value, depth)


def _check_of_subclass(value: object) -> Check:
    for kind, check in CHECKS.items():
        if isinstance(value, kind):
            return check
    name = type(value).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    raise _Rejection(f"{article} {name} is not a value of the domain")


def _as_it_is(value: object, depth: int) -> object:
    return value


def _int(value: int, depth: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise _Rejection("an int must lie in [-2**63, 2**63)")
    return int(value)


def _float(value: float, depth: int) -> float:
    return float(value)


def _str(value: str, depth: int) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Rejection("a str must not hold lone surrogates") from None
    return str.__str__(value)


def _bytes(value: bytes, depth: int) -> bytes:
    return bytes(value)


def _datetime(value: datetime, depth: int) -> datetime:
    if value.tzinfo is UTC and type(value) is datetime:
        return value
    if value.utcoffset() is None:
        raise _Rejection("a datetime must have a time zone", "REC-9")
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise _Rejection("an instant must lie in the years 1 to 9999 of UTC") from None
    return datetime.combine(instant.date(), instant.time(), UTC)


def _list(value: list[object], depth: int) -> list[Any]:
    copy: list[Any] = []
    if not value:
        return copy
    if depth == MAX_DEPTH:
        raise _Rejection(TOO_DEEP, spot="[0]")
    try:
        for item in value:
            copy.append(_normal(item, depth + 1))
    except _Rejection as refused:
        raise refused.with_prefix(f"[{len(copy)}]") from None
    return copy


def _dict(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    copy = value.copy() if type(value) is dict else dict(value.items())
    if depth == MAX_DEPTH and copy:
        raise _Rejection(TOO_DEEP, spot=f"[{safe_repr(next(iter(copy)))}]")
    for key, item in copy.items():
        if type(key) is not str:
            return _dict({_key(key): item for key, item in copy.items()}, depth)
        if not key.isascii():
            _key(key)
        kind = type(item)
        if item.isascii() if kind is str else kind in _AS_THEY_ARE:
            continue
        try:
            copy[key] = (CHECKS.get(kind) or _check_of_subclass(item))(item, depth + 1)
        except _Rejection as refused:
            raise refused.with_prefix(f"[{key!r}]") from None
    return copy


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise _Rejection(f"the key {safe_repr(key)} is not a str")
    try:
        return _str(key, 0)
    except _Rejection as refused:
        raise refused.with_prefix(f": the key {key!r}") from None


Check: TypeAlias = Callable[[Any, int], Any]
"""Makes a private copy of a value that is so deep, in normal form, or raises `_Rejection`."""

TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
_AS_THEY_ARE = frozenset({type(None), bool, float, bytes})
"""The classes all of whose values are of the domain and cannot be changed."""
CHECKS: dict[type, Check] = {
    type(None): _as_it_is,
    bool: _as_it_is,
    str: _str,
    int: _int,
    float: _float,
    datetime: _datetime,
    dict: _dict,
    list: _list,
    bytes: _bytes,
}
"""The check of each class. A subclass goes by the first that it is of."""


def deep_copy(value: Any) -> Any:
    """A copy of a value that `normalize` has made: only lists and dicts are new."""
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
"""Whether a list or dict may hold others: the garbage collector tracks every dict that does."""

_CONTAINERS = frozenset({dict, list})


def strictly_equal(a: object, b: object) -> bool:
    """Whether two values are equal *and of the same type*, at every depth (clause VAL-1).

    NaN is the same as NaN, instants are the same whatever their offset, dicts keep their order.

    >>> strictly_equal({"a": True}, {"a": 1}), strictly_equal([float("nan")], [float("nan")])
    (False, True)
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            ka == kb and strictly_equal(va, vb)
            for (ka, va), (kb, vb) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(strictly_equal, a, b))
    if isinstance(a, datetime) and isinstance(b, datetime):
        return _instant(a) == _instant(b)
    return bool(a == b) or (a != a and b != b)


def _instant(value: datetime) -> object:
    """Apart from `==`, which is wrong about clock times that a zone has twice."""
    return value if value.utcoffset() is None else value - EPOCH


def safe_repr(value: object) -> str:
    """What a message says of any object: its repr, or its type where that fails or is long.

    >>> safe_repr("a"), safe_repr(10**5000)
    ("'a'", 'an object of type int')
    """
    try:
        text = repr(value)
    except Exception:
        text = ""
    return text if 0 < len(text) <= 200 else f"an object of type {type(value).__name__}"
