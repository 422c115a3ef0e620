"""Escape NUL in text, which not every database can store, and keep the order of texts."""

from __future__ import annotations

import re

_ESCAPES = str.maketrans({"\x00": "\x01\x01", "\x01": "\x01\x02"})
_ESCAPED = re.compile("\x01[\x01\x02]")


def escape_nul(text: str) -> str:
    r"""Return the text without NUL.

    The order by code point stays the same, and prefixes stay prefixes.

    >>> escape_nul("plain"), escape_nul("a\x00"), escape_nul("a\x01")
    ('plain', 'a\x01\x01', 'a\x01\x02')
    """
    return text.translate(_ESCAPES) if "\x00" in text or "\x01" in text else text


def unescape_nul(text: str) -> str:
    r"""Return the argument of `escape_nul` for its result.

    >>> unescape_nul(escape_nul("\x00\x02\x01"))
    '\x00\x02\x01'
    """
    if "\x01" not in text:
        return text
    return _ESCAPED.sub(lambda match: "\x00" if match[0] == "\x01\x01" else "\x01", text)


def get_prefix_end(prefix: str) -> str | None:
    r"""Return the smallest text above all texts with this prefix, or None if there is none.

    >>> get_prefix_end("ab"), get_prefix_end("a\U0010ffff"), get_prefix_end("")
    ('ac', 'b', None)
    """
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    # Skip the surrogates, which cannot be encoded.
    return stem[:-1] + chr(0xE000 if following == 0xD800 else following)


def is_encodable(text: str) -> bool:
    r"""Return whether the text can be stored: not if it has lone surrogates.

    >>> is_encodable("\u00e9"), is_encodable("\ud800")
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
