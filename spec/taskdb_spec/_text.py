"""What messages say of errors that come from elsewhere, in one line."""

from __future__ import annotations


def one_line(text: object) -> str:
    """The text with each run of blanks and line breaks as one blank.

    >>> one_line(ValueError("no such\\n   file"))
    'no such file'
    """
    return " ".join(str(text).split())


def described(error: BaseException) -> str:
    """The class of an error and its text, if it has one.

    >>> described(KeyError("a")), described(KeyboardInterrupt())
    ("KeyError: 'a'", 'KeyboardInterrupt')
    """
    text = one_line(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
