"""A run in parts that any process can play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, Profile


@dataclass(frozen=True)
class Batch:
    """The programs of these numbers of a clause, or, without a clause, a walk: a program that is
    made for none.

    What comes of them follows from their names and from what is known to fail, and from nothing
    that was played before.
    """

    clause: str
    numbers: range

    @property
    def is_first(self) -> bool:
        """Whether it is the first part of its clause, or a walk."""
        return not self.clause or not self.numbers.start

    def names(self) -> Iterator[tuple[int, str]]:
        """The number and the name of each program."""
        for number in self.numbers:
            yield number, f"{self.clause or 'walk'}/{number}"


BATCH_SIZE = 8
"""How many programs of a clause make a part."""


def plan_batches(claimed: Iterable[Clause], profile: Profile, walks: bool) -> Iterator[Batch]:
    """All that a run may do, in order: programs for each clause, then walks, if any are wanted.

    Whether stores share anything is looked at first, for if they do, what one program has left
    may fail the next, whatever that is about.

    >>> from taskdb_spec.clauses import clauses
    >>> list(plan_batches([clauses()["ADD-1"]], Profile("small", targeted_programs=10, operations=0), walks=False))
    [Part(clause='ADD-1', numbers=range(0, 8)), Part(clause='ADD-1', numbers=range(8, 10))]
    """
    for clause in sorted(claimed, key=lambda clause: clause.id != "ISO-9"):
        count = EXPENSIVE_CLAUSES.get(clause.id, profile.targeted_programs)
        for start in range(0, count, BATCH_SIZE):
            yield Batch(clause.id, range(start, min(start + BATCH_SIZE, count)))
    # A walk has an operation at least, unless all that it could try is known to fail.
    for number in range(profile.operations if walks else 0):
        yield Batch("", range(number, number + 1))
