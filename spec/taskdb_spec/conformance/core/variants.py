"""How a program is executed: what is read back, and what is avoided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class CapabilityScope(Enum):
    """What the queries of a program may use."""

    REQUIRED = "required"
    """Only the capabilities that the clause requires."""
    CLAIMED = "claimed"
    """All capabilities that the backend claims."""


class Audit(IntEnum):
    """When the records are compared with the model; a greater value compares more.

    A drop, a purge and a refused write are followed by a comparison in any case.
    """

    AT_END = 0
    """At the end of the program. Mostly one `find_records({})` compares all records."""
    EACH_WRITE = 1
    """Also after each write, but only the record that it wrote."""
    SOME_STEPS = 2
    """Also after every second step, but only two records, the second one in turn."""
    EACH_STEP = 3
    """After each step, with a `get_record` of every id, so that a failure shows where it arises."""


class Avoidance(Enum):
    """What of a program is left out, given what is known to fail."""

    NONE = "none"
    """Execute the program literally."""
    ADAPT = "adapt"
    """Leave out values that the backend is known to lose."""
    SKIP = "skip"
    """Also skip operations that exercise a failed clause."""


@dataclass(frozen=True)
class ProgramVariant:
    """One of the ways to execute a program."""

    scope: CapabilityScope
    audit: Audit
    avoidance: Avoidance

    @classmethod
    def number(cls, index: int) -> ProgramVariant:
        """Return the variant of the program with this number in its clause.

        The cycles have lengths 4, 8 and 2, so a clause sees the combinations in turn.

        >>> ProgramVariant.number(0).avoidance, ProgramVariant.number(3).audit
        (<Avoidance.SKIP: 'skip'>, <Audit.EACH_WRITE: 1>)
        """
        return cls(
            # Pairs alternate, so that each scope meets both kinds of avoidance.
            scope=CapabilityScope.CLAIMED if index // 2 % 2 else CapabilityScope.REQUIRED,
            # One variant in eight reads each record as soon as it is written: more would cost
            # much, and a read could repair a store whose reads corrupt it.
            audit=Audit.EACH_WRITE if index % 8 == 3 else Audit.AT_END,
            # Every second program does not skip: it may fail under a clause that is not known yet.
            avoidance=Avoidance.ADAPT if index % 2 else Avoidance.SKIP,
        )


UNTARGETED_VARIANT = ProgramVariant(CapabilityScope.CLAIMED, Audit.AT_END, Avoidance.SKIP)
"""The variant of an untargeted program, which is generated for no clause."""
