"""Encode values as JSON text without loss: the order of dicts and all types are preserved.

JSON has no bytes, datetimes, NaN or infinities. They are encoded as an object with one key, a tag
that names the type, such as ``{"$date":0}``. A dict that looks like such an object is encoded as
``{"$dict":[[key, value]]}``.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from taskdb_spec.records.timestamps import from_microseconds, to_microseconds

_FORMAT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":"), "check_circular": False}
_encode_plain = json.JSONEncoder(allow_nan=False, **_FORMAT).encode
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "$bytes": b64decode,
    "$date": from_microseconds,
    "$float": float,
    "$dict": dict,
}
_TAG_START = '"$'
"""A text without this has no tag, and no key that looks like one."""


def encode_json(value: Any) -> str:
    """Encode a validated value.

    >>> encode_json({"b": 1, "a": [1.0, None]}), encode_json(b"abc")
    ('{"b":1,"a":[1.0,null]}', '{"$bytes":"YWJj"}')
    """
    # Most values need no tags, so try first without a walk through the value.
    try:
        text = _encode_plain(value)
    except (TypeError, ValueError):  # TypeError: bytes or a datetime; ValueError: NaN, an infinity
        return _encode_plain(_tag(value))
    return _encode_plain(_tag(value)) if _TAG_START in text else text


def decode_json(text: str) -> Any:
    """Decode the result of `encode_json` to an equal value of the same types.

    >>> decode_json(encode_json({"$date": [b"a", float("-inf"), 1, 1.0, True]}))
    {'$date': [b'a', -inf, 1, 1.0, True]}
    """
    if _TAG_START in text:
        return json.loads(text, object_hook=_untag)
    return json.loads(text)


def _tag(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        items = {key: _tag(item) for key, item in value.items()}
        looks_tagged = len(items) == 1 and next(iter(items)) in _DECODERS
        return {"$dict": list(items.items())} if looks_tagged else items
    if kind is list:
        return [_tag(item) for item in value]
    if kind is bytes:
        return {"$bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"$date": to_microseconds(value)}
    if kind is float and value - value != 0:  # NaN or an infinity
        return {"$float": repr(value)}
    return value


def _untag(items: dict[str, Any]) -> Any:
    if len(items) == 1:
        [(key, value)] = items.items()
        if key in _DECODERS:
            return _DECODERS[key](value)
    return items
