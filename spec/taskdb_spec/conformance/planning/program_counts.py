"""How many programs of each clause a run executes, and in which waves.

A run goes breadth first: a wave has a few programs for each clause. So whenever a run ends, what it
has done is spread over all clauses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES, Profile

MOST_PROGRAMS_PER_BATCH = 8
"""Few enough that little is computed twice when a worker has to start again."""
USUAL_PROGRAMS = 8
"""Programs of a clause in a frugal profile, unless `PROGRAM_COUNTS` has another number."""

PROGRAM_COUNTS: Mapping[str, int] = {
    # They share one generator, and each of its programs makes more than 200 calls.
    **dict.fromkeys(("CULL-2", "CULL-3", "CULL-4", "CULL-5", "CULL-6", "CULL-7", "CULL-8"), 6),
    **dict.fromkeys(("HIST-4", "QRY-3"), 9),
    **dict.fromkeys(("ELEM-3", "GLB-1", "PATH-6", "VAL-1"), 10),
    "VAL-2": 11,
    **dict.fromkeys(("EQ-4", "GET-2", "GLB-4"), 12),
    "UPD-1": 15,
    **dict.fromkeys(("CULL-1", "QRY-4", "QRY-7"), 16),
}
"""Clauses that need another number of programs, mostly more: some faults want a rare variant.

The numbers are those that kill one half of the mutants of each clause. The other half judges them:
``python -m tests.mutation.needed_programs`` prints how many of it die.
"""

FIRST_PROGRAMS: Mapping[str, int] = {
    **dict.fromkeys(("BUF-2", "LIST-1", "PATH-6"), 1),
    **dict.fromkeys(("LIST-4", "PATH-2"), 2),
    **dict.fromkeys(("DUR-2", "ISO-6", "KEYS-1"), 3),
    **dict.fromkeys(("DOC-5", "HIST-2", "PURGE-1", "QRY-4", "REC-8", "VAL-5"), 4),
    **dict.fromkeys(("RGX-2", "VAL-3"), 5),
    **dict.fromkeys(("AND-1", "LT-1", "NOT-1"), 7),
    **dict.fromkeys(("GLB-3", "RGX-1"), 9),
    **dict.fromkeys(("HIST-3", "HUB-2", "QRY-2"), 13),
    **dict.fromkeys(("ELEM-1", "OR-1"), 14),
    "BYT-2": 8,
    "KEYS-3": 10,
    "REC-11": 11,
}
"""Clauses whose first program is not number 0, because another one kills two more mutants or more
of the same half. It trades places with number 0, so a run shows its first failures sooner. ISO-9 is
left out, because all its programs come first.
"""


def program_count(clause: str, profile: Profile) -> int:
    """Return how many programs of a clause a profile has.

    >>> from taskdb_spec.conformance.core.config import PROFILES
    >>> [program_count(clause, PROFILES["quick"]) for clause in ("EQ-1", "EQ-4", "KEEP-1")]
    [8, 12, 1]
    """
    if clause in EXPENSIVE_CLAUSES:
        return EXPENSIVE_CLAUSES[clause]
    if not profile.is_frugal:
        return profile.targeted_programs
    return min(profile.targeted_programs, PROGRAM_COUNTS.get(clause, USUAL_PROGRAMS))


def program_number(clause: str, position: int) -> int:
    """Return which program of a clause stands at a position of its plan, or the reverse.

    >>> [program_number("PATH-2", position) for position in range(4)]
    [2, 1, 0, 3]
    """
    first = FIRST_PROGRAMS.get(clause, 0)
    return {0: first, first: 0}.get(position, position)


def iter_waves(most: int) -> Iterator[range]:
    """Yield the positions of the programs of each wave: one, one, two, four, then eight at a time.

    Small waves come first, so that the first failures show soon. Larger ones keep the messages
    between processes few.

    >>> list(iter_waves(10))
    [range(0, 1), range(1, 2), range(2, 4), range(4, 8), range(8, 10)]
    """
    start, size = 0, 1
    while start < most:
        yield range(start, min(start + size, most))
        start += size
        size = min(start, MOST_PROGRAMS_PER_BATCH)
