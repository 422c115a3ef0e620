"""The value domain: what a record may hold, how it is copied, and when two values are the same.

Clauses VAL-* and TIME-*. Every value that enters a store or a query passes through `checked`, which
returns a private, normalised copy; after that the rest of the code may trust what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from taskdb_spec.records.order import EPOCH

Value: TypeAlias = "bool | int | float | str | bytes | datetime | list[Any] | dict[str, Any] | None"
"""One value of the domain. Lists and dicts hold values again."""

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


def checked(value: object, where: str = "value", depth: int = 0) -> Any:
    """Return a private copy of `value` in normal form, or raise `OutOfDomain`.

    Subclasses become the plain class, datetimes become UTC. `where` is the spot for errors.

    >>> checked({"a": [1, 2.0, None]})
    {'a': [1, 2.0, None]}
    >>> checked({"a": {1}}, "header")
    Traceback (most recent call last):
    taskdb_spec.records.values.OutOfDomain: header['a']: a set is not a value of the domain
    """
    if depth > MAX_DEPTH:
        raise OutOfDomain(where, f"nested more than {MAX_DEPTH} deep")
    for kind, check in _CHECKS.items():
        if isinstance(value, kind):
            return check(value, where, depth)
    name = type(value).__name__
    article = "an" if name[:1].lower() in "aeiou" else "a"
    raise OutOfDomain(where, f"{article} {name} is not a value of the domain")


def _plain(value: object, where: str, depth: int) -> object:
    return value


def _int(value: int, where: str, depth: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise OutOfDomain(where, "an int must lie in [-2**63, 2**63)")
    return int(value)


def _float(value: float, where: str, depth: int) -> float:
    return float(value)


def _str(value: str, where: str, depth: int) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise OutOfDomain(where, "a str must not hold lone surrogates") from None
    return str.__str__(value)


def _bytes(value: bytes, where: str, depth: int) -> bytes:
    return bytes(value)


def _datetime(value: datetime, where: str, depth: int) -> datetime:
    if value.utcoffset() is None:
        raise OutOfDomain(where, "a datetime must have a time zone", "REC-9")
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        raise OutOfDomain(where, "an instant must lie in the years 1 to 9999 of UTC") from None
    return datetime.combine(instant.date(), instant.time(), UTC)


def _list(value: list[object], where: str, depth: int) -> list[Any]:
    return [checked(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]


def _dict(value: dict[object, object], where: str, depth: int) -> dict[str, Any]:
    copy = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise OutOfDomain(where, f"the key {shown(key)} is not a str")
        copy[_str(key, f"{where}: the key {key!r}", depth)] = checked(
            item, f"{where}[{key!r}]", depth + 1
        )
    return copy


_CHECKS: dict[type, Callable[[Any, str, int], object]] = {
    type(None): _plain,
    bool: _plain,  # before int, which it subclasses
    str: _str,
    int: _int,
    float: _float,
    datetime: _datetime,
    dict: _dict,
    list: _list,
    bytes: _bytes,
}


def copied(value: Any) -> Any:
    """A copy of a value that `checked` has made: only lists and dicts are new."""
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    if type(value) is list:
        return [copied(item) for item in value]
    return value


def same(a: object, b: object) -> bool:
    """Whether two values are equal *and of the same type*, at every depth (clause VAL-1).

    NaN is the same as NaN, instants are the same whatever their offset, dicts keep their order.

    >>> same({"a": True}, {"a": 1}), same([float("nan")], [float("nan")])
    (False, True)
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict) and isinstance(b, dict):
        return len(a) == len(b) and all(
            ka == kb and same(va, vb)
            for (ka, va), (kb, vb) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, datetime) and isinstance(b, datetime):
        return _instant(a) == _instant(b)
    return bool(a == b) or (a != a and b != b)


def _instant(value: datetime) -> object:
    """Apart from `==`, which is wrong about clock times that a zone has twice."""
    return value if value.utcoffset() is None else value - EPOCH


def shown(value: object) -> str:
    """What a message says of any object: its repr, or its type where that fails or is long.

    >>> shown("a"), shown(10**5000)
    ("'a'", 'an object of type int')
    """
    try:
        text = repr(value)
    except Exception:
        text = ""
    return text if 0 < len(text) <= 200 else f"an object of type {type(value).__name__}"
