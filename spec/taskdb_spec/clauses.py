"""The clauses and the ambiguity ledger, read from SPEC.md.

SPEC.md is the only place where they are written. `clauses` and `ledger` parse it once. This module
also defines the order in which clauses are tested and blamed, see `precedence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import resources
from typing import Literal

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import Capability

_CLAUSE = re.compile(r"^#### (?P<heading>.+)\n(?P<body>(?:(?!##).*\n)*)", re.MULTILINE)
_ID = re.compile(r"[A-Z]+-\d+")
_EXAMPLE = re.compile(
    r"^```example(?: not on MongoDB: (?P<reason>.+))?\n(?P<text>(?:(?!```).*\n)*)```$", re.MULTILINE
)
_CAUSE = "**Likely cause of a failure:**"
_LEDGER_ROW = re.compile(
    r"^\| (?P<entry>L-\d+) \| (?P<sources>.+?) \| (?P<chosen>.+?) \| (?P<why>.+?) \|$", re.MULTILINE
)


@dataclass(frozen=True)
class Example:
    """An example of a clause: a short program on an empty store.

    Attributes:
        text: Python statements. A comment after a statement states its result, as "How to read a
            clause" in SPEC.md describes.
        not_on_mongodb: Why MongoDB itself does not agree with the example, or None if it does.
    """

    text: str
    not_on_mongodb: str | None = None


@dataclass(frozen=True)
class Clause:
    """A clause of SPEC.md.

    Attributes:
        id: The id, such as ADD-2.
        title: The title, one line of Markdown.
        level: Every run enforces MUST; it enforces SHOULD only if it is strict.
        needs: The capabilities that a backend must claim for the clause to apply.
        lacks: The capability that a backend must not claim for the clause to apply, or None.
        is_null_store: True for a clause about stores that store nothing.
        refines: The ids of the more general clauses, see `precedence`.
        evidence: The kinds of evidence that a run needs before it reports "pass".
        check: The check that tests the clause, or None.
        no_check: Why no check tests the clause, or None if one does.
        source: Where the rule comes from.
        text: The requirement, as Markdown. Each paragraph is one line.
        examples: At least one example.
        likely_cause: What usually is wrong in a store that violates the clause.
    """

    id: str
    title: str
    level: Literal["MUST", "SHOULD"]
    needs: frozenset[Capability]
    lacks: Capability | None
    is_null_store: bool
    refines: tuple[str, ...]
    evidence: tuple[str, ...]
    check: str | None
    no_check: str | None
    source: str
    text: str
    examples: tuple[Example, ...]
    likely_cause: str

    def claimed_by(self, backend: Backend) -> bool:
        """Return whether the clause applies to the backend."""
        if backend.stores_nothing or self.is_null_store:
            return backend.stores_nothing and self.is_null_store
        return self.applies_with(backend.capabilities)

    def is_enforced(self, *, strict: bool) -> bool:
        """Return whether a violation is a failure; of a SHOULD, only if the run is strict."""
        return strict or self.level == "MUST"

    def applies_with(self, claimed: Set[Capability]) -> bool:
        """Return whether the clause applies to a store of records with these capabilities."""
        return self.needs <= claimed and self.lacks not in claimed


@dataclass(frozen=True)
class LedgerEntry:
    """An entry of the ambiguity ledger: what the sources say, what was chosen, and why."""

    entry: str
    sources: str
    chosen: str
    why: str


def spec_text() -> str:
    """Return the text of SPEC.md."""
    # In the source tree, SPEC.md in the package is a link to spec/SPEC.md.
    return resources.files("taskdb_spec").joinpath("SPEC.md").read_text(encoding="utf-8")


@cache
def clauses() -> Mapping[str, Clause]:
    """Return all clauses by id, in the order of SPEC.md.

    Raises:
        ValueError: SPEC.md is malformed.

    >>> clauses()["ADD-2"].title
    'An existing id is refused'
    """
    return parse_clauses(spec_text())


@cache
def ledger() -> Mapping[str, LedgerEntry]:
    """Return all entries of the ambiguity ledger, by name.

    >>> ledger()["L-10"].chosen
    'code points'
    """
    rows = _LEDGER_ROW.finditer(spec_text())
    return {match["entry"]: LedgerEntry(**match.groupdict()) for match in rows}


def entries_named_in(text: str) -> list[LedgerEntry]:
    """Return the entries of the ledger that a text names, each once, in the order of the text."""
    names = dict.fromkeys(re.findall(r"\bL-\d+\b", text))
    return [ledger()[name] for name in names if name in ledger()]


def by_id(clause: str) -> tuple[str, int]:
    """Return the sort key of a clause id: the family, then the number.

    >>> sorted(["VAL-10", "VAL-2", "ADD-1"], key=by_id)
    ['ADD-1', 'VAL-2', 'VAL-10']
    """
    family, _, number = clause.rpartition("-")
    return family, int(number)


def precedence(clause: str) -> tuple[int, str, int]:
    """Return the sort key that puts general clauses before special ones.

    A clause that refines nothing has depth 0. Any other clause is one level deeper than the deepest
    clause that it refines. Clauses of the same depth are sorted by id. If a failing call exercises
    several clauses, the last one is blamed, because the run has tested the others before.

    >>> sorted(["EQ-2", "EQ-1", "ADD-1"], key=precedence)
    ['ADD-1', 'EQ-1', 'EQ-2']
    """
    return (_depths()[clause], *by_id(clause))


def clauses_of_same_depth(clause: str, others: Iterable[str]) -> list[str]:
    """Return the other clauses that `precedence` sorts by id alone: neither is more special.

    >>> clauses_of_same_depth("VAL-2", ["ADD-1", "VAL-1", "VAL-2"])
    ['VAL-1']
    """
    depths = _depths()
    return [other for other in others if other != clause and depths[other] == depths[clause]]


def checked_clauses(backend: Backend) -> list[Clause]:
    """Return the clauses that apply to a backend and have a check, general clauses first."""
    checked = (c for c in clauses().values() if c.check is not None and c.claimed_by(backend))
    return sorted(checked, key=lambda clause: precedence(clause.id))


@cache
def _depths() -> Mapping[str, int]:
    return refinement_depths({clause.id: clause.refines for clause in clauses().values()})


def refinement_depths(refines: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the depth of each clause in the relation `refines`.

    Raises:
        ValueError: A clause refines itself through others, or an unknown clause.

    >>> refinement_depths({"EQ-1": (), "EQ-2": ("EQ-1",), "NE-1": ("EQ-1", "EQ-2")})
    {'EQ-1': 0, 'EQ-2': 1, 'NE-1': 2}
    """
    for clause, general in refines.items():
        for name in general:
            if name not in refines:
                raise ValueError(f"SPEC.md: {clause} refines {name}, which is not a clause")
    try:
        ordered = list(TopologicalSorter(refines).static_order())
    except CycleError as error:
        cycle = ", ".join(error.args[1])
        raise ValueError(f"SPEC.md: clauses refine each other in a cycle: {cycle}") from None
    depths: dict[str, int] = {}
    for clause in ordered:
        depths[clause] = max((depths[name] + 1 for name in refines[clause]), default=0)
    return depths


