"""Patterns, as far as the server is asked: for plain text, where every engine agrees.

Each function gives the operators of a field, and whether they hold of nothing else.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from taskdb_spec.language import tree

Operators: TypeAlias = "tuple[dict[str, Any], bool]"

LONGEST = 1000  # the server refuses patterns above 32 kB
_TEXT = re.compile(r"(?:[^\0\\.^$*+?{}()\[\]|]|\\[!-/:-@\[-`{-~])*")
_GLOB_PART = re.compile(r"(\*)|(\?)|\[!?\]?[^\]]*\]|([^*?])", re.DOTALL)


def regex(test: tree.Regex) -> Operators:
    """A search for plain text, maybe at the start, is the server's; any other the caller's.

    >>> regex(tree.Regex("^fit")), regex(tree.Regex("fit$"))
    (({'$regex': '^fit'}, True), ({}, False))
    """
    plain = _TEXT.fullmatch(test.pattern.removeprefix("^"))
    if not plain or set(test.options) & {"i", "m"} or len(test.pattern) > LONGEST:
        return {}, False
    return {"$regex": test.pattern}, True


def glob(test: tree.Glob) -> Operators:
    """What a match starts with, or else its longest piece of plain text.

    >>> glob(tree.Glob("fit*")), glob(tree.Glob("*fit?")), glob(tree.Glob("fit"))
    (({'$regex': '^fit'}, True), ({'$regex': 'fit'}, False), ({'$eq': 'fit'}, True))
    """
    runs = _runs(test.pattern)
    if len(runs) == 1:
        return {"$eq": runs[0]}, True
    start, longest = runs[0][:LONGEST], max(runs, key=len)[:LONGEST]
    if "\0" in (start or longest):
        return {}, False
    found = f"^{_quoted(start)}" if start else _quoted(longest)
    return {"$regex": found}, bool(start) and test.pattern == f"{start}*"


def _runs(pattern: str) -> list[str]:
    """The plain text before, between and after what a glob has for wildcards."""
    runs = [""]
    for part in _GLOB_PART.finditer(pattern):
        if part[3]:
            runs[-1] += part[3]
        else:
            runs.append("")
    return runs


def _quoted(text: str) -> str:
    return re.sub(r"[!-/:-@\[-`{-~]", r"\\\g<0>", text)
