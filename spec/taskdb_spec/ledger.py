"""The ambiguity ledger of SPEC.md, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from taskdb_spec.clauses import spec_text

_ROW = re.compile(
    r"^\| (?P<entry>L-\d+) \| (?P<sources>.+?) \| (?P<chosen>.+?) \| (?P<why>.+?) \|$", re.MULTILINE
)


@dataclass(frozen=True)
class Entry:
    """One entry: what the sources say, what was chosen, and why."""

    entry: str
    sources: str
    chosen: str
    why: str


@cache
def ledger() -> Mapping[str, Entry]:
    """All entries, by name.

    >>> ledger()["L-10"].chosen
    'code points'
    """
    return {match["entry"]: Entry(**match.groupdict()) for match in _ROW.finditer(spec_text())}


def entries_named_in(text: str) -> list[Entry]:
    """The entries that a text names, in its order."""
    names = dict.fromkeys(re.findall(r"\bL-\d+\b", text))
    return [ledger()[name] for name in names if name in ledger()]
