"""The declaration of a backend: how the suite opens its stores, and what the backend claims."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability, capability_set
from taskdb_spec.interface import TaskDB


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a store that culls.

    Attributes:
        record_limit: Maximum number of records; None means no limit.
        size_limit: Maximum size of all records in bytes; None means no limit.
        cull_fraction: Share of the records that the store removes when it exceeds a limit.
    """

    record_limit: int | None = None
    size_limit: int | None = None
    cull_fraction: float = 0.1


class CapabilitiesField:
    """The type of `Backend.capabilities`: set it to any names, read a set of `Capability`.

    This is a descriptor-typed field, as in the documentation of `dataclasses`. Type checkers
    therefore accept a collection of str as the argument, and know the exact type of the attribute.
    """

    def __get__(self, backend: object, owner: object = None) -> frozenset[Capability]:
        """Return the capabilities of `backend`; on the class itself, the default value."""
        if backend is None:
            return frozenset()
        return backend.__dict__["capabilities"]  # type: ignore[no-any-return]

    def __set__(self, backend: object, names: Collection[Capability | str]) -> None:
        """Validate the names and store them; see `capability_set`."""
        backend.__dict__["capabilities"] = capability_set(names)


def _discard_nothing(_workdir: Path) -> None:
    """Do nothing, because the suite removes the folder and all files in it."""


@dataclass(frozen=True)
class Backend:
    """The declaration of a backend.

    Attributes:
        name: The name in reports.
        open: Opens the store that is kept in a folder. If the same folder is opened again, the
            result must be the same store.
        capabilities: What the backend claims. The constructor accepts names or `Capability`.
        resolution: The resolution of the timestamps that the backend keeps.
        stores_nothing: True for a backend that discards all records, as NoDB does. Such a backend
            claims no capabilities, and only the clauses for it apply.
        open_limited: Opens a store with limits. The capability ``culling`` requires it.
        discard: Removes the stores that were opened in a folder or in one of its subfolders. Not
            needed if all data of a store is in files in its folder.
        reset: Empties an open store, as if it were new. With it, the suite uses one open store for
            many programs. Worth it if opening takes long.

    >>> from taskdb_spec.model import Model
    >>> Backend(name="model", open=lambda workdir: Model(), capabilities={"logic", "paths"}).name
    'model'
    """

    name: str
    open: Callable[[Path], TaskDB]
    capabilities: CapabilitiesField = CapabilitiesField()  # has no state, so all may share it
    resolution: Literal["microsecond", "millisecond"] = "microsecond"
    stores_nothing: bool = False
    open_limited: Callable[[Path, Limits], TaskDB] | None = None
    discard: Callable[[Path], None] = _discard_nothing
    reset: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        if self.resolution not in ("microsecond", "millisecond"):
            raise ValueError(
                f"resolution: must be 'microsecond' or 'millisecond', not {self.resolution!r}"
            )
        if Capability.culling in self.capabilities and self.open_limited is None:
            raise ValueError("the capability 'culling' needs open_limited, which sets the limits")
        if self.stores_nothing and self.capabilities:
            names = ", ".join(sorted(self.capabilities))
            raise ValueError(f"a backend that stores nothing can claim nothing: {names}")

    @property
    def query_capabilities(self) -> frozenset[Capability]:
        """The claimed capabilities that extend the query language."""
        return self.capabilities & QUERY_CAPABILITIES


def as_backend(target: Any) -> Backend:
    """Return the backend that `target` declares.

    Args:
        target: A `Backend`, an object with a `Backend` in its attribute ``taskdb_backend``, or a
            class or callable that makes an in-memory store with the capabilities of CORE.

    Raises:
        TypeError: `target` is none of these, or it needs arguments.
    """
    if isinstance(target, Backend):
        return target
    declared = getattr(target, "taskdb_backend", None)
    if isinstance(declared, Backend):
        return declared
    if not callable(target):
        raise TypeError(
            f"{target!r} is neither a Backend nor a class or callable that makes a store"
        )
    _check_needs_no_arguments(target)
    return Backend(name=getattr(target, "__name__", repr(target)), open=lambda _workdir: target())


def _check_needs_no_arguments(target: Callable[..., Any]) -> None:
    try:
        inspect.signature(target).bind()
    except TypeError as error:
        raise TypeError(
            f"{target!r} cannot be called without arguments ({error}); "
            "wrap it: Backend(name=..., open=lambda workdir: ...)"
        ) from None
    except ValueError:  # a builtin without a signature: only a call can show whether it fails
        return
