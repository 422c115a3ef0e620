"""Escape the keys of dicts: BSON keys cannot contain NUL.

Different keys stay different and keep their order, because the order of dicts depends on their
keys.
"""

from __future__ import annotations

REFERENCE_KEY = "$ref"
"""pymongo reads a dict with the keys ``$ref`` and ``$id`` back as a DBRef."""

ESCAPE = "\x01"
ESCAPED_REFERENCE, ESCAPED_NUL, ESCAPED_ESCAPE = (
    f"{REFERENCE_KEY}{ESCAPE}\x01",
    "\x01\x02",
    "\x01\x03",
)


def escape_key(key: str) -> str:
    r"""Return the key as it is stored; nearly all keys are unchanged.

    >>> escape_key("engine"), escape_key("a\x00b")
    ('engine', 'a\x01\x02b')
    """
    if key == REFERENCE_KEY:
        return ESCAPED_REFERENCE
    return key.replace(ESCAPE, ESCAPED_ESCAPE).replace("\x00", ESCAPED_NUL)


def unescape_key(key: str) -> str:
    r"""Return the argument of `escape_key` for its result.

    >>> [unescape_key(escape_key(key)) for key in ("engine", "\x00\x01\x02", "$ref")]
    ['engine', '\x00\x01\x02', '$ref']
    """
    if ESCAPE not in key:
        return key
    if key == ESCAPED_REFERENCE:
        return REFERENCE_KEY
    return key.replace(ESCAPED_NUL, "\x00").replace(ESCAPED_ESCAPE, ESCAPE)
