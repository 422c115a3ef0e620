"""The clauses, read from SPEC.md: the one place where they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import Capability

_HERE = Path(__file__).parent
_CLAUSE = re.compile(
    r"^#### (?P<id>[A-Z]+-\d+) (?P<title>.+)\n"
    r"(?P<level>MUST|SHOULD) · (?P<needs>[^·\n]+) · evidence: (?P<evidence>[^·\n]+) · "
    r"check: (?P<check>[^·\n]+) · source: (?P<source>.+)\n\n"
    r"(?P<text>(?:.+\n)+)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Clause:
    """One clause of SPEC.md.

    ``needs`` are the capabilities that a backend has to claim for the clause to apply, ``lacks``
    the one that it must not; ``evidence`` the kinds of evidence that a pass takes; ``check`` the
    check that watches it, None where there is none, with ``no_check`` to say why.
    """

    id: str
    number: int
    title: str
    level: Literal["MUST", "SHOULD"]
    needs: frozenset[Capability]
    lacks: Capability | None
    nothing: bool
    evidence: tuple[str, ...]
    check: str | None
    no_check: str | None
    source: str
    text: str
    look_at: str

    def claimed_by(self, backend: Backend) -> bool:
        """Whether the clause applies to the backend."""
        if backend.stores_nothing or self.nothing:
            return backend.stores_nothing and self.nothing
        return self.applies_with(backend.capabilities)

    def applies_with(self, claimed: Set[Capability]) -> bool:
        """Whether the clause applies to a backend that stores records and claims so much."""
        return self.needs <= claimed and self.lacks not in claimed


def by_id(clause: str) -> tuple[str, int]:
    """Sort key of a clause id: the family, then the number.

    >>> sorted(["EQ-10", "EQ-2", "ADD-1"], key=by_id)
    ['ADD-1', 'EQ-2', 'EQ-10']
    """
    family, _, number = clause.rpartition("-")
    return family, int(number)


def checked_clauses(backend: Backend) -> list[Clause]:
    """The clauses that apply to a backend and have a check, in the order of SPEC.md."""
    return [c for c in clauses().values() if c.check is not None and c.claimed_by(backend)]


def spec_text() -> str:
    """The text of SPEC.md, from the installed package or from the source tree."""
    for folder in (_HERE, _HERE.parent):
        if (folder / "SPEC.md").exists():
            return (folder / "SPEC.md").read_text(encoding="utf-8")
    raise FileNotFoundError("SPEC.md is not where the package was installed; install it again")


@cache
def clauses() -> Mapping[str, Clause]:
    """All clauses by id, in the order of SPEC.md: from the general to the special.

    >>> clauses()["ADD-2"].title
    'An id that is there is refused'
    """
    return {
        match["id"]: _clause(number, match)
        for number, match in enumerate(_CLAUSE.finditer(spec_text()))
    }


def _clause(number: int, match: re.Match[str]) -> Clause:
    text, _, look_at = match["text"].partition("Look at: ")
    needs, no_check = match["needs"].strip(), match["check"].strip()
    absent = needs.removeprefix("no ") if needs.startswith("no ") else None
    named = [] if absent or needs in ("core", "nothing") else needs.split(", ")
    return Clause(
        id=match["id"],
        number=number,
        title=match["title"],
        level="MUST" if match["level"] == "MUST" else "SHOULD",
        needs=frozenset(map(Capability, named)),
        lacks=Capability(absent) if absent else None,
        nothing=needs == "nothing",
        evidence=tuple(match["evidence"].strip().split(", ")),
        check=None if no_check.startswith("none, ") else no_check,
        no_check=no_check.removeprefix("none, ") if no_check.startswith("none, ") else None,
        source=match["source"],
        text=" ".join(text.split()),
        look_at=" ".join(look_at.split()),
    )
