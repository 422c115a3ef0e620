"""The stores whose source is changed, and their mutants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from taskdb_spec import Backend
from tests.mechanical.changes import Change, find_changes
from tests.mechanical.loading import load_copy


@dataclass(frozen=True)
class MutatedStore:
    """A store whose source is changed.

    Attributes:
        name: The name of the store.
        package: The package of which a mutant has a copy of its own.
        modules: The modules that are changed, by their names below the package.
        backend: The module and the name of the backend, below the package.
    """

    name: str
    package: str
    modules: tuple[str, ...]
    backend: str

    def source(self, module: str) -> str:
        """Return the source of a module."""
        spec = find_spec(f"{self.package}.{module}")
        if spec is None or spec.origin is None:
            raise ValueError(f"{self.package} has no module {module}")
        return Path(spec.origin).read_text(encoding="utf-8")

    def load(self, changed: Mapping[str, str]) -> Backend:
        """Return the backend of a new copy of the store.

        Args:
            changed: The changed source of some modules, by their names below the package.

        Raises:
            Exception: What the import of the changed source raises.
        """
        module, name = self.backend.split(":")
        sources = {f"{self.package}.{each}": text for each, text in changed.items()}
        copy = load_copy(self.package, f"{self.package}.{module}", sources)
        backend: Any = getattr(copy, name)
        assert isinstance(backend, Backend)
        return replace(backend, name="mechanical")


STORES: dict[str, MutatedStore] = {
    store.name: store
    for store in (
        MutatedStore(
            "independent",
            "tests.support.second_implementation",
            ("query_language", "store", "values"),
            "store:independent_backend",
        ),
        # Not those about locks, forks and settings: a run has one process and one thread.
        MutatedStore(
            "sqlite",
            "taskdb_reference",
            (
                *("sql.base_store", "sql.buffer_codec", "sql.columns", "sql.conditions"),
                *("sql.json_codec", "sql.nul_escaping", "sql.query_translation"),
                *("sqlite.culling", "sqlite.schema", "sqlite.store", "sqlite.transactions"),
                *("culling", "record_size"),
            ),
            "backends.sqlite:sqlite_backend",
        ),
    )
}


@dataclass(frozen=True)
class MechanicalMutant:
    """A store in whose source one thing is changed.

    Attributes:
        store: The store.
        module: The name of the changed module below the package.
        change: The change.
    """

    store: MutatedStore
    module: str
    change: Change

    @property
    def name(self) -> str:
        """A name that stays the same when the line moves."""
        return f"{self.store.name}:{self.module}:{self.change.name}"

    def load(self) -> Backend:
        """Return the backend, from a copy of the store that nothing else uses.

        Raises:
            Exception: What the import of the changed source raises.
        """
        return self.store.load({self.module: self.change.text})


@cache
def mutants_of(store: str) -> dict[str, MechanicalMutant]:
    """Return the mutants of a store by name, in the order of the source."""
    found = STORES[store]
    mutants = (
        MechanicalMutant(found, module, change)
        for module in found.modules
        for change in find_changes(found.source(module))
    )
    return {mutant.name: mutant for mutant in mutants}


def find_mutant(name: str) -> MechanicalMutant:
    """Return the mutant of a name."""
    return mutants_of(name.partition(":")[0])[name]
