"""Targets for the command and its scripts: ``bench.contenders.faulty_targets:redis__LtIsLte``.

A script imports its backend in a fresh process, so each faulty backend needs a name.
"""

from __future__ import annotations

from typing import Any

from bench.contenders.faulty_stores import FAULTS, with_fault
from taskdb_spec.targets import resolve

SOUND = {
    "redis": "examples.redis_backend:backend",
    "diskcache": "examples.diskcache_backend:backend",
    "sqlite": "sqlite",
    "postgres": "postgres",
    "mongo": "mongo",
    "duckdb": "examples.duckdb_backend:backend",
    "tinydb": "examples.tinydb_backend:backend",
}
"""The targets of the sound stores, by name."""


def __getattr__(name: str) -> Any:
    """Return the backend ``<store>__<fault>``."""
    store, _, fault = name.partition("__")
    faults = {each.__name__: each for each in FAULTS}
    if store not in SOUND or fault not in faults:
        raise AttributeError(name)
    return with_fault(resolve(SOUND[store])[0], faults[fault])
