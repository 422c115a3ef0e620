"""How much a run does, and what a store may cost it.

Budgets of work are counts, so a run is the same on every machine. Only the limits on a single call
are seconds: they tell a store that hangs from one that works.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Profile:
    """The size of a run.

    A larger profile executes everything that a smaller one does, untargeted programs included.

    Args:
        name: the name on the command line.
        targeted_programs: programs for each clause, at most.
        operations: untargeted programs follow until the run has this many operations.
    """

    name: str
    targeted_programs: int
    operations: int
    is_frugal: bool = False


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", targeted_programs=16, operations=22_000, is_frugal=True),
        Profile("default", targeted_programs=40, operations=93_000),
        Profile("deep", targeted_programs=200, operations=1_000_000),
    )
}


class Openings(StrEnum):
    """Which store a program runs on."""

    FRESH = "fresh"
    """Each program has a new one."""
    SHARED = "shared"
    """Many programs have the same one, which is emptied between them."""


@dataclass(frozen=True)
class Selection:
    """What a run leaves out on purpose, and when it ends early.

    Args:
        clauses: the ids of the clauses to check; None means all.
        seconds: no further program is begun after this time; None means no limit.
        is_fail_fast: whether the run ends as soon as a clause that it enforces has failed.
    """

    clauses: frozenset[str] | None = None
    seconds: float | None = None
    is_fail_fast: bool = False

    @property
    def has_all_clauses(self) -> bool:
        """Whether no clause is left out."""
        return self.clauses is None

    def has(self, clause: str) -> bool:
        """Return whether the clause is checked."""
        return self.clauses is None or clause in self.clauses


EVERYTHING_SELECTED = Selection()
"""A run that leaves nothing out and has no limit."""


EXPENSIVE_CLAUSES = {"KEEP-1": 1, "IN-4": 4, "BUF-3": 2, "NODB-4": 1}
"""Clauses whose programs take thousands of calls or megabytes, and how many programs suffice."""
RANDOM_WALK_OPERATIONS = 40
"""Operations of a random walk: enough to reach a rich state, and few enough to shrink fast."""


@dataclass(frozen=True)
class ResourceBudget:
    """Resource limits for a store under test, which a working store stays within.

    Args:
        call: seconds per call of the store.
        probe: seconds per call while a crash is minimized: a hang costs this much each time.
        script: seconds per counterexample of a crash.
        memory: bytes that a worker may allocate.
        restarts: restarts of workers before the run is aborted.
    """

    call: float = 10.0
    probe: float = 1.5
    script: float = 20.0
    memory: int = 2 << 30
    restarts: int = 25


DEFAULT_BUDGET = ResourceBudget()
