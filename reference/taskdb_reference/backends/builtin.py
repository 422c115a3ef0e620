"""Backend declarations of DictDB and NoDB, and of ipyparallel's DictDB and SQLiteDB."""

from __future__ import annotations

from pathlib import Path

from taskdb_reference.adapters import ipyparallel as ipyparallel_stores
from taskdb_reference.memory.store import DictDB
from taskdb_reference.nodb import NoDB
from taskdb_spec import Backend, Limits
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability


def _open_dict(_workdir: Path) -> DictDB:
    return DictDB()


def _open_limited_dict(_workdir: Path, limits: Limits) -> DictDB:
    return DictDB(
        record_limit=limits.record_limit,
        size_limit=limits.size_limit,
        cull_fraction=limits.cull_fraction,
    )


def _open_none(_workdir: Path) -> NoDB:
    return NoDB()


dict_backend = Backend(
    name="dict",
    open=_open_dict,
    capabilities=QUERY_CAPABILITIES | {Capability.culling},
    open_limited=_open_limited_dict,
)
none_backend = Backend(name="none", open=_open_none, stores_nothing=True)

# ipyparallel's stores claim the capabilities that ipyparallel's documentation describes.
ipyparallel_dict_backend = Backend(
    name="ipyparallel-dict",
    open=ipyparallel_stores.open_dict,
    capabilities={
        Capability.presence,
        Capability.arith,
        Capability.arrays,
        Capability.glob,
    },
)
ipyparallel_sqlite_backend = Backend(
    name="ipyparallel-sqlite",
    open=ipyparallel_stores.open_sqlite,
    capabilities={Capability.glob, Capability.durable},
)
