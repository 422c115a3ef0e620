"""What messages say of errors that come from elsewhere, in one line."""

from __future__ import annotations


def collapse_whitespace(text: object) -> str:
    """The text with each run of blanks and line breaks as one blank.

    >>> collapse_whitespace(ValueError("no such\\n   file"))
    'no such file'
    """
    return " ".join(str(text).split())


def describe_error(error: BaseException) -> str:
    """The class of an error and its text, if it has one.

    >>> describe_error(KeyError("a")), describe_error(KeyboardInterrupt())
    ("KeyError: 'a'", 'KeyboardInterrupt')
    """
    text = collapse_whitespace(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
