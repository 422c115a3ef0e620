"""All mutants by name; the backend of each is an attribute of this module, as targets are.

The target ``tests.mutants.catalogue:gt_is_lt`` is one.
"""

from __future__ import annotations

from types import ModuleType

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES

from . import (
    adding,
    arrays,
    buffers,
    caching,
    changing,
    culling,
    documents,
    durable,
    equality,
    errors,
    globs,
    history,
    isolation,
    logic,
    malformed,
    membership,
    nothing,
    numbers,
    order,
    overlooked,
    overlooked_queries,
    paths,
    presence,
    purging,
    reading,
    refusals,
    regexes,
    sharing,
    stale,
    unclaimed,
    values,
)
from .mutant import Mutant
from .store import Store

MODULES = (
    *(adding, changing, refusals, values, buffers, reading, equality, order, membership, malformed),
    *(history, purging, errors, isolation, sharing, caching, presence, globs, regexes, logic),
    *(documents, arrays, numbers, paths, unclaimed, durable, culling, nothing, overlooked, stale),
    overlooked_queries,
)


def of_module(module: ModuleType) -> list[Mutant]:
    """The mutants that a module defines."""
    named = [value for value in vars(module).values() if isinstance(value, Mutant)]
    return [*named, *getattr(module, "ANSWERED", [])]


MUTANTS: dict[str, Mutant] = {
    mutant.name: mutant for module in MODULES for mutant in of_module(module)
}

WHOLE: dict[str, Backend] = {
    "whole": Backend(name="whole", open=lambda workdir: Store(), capabilities=QUERY_CAPABILITIES),
    "whole_in_a_file": durable.in_a_file(durable.PickleStore, "whole_in_a_file"),
    "whole_with_limits": culling.limited(culling.CullingStore, "whole_with_limits"),
    "whole_nothing": nothing.storing_nothing(nothing.Nothing, "whole_nothing"),
}
"""The stores that the mutants break, before they are broken: these conform."""


def __getattr__(name: str) -> Backend:
    if name in MUTANTS:
        return MUTANTS[name].backend
    if name in WHOLE:
        return WHOLE[name]
    raise AttributeError(f"there is no mutant {name!r}")
