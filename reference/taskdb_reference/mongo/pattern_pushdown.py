"""Translate patterns to filters: only plain text, which every regex engine matches alike.

Each function returns the server's operators for a field, and whether they are exact. Inexact
operators match more values than the pattern does.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from taskdb_spec.language import tree

Operators: TypeAlias = "tuple[dict[str, Any], bool]"

MAX_PATTERN_LENGTH = 1000
"""In characters. The server refuses patterns above 32 kB."""

_PLAIN_TEXT = re.compile(r"(?:[^\0\\.^$*+?{}()\[\]|]|\\[!-/:-@\[-`{-~])*")
_GLOB_PART = re.compile(r"(\*)|(\?)|\[!?\]?[^\]]*\]|([^*?])", re.DOTALL)


def translate_regex(condition: tree.Regex) -> Operators:
    """Translate a search for plain text, optionally at the start; leave any other to the caller.

    >>> translate_regex(tree.Regex("^fit")), translate_regex(tree.Regex("fit$"))
    (({'$regex': '^fit'}, True), ({}, False))
    """
    pattern = condition.pattern
    is_plain = _PLAIN_TEXT.fullmatch(pattern.removeprefix("^"))
    if not is_plain or set(condition.options) & {"i", "m"} or len(pattern) > MAX_PATTERN_LENGTH:
        return {}, False
    return {"$regex": pattern}, True


def translate_glob(condition: tree.Glob) -> Operators:
    """Translate the text at the start of a glob, or else its longest run of plain text.

    >>> translate_glob(tree.Glob("fit*")), translate_glob(tree.Glob("*fit?"))
    (({'$regex': '^fit'}, True), ({'$regex': 'fit'}, False))
    >>> translate_glob(tree.Glob("fit"))
    ({'$eq': 'fit'}, True)
    """
    runs = _split_at_wildcards(condition.pattern)
    if len(runs) == 1:
        return {"$eq": runs[0]}, True
    start, longest = runs[0][:MAX_PATTERN_LENGTH], max(runs, key=len)[:MAX_PATTERN_LENGTH]
    if "\0" in (start or longest):
        return {}, False
    regex = f"^{_quote(start)}" if start else _quote(longest)
    return {"$regex": regex}, bool(start) and condition.pattern == f"{start}*"


def _split_at_wildcards(pattern: str) -> list[str]:
    """Return the runs of plain text before, between and after the wildcards of a glob."""
    runs = [""]
    for part in _GLOB_PART.finditer(pattern):
        if part[3]:
            runs[-1] += part[3]
        else:
            runs.append("")
    return runs


def _quote(text: str) -> str:
    # Not re.escape: PCRE need not read all of its escapes as Python does.
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", text)
