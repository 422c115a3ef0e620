"""The optional parts of the specification, each claimed by a backend by its name."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Capability(StrEnum):
    """The name of an optional part; what a store must always have is CORE and has no name."""

    presence = "presence"
    glob = "glob"
    arith = "arith"
    logic = "logic"
    paths = "paths"
    documents = "documents"
    arrays = "arrays"
    bytes = "bytes"
    numbers = "numbers"
    regex = "regex"
    durable = "durable"
    crash_safe = "crash_safe"
    concurrent = "concurrent"
    shared = "shared"
    culling = "culling"


CORE: Final[frozenset[Capability]] = frozenset()
"""What every store must have: no capability beside it."""

ALL: Final[frozenset[Capability]] = frozenset(Capability)

QUERY_CAPABILITIES: Final[frozenset[Capability]] = frozenset(
    {
        Capability.presence,
        Capability.glob,
        Capability.arith,
        Capability.logic,
        Capability.paths,
        Capability.documents,
        Capability.arrays,
        Capability.bytes,
        Capability.numbers,
        Capability.regex,
    }
)
"""The capabilities that widen the query language."""