def parse_clauses(text: str) -> dict[str, Clause]:
    """Return the clauses in a text of the form of SPEC.md, by id.

    Raises:
        ValueError: A clause lacks an item or occurs twice, or there are no clauses. The message
            names the clause.
    """
    found: dict[str, Clause] = {}
    for match in _CLAUSE.finditer(text):
        clause = _parse_clause(match["heading"], match["body"])
        if clause.id in found:
            raise ValueError(f"SPEC.md: {clause.id} occurs twice")
        found[clause.id] = clause
    if not found:
        raise ValueError("SPEC.md has no clauses")
    return found


def _parse_clause(heading: str, body: str) -> Clause:
    name, _, title = heading.partition(" ")
    if not _ID.fullmatch(name) or not title:
        raise ValueError(f"SPEC.md: {heading!r} is not an id of a clause and its title")
    metadata, _, rest = body.strip().partition("\n\n")
    body, _, likely_cause = rest.partition(_CAUSE)
    examples = tuple(Example(e["text"], e["reason"]) for e in _EXAMPLE.finditer(body))
    requirement = _unwrap_paragraphs(_EXAMPLE.sub("", body))
    if "```" in requirement:
        raise ValueError(f"SPEC.md: {name} has a malformed example")
    for part, present in (
        ("text", requirement),
        ("example", examples),
        ("likely cause of a failure", likely_cause.strip()),
    ):
        if not present:
            raise ValueError(f"SPEC.md: {name} has no {part}")
    requires, check = _item(name, metadata, "Requires"), _item(name, metadata, "Check")
    needs, lacks = _parse_requires(name, requires)
    return Clause(
        id=name,
        title=title,
        level=_parse_level(name, _item(name, metadata, "Level")),
        needs=needs,
        lacks=lacks,
        is_null_store=requires == "null store",
        refines=_parse_refines(_item(name, metadata, "Refines")),
        evidence=tuple(_item(name, metadata, "Evidence").split(", ")),
        check=None if check.startswith("none: ") else check,
        no_check=check.removeprefix("none: ") if check.startswith("none: ") else None,
        source=_item(name, metadata, "Source"),
        text=requirement,
        examples=examples,
        likely_cause=" ".join(likely_cause.split()),
    )


def _item(clause: str, metadata: str, item: str) -> str:
    """Return the value of an item of the metadata list; its continuation lines are indented."""
    match = re.search(rf"^- \*\*{item}:\*\* (.+(?:\n  .+)*)", metadata, re.MULTILINE)
    if match is None:
        raise ValueError(f"SPEC.md: {clause} has no item {item!r}")
    return " ".join(match[1].split())


def _parse_level(clause: str, level: str) -> Literal["MUST", "SHOULD"]:
    if level == "MUST":
        return "MUST"
    if level == "SHOULD":
        return "SHOULD"
    raise ValueError(f"SPEC.md: {clause} has the level {level!r}, which is not MUST or SHOULD")


def _parse_requires(clause: str, requires: str) -> tuple[frozenset[Capability], Capability | None]:
    """Return the capabilities that a clause needs, and the one that a store must not claim."""
    try:
        if requires.startswith("no "):
            return frozenset(), Capability(requires.removeprefix("no "))
        if requires in ("core", "null store"):
            return frozenset(), None
        return frozenset(map(Capability, requires.split(", "))), None
    except ValueError as error:
        raise ValueError(f"SPEC.md: {clause} requires {requires!r}: {error}") from None


def _parse_refines(refines: str) -> tuple[str, ...]:
    return () if refines == "nothing" else tuple(refines.split(", "))


def _unwrap_paragraphs(text: str) -> str:
    """Return Markdown with one line for each paragraph; tables and lists keep their lines."""
    blocks = (block.strip() for block in text.split("\n\n"))
    return "\n\n".join(
        block if block.startswith(("| ", "- ")) else " ".join(block.split())
        for block in blocks
        if block
    )
