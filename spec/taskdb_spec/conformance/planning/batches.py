"""The plan of a run: batches of programs, in order, that any process can execute.

A batch depends on its name, on the seed, and on what is known to fail. It depends on nothing that
was executed before, so the report does not depend on the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from taskdb_spec.clauses import Clause
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, Profile
from taskdb_spec.conformance.core.variants import UNTARGETED_VARIANT, ProgramVariant
from taskdb_spec.conformance.planning.program_counts import (
    MOST_PROGRAMS_PER_BATCH,
    iter_waves,
    program_count,
    program_number,
)


class ProgramKind(Enum):
    """How a program is generated. All but the targeted ones are untargeted: made for no clause."""

    TARGETED = "targeted"
    """For one clause."""
    COMBINATORIAL = "combinatorial"
    """From a table of values and operators."""
    RANDOMIZED = "randomized"
    """A random walk, or many random queries."""


@dataclass(frozen=True)
class PlannedProgram:
    """A program that a run will generate and execute.

    Args:
        name: the name of the program; with the seed it decides every random choice.
        kind: how it is generated.
        clause: the clause that a targeted program is generated for, or empty.
        rotation: the position in tables that the programs share out among each other.
        variant: how it is executed.
    """

    name: str
    kind: ProgramKind
    clause: str
    rotation: int
    variant: ProgramVariant


@dataclass(frozen=True)
class Batch:
    """Programs that are executed together: some of one clause, or one untargeted program.

    Args:
        clause: the clause that the programs are generated for, or empty.
        positions: their positions in the plan of the clause, or among the untargeted ones.
    """

    clause: str
    positions: range

    @property
    def is_untargeted(self) -> bool:
        """Whether the programs are generated for no clause."""
        return not self.clause

    @property
    def purpose(self) -> str:
        """What the programs are generated for, in words."""
        return self.clause or "untargeted programs"

    def programs(self) -> Iterator[PlannedProgram]:
        """Yield the programs of the batch.

        >>> [program.name for program in Batch("EQ-1", range(8, 10)).programs()]
        ['EQ-1/8', 'EQ-1/9']
        """
        for position in self.positions:
            yield _untargeted(position) if self.is_untargeted else self._targeted(position)

    def _targeted(self, position: int) -> PlannedProgram:
        number = program_number(self.clause, position)
        name, variant = f"{self.clause}/{number}", ProgramVariant.number(number)
        return PlannedProgram(name, ProgramKind.TARGETED, self.clause, number, variant)


def _untargeted(number: int) -> PlannedProgram:
    """Return an untargeted program: two combinatorial ones, then a randomized one, in turn."""
    turn, place = divmod(number, 3)
    kind = ProgramKind.RANDOMIZED if place == 2 else ProgramKind.COMBINATORIAL
    # Each turn has two combinatorial programs, so together they go through all tables.
    rotation = 2 * turn + place
    # Combinatorial programs have the name of a walk too. The name is part of the seed of a program,
    # so another name would change what every run executes.
    return PlannedProgram(f"walk/{number}", kind, "", rotation, UNTARGETED_VARIANT)


def plan_batches(
    clauses: Iterable[Clause], profile: Profile, *, with_untargeted: bool
) -> Iterator[Batch]:
    """Yield all batches of a run, in order: those for each clause wave by wave, then the others.

    All programs for the clause about shared state (`ISO-9`) come first: if stores share state, data
    that one program leaves can fail later programs of any clause.

    >>> from taskdb_spec.clauses import clauses
    >>> profile = Profile("small", targeted_programs=2, operations=0)
    >>> two = [clauses()["ADD-1"], clauses()["GET-1"]]
    >>> batches = list(plan_batches(two, profile, with_untargeted=False))
    >>> [program.name for batch in batches for program in batch.programs()]
    ['ADD-1/0', 'GET-1/0', 'ADD-1/1', 'GET-1/1']
    """
    counts = {clause.id: program_count(clause.id, profile) for clause in clauses}
    yield from _plan_waves({name: n for name, n in counts.items() if name == "ISO-9"})
    yield from _plan_waves({name: n for name, n in counts.items() if name != "ISO-9"})
    # The number of operations is an upper bound: nearly every program has at least one operation.
    # `Run.is_over` ends the loop as soon as the run has its operations.
    for number in range(profile.operations if with_untargeted else 0):
        yield Batch("", range(number, number + 1))


def plan_more_batches(clauses: Iterable[str], profile: Profile) -> Iterator[Batch]:
    """Yield batches for clauses that need more programs than a frugal profile has.

    A store that fails other clauses may leave too little evidence for these.

    >>> from taskdb_spec.conformance.core.config import PROFILES
    >>> [batch.positions for batch in plan_more_batches(["EQ-1", "KEEP-1"], PROFILES["quick"])]
    [range(8, 16)]
    """
    for clause in clauses:
        if clause not in EXPENSIVE_CLAUSES:
            count, most = program_count(clause, profile), profile.targeted_programs
            for start in range(count, most, MOST_PROGRAMS_PER_BATCH):
                yield Batch(clause, range(start, min(start + MOST_PROGRAMS_PER_BATCH, most)))


def _plan_waves(counts: Mapping[str, int]) -> Iterator[Batch]:
    for wave in iter_waves(max(counts.values(), default=0)):
        for clause, count in counts.items():
            positions = range(wave.start, min(wave.stop, count))
            if positions:
                yield Batch(clause, positions)
