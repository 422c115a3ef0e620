"""Values as JSON text, without loss: a dict keeps its order, and every type stays what it is.

JSON has no bytes, instants, NaN or infinities. They become an object of one key, the name of what
they are: ``{"$date":0}``. A dict that looks like one becomes ``{"$dict":[[key, value]]}``.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from taskdb_spec.records.timestamps import from_microseconds, to_microseconds

_FORM: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "check_circular": False}
_plain = json.JSONEncoder(allow_nan=False, **_FORM).encode
_READERS: dict[str, Callable[[Any], Any]] = {
    "$bytes": b64decode,
    "$date": from_microseconds,
    "$float": float,
    "$dict": dict,
}
_SUSPECT = '"$'
"""Where this is not in the text, it has no tag, and no key that looks like one."""


def encoded(value: Any) -> str:
    """The JSON text of a checked value.

    >>> encoded({"b": 1, "a": [1.0, None]}), encoded(b"abc")
    ('{"b":1,"a":[1.0,null]}', '{"$bytes":"YWJj"}')
    """
    try:
        text = _plain(value)
    except (TypeError, ValueError):  # bytes or an instant; NaN or an infinity
        return _plain(_tagged(value))
    return _plain(_tagged(value)) if _SUSPECT in text else text


def decoded(text: str) -> Any:
    """The value that `encoded` was given, equal and of the same types.

    >>> decoded(encoded({"$date": [b"a", float("-inf"), 1, 1.0, True]}))
    {'$date': [b'a', -inf, 1, 1.0, True]}
    """
    if _SUSPECT in text:
        return json.loads(text, object_hook=_untagged)
    return json.loads(text)


def _tagged(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        items = {key: _tagged(item) for key, item in value.items()}
        looks_tagged = len(items) == 1 and next(iter(items)) in _READERS
        return {"$dict": list(items.items())} if looks_tagged else items
    if kind is list:
        return [_tagged(item) for item in value]
    if kind is bytes:
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$date": to_microseconds(value)}
    if kind is float and value - value != 0:  # NaN or an infinity
        return {"$float": repr(value)}
    return value


def _untagged(items: dict[str, Any]) -> Any:
    if len(items) == 1:
        [(key, value)] = items.items()
        if key in _READERS:
            return _READERS[key](value)
    return items
