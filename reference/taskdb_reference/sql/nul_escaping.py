"""Text in a form without NUL, which not every database can hold, in the same order."""

from __future__ import annotations

import re

_ESCAPES = str.maketrans({"\x00": "\x01\x01", "\x01": "\x01\x02"})
_ESCAPED = re.compile("\x01[\x01\x02]")


def escaped(text: str) -> str:
    """`text` without NUL. The order by code point stays, and so does what is a prefix of what.

    >>> escaped("plain"), escaped("a\\x00"), escaped("a\\x01")
    ('plain', 'a\\x01\\x01', 'a\\x01\\x02')
    """
    return text.translate(_ESCAPES) if "\x00" in text or "\x01" in text else text


def unescaped(text: str) -> str:
    """What `escaped` was given.

    >>> unescaped(escaped("\\x00\\x02\\x01"))
    '\\x00\\x02\\x01'
    """
    if "\x01" not in text:
        return text
    return _ESCAPED.sub(lambda match: "\x00" if match[0] == "\x01\x01" else "\x01", text)


def after_prefix(prefix: str) -> str | None:
    """The least text above every text that starts with `prefix`; None where there is none.

    >>> after_prefix("ab"), after_prefix("a\\U0010ffff"), after_prefix("")
    ('ac', 'b', None)
    """
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return None
    following = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if following == 0xD800 else following)  # no lone surrogates


def encodes(text: str) -> bool:
    """Whether the text can be stored at all: one with lone surrogates cannot.

    >>> encodes("\\u00e9"), encodes("\\ud800")
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
