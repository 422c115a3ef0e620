"""All mutants by name. The backend of each is an attribute of this module, so it is a target.

The target ``tests.mutation.catalogue:gt_is_lt`` is one.
"""

from __future__ import annotations

from types import ModuleType

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from tests.mutation import (
    add_get_close,
    aliasing,
    arrays,
    buffers_timestamps,
    capability_gates,
    comparison_operators,
    culling,
    documents,
    durability,
    equality,
    error_types,
    exists,
    find_and_keys,
    glob,
    history,
    in_nin,
    logic,
    null_store,
    numbers_bytes_mod,
    paths,
    purge_and_hub,
    query_validation,
    record_validation,
    regex,
    shared_state,
    stale_caches,
    stored_values,
    update_drop,
)
from tests.mutation.base import Mutant

MODULES = (
    *(add_get_close, aliasing, arrays, buffers_timestamps, capability_gates),
    *(comparison_operators, culling, documents, durability, equality, error_types, exists),
    *(find_and_keys, glob, history, in_nin, logic, null_store, numbers_bytes_mod, paths),
    *(purge_and_hub, query_validation, record_validation, regex, shared_state, stale_caches),
    *(stored_values, update_drop),
)


def mutants_of(module: ModuleType) -> list[Mutant]:
    """Return the mutants that a module defines."""
    named = [value for value in vars(module).values() if isinstance(value, Mutant)]
    return [*named, *getattr(module, "ANSWERED", [])]


MUTANTS: dict[str, Mutant] = {
    mutant.name: mutant for module in MODULES for mutant in mutants_of(module)
}

WHOLE: dict[str, Backend] = {
    "whole": Backend(
        name="whole", open=lambda _workdir: StepwiseModel(), capabilities=QUERY_CAPABILITIES
    ),
    "whole_in_a_file": durability.file_backend(durability.PickleStore, "whole_in_a_file"),
    "whole_with_limits": culling.limited_backend(culling.CullingStore, "whole_with_limits"),
    "whole_nothing": null_store.null_backend(null_store.NullStore, "whole_nothing"),
}
"""The conforming stores that the mutants are made of."""


def __getattr__(name: str) -> Backend:
    if name in MUTANTS:
        return MUTANTS[name].backend
    if name in WHOLE:
        return WHOLE[name]
    raise AttributeError(f"there is no mutant {name!r}")
