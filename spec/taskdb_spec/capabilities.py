"""The optional parts of the specification, each claimed by a backend by its name."""

from __future__ import annotations

from collections.abc import Collection
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

_ALL_NAMES: Final = ", ".join(Capability)


def capability_set(names: Collection[Capability | str]) -> frozenset[Capability]:
    """The capabilities of those names; ValueError for a name that is none, and for a bare str.

    >>> sorted(capability_set(["paths", Capability.logic]))
    [<Capability.logic: 'logic'>, <Capability.paths: 'paths'>]
    """
    refuse_str("capabilities", names)
    unknown = sorted(str(name) for name in names if name not in ALL)
    if unknown:
        raise ValueError(f"no such capability: {', '.join(unknown)}; there are: {_ALL_NAMES}")
    return frozenset(map(Capability, names))


def refuse_str(what: str, names: object) -> None:
    """ValueError for a bare str where names are due: its characters would be taken for them."""
    if isinstance(names, str):
        raise ValueError(f"{what}: must be a set or list of names, not {str(names)!r}")
