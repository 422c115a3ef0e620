"""One-line texts about errors that come from other code, for messages."""

from __future__ import annotations


def collapse_whitespace(text: object) -> str:
    r"""Return the text in one line, with one space in place of each run of white space.

    >>> collapse_whitespace(ValueError("no such\n   file"))
    'no such file'
    """
    return " ".join(str(text).split())


def describe_error(error: BaseException) -> str:
    """Return the class of an error, and its text unless that is empty.

    >>> describe_error(KeyError("a")), describe_error(KeyboardInterrupt())
    ("KeyError: 'a'", 'KeyboardInterrupt')
    """
    text = collapse_whitespace(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
