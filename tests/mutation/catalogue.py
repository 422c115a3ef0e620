"""All mutants by name; the backend of each is an attribute of this module, as targets are.

The target ``tests.mutation.catalogue:gt_is_lt`` is one.
"""

from __future__ import annotations

from types import ModuleType

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from tests.mutation import (
    add_get_close as adding,
)
from tests.mutation import (
    aliasing as isolation,
)
from tests.mutation import (
    arrays,
    culling,
    documents,
    equality,
    history,
    logic,
    overlooked,
    overlooked_queries,
    paths,
    stale,
)
from tests.mutation import (
    buffers_timestamps as buffers,
)
from tests.mutation import (
    capability_gates as unclaimed,
)
from tests.mutation import (
    comparison_operators as order,
)
from tests.mutation import (
    durability as durable,
)
from tests.mutation import (
    error_types as errors,
)
from tests.mutation import (
    exists as presence,
)
from tests.mutation import (
    find_and_keys as reading,
)
from tests.mutation import (
    glob as globs,
)
from tests.mutation import (
    in_nin as membership,
)
from tests.mutation import (
    null_store as nothing,
)
from tests.mutation import (
    numbers_bytes_mod as numbers,
)
from tests.mutation import (
    purge_and_hub as purging,
)
from tests.mutation import (
    query_validation as malformed,
)
from tests.mutation import (
    record_validation as refusals,
)
from tests.mutation import (
    regex as regexes,
)
from tests.mutation import (
    shared_state as sharing,
)
from tests.mutation import (
    stale_caches as caching,
)
from tests.mutation import (
    stored_values as values,
)
from tests.mutation import (
    update_drop as changing,
)
from tests.mutation.base import Mutant
from tests.mutation.store import Store

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
