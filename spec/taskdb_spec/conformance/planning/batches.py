"""A run in parts that any process can play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.config import HEAVY, Profile


@dataclass(frozen=True)
class Part:
    """The programs of these numbers of a clause, or, without a clause, a walk: a program that is
    made for none.

    What comes of them follows from their names and from what is known to fail, and from nothing
    that was played before.
    """

    clause: str
    numbers: range

    @property
    def begins(self) -> bool:
        """Whether it is the first part of its clause, or a walk."""
        return not self.clause or not self.numbers.start

    def names(self) -> Iterator[tuple[int, str]]:
        """The number and the name of each program."""
        for number in self.numbers:
            yield number, f"{self.clause or 'walk'}/{number}"


TOGETHER = 8
"""How many programs of a clause make a part."""


def parts(claimed: Iterable[Clause], profile: Profile, walks: bool) -> Iterator[Part]:
    """All that a run may do, in order: programs for each clause, then walks, if any are wanted.

    Whether stores share anything is looked at first, for if they do, what one program has left
    may fail the next, whatever that is about.

    >>> from taskdb_spec.clauses import clauses
    >>> list(parts([clauses()["ADD-1"]], Profile("small", focus=10, operations=0), walks=False))
    [Part(clause='ADD-1', numbers=range(0, 8)), Part(clause='ADD-1', numbers=range(8, 10))]
    """
    for clause in sorted(claimed, key=lambda clause: clause.id != "ISO-9"):
        count = HEAVY.get(clause.id, profile.focus)
        for start in range(0, count, TOGETHER):
            yield Part(clause.id, range(start, min(start + TOGETHER, count)))
    # A walk has an operation at least, unless all that it could try is known to fail.
    for number in range(profile.operations if walks else 0):
        yield Part("", range(number, number + 1))
