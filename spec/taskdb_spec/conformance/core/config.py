"""How much a run does, and what a store may cost it.

Budgets of work are counts, so a run is the same on every machine. Only the limits on a single call
are seconds: they tell a store that hangs from one that works.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """`targeted_programs` programs are made for each clause; then walks, made for none, to `operations`.

    The larger profiles play all that the smaller ones do: as many walks as well.
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
"""Clauses whose programs are expensive, and how many of them are enough."""
RANDOM_WALK_OPERATIONS = 40
"""How many operations a random walk takes."""


@dataclass(frozen=True)
class ResourceBudget:
    """Limits that a store keeps to that does its work.

    They are seconds of a `call`, of a call that is made again to find the smallest program with
    it (`probe`), and of a whole `script`; the bytes of `memory` that a run may use; and how many
    `restarts` of the process there may be.
    """

    call: float = 10.0
    probe: float = 1.5
    script: float = 20.0
    memory: int = 2 << 30
    restarts: int = 25


DEFAULT_BUDGET = ResourceBudget()
