"""How much a run does, and what a store may cost it.

Budgets of work are counts, so a run is the same on every machine. Only the limits on a single call
are seconds: they tell a store that hangs from one that works.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The size of a run.

    A larger profile executes everything that a smaller one does, untargeted programs included.

    Args:
        name: the name on the command line.
        targeted_programs: programs for each clause.
        operations: untargeted programs follow until the run has this many operations.
    """

    name: str
    targeted_programs: int
    operations: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", targeted_programs=16, operations=75_000),
        Profile("default", targeted_programs=60, operations=160_000),
        Profile("deep", targeted_programs=200, operations=1_000_000),
    )
}
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
