"""The optional parts of the specification. A backend claims them by name."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Capability(StrEnum):
    """The name of an optional part. The rest of the specification, CORE, is required."""

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
"""The claim of a store that implements only the required part: no capabilities."""

ALL: Final[frozenset[Capability]] = frozenset(Capability)
"""Every capability."""

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
"""The capabilities that extend the query language."""

_ALL_NAMES: Final = ", ".join(Capability)


def capability_set(names: Collection[Capability | str]) -> frozenset[Capability]:
    """Return the capabilities with these names.

    Raises:
        ValueError: A name is unknown, or `names` is a str.

    >>> sorted(capability_set(["paths", Capability.logic]))
    [<Capability.logic: 'logic'>, <Capability.paths: 'paths'>]
    """
    refuse_str("capabilities", names)
    unknown = sorted(str(name) for name in names if name not in ALL)
    if unknown:
        raise ValueError(f"no such capability: {', '.join(unknown)}; there are: {_ALL_NAMES}")
    return frozenset(map(Capability, names))


def refuse_str(parameter: str, names: object) -> None:
    """Raise ValueError if `names` is a str, because its characters would count as the names.

    Args:
        parameter: The name of the parameter, for the message.
        names: The value of the parameter, which should be a collection of names.
    """
    if isinstance(names, str):
        raise ValueError(f"{parameter}: must be a set or list of names, not {str(names)!r}")
