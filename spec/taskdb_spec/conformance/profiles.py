"""How much a run does. Budgets are counts, so a run is the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """`focus` programs are made for each clause; then walks, made for none, to `operations`.

    The larger profiles play all that the smaller ones do: as many walks as well.
    """

    name: str
    focus: int
    operations: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("quick", focus=16, operations=75_000),
        Profile("default", focus=60, operations=160_000),
        Profile("deep", focus=200, operations=1_000_000),
    )
}
HEAVY = {"KEEP-1": 1, "IN-4": 4, "BUF-3": 2, "NODB-4": 1}
"""Clauses whose programs are expensive, and how many of them are enough."""
WALK = 40
"""How many operations a random walk takes."""
