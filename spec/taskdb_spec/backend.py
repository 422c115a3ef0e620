"""What the suite must know of a backend in order to check it."""

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
    """Limits of a store that culls; None is no limit. ``size_limit`` is in bytes."""

    record_limit: int | None = None
    size_limit: int | None = None
    cull_fraction: float = 0.1


def _kept_in_files(workdir: Path) -> None:
    """There is nothing to discard but the folder."""


@dataclass(frozen=True)
class Backend:
    """A backend, how it is opened, and what it claims.

    `open` opens the store that is kept under a folder; opening the same folder again reopens it.
    `open_limited` does so with limits, and is needed to claim ``culling``. A backend that
    `stores_nothing` claims nothing, and is held to NoDB's clauses alone. `discard` removes the
    stores that were opened under a folder, or under folders in it; a store that keeps all in files
    there needs none.

    >>> from taskdb_spec.model import Model
    >>> Backend(name="model", open=lambda workdir: Model(), capabilities={"logic", "paths"}).name
    'model'
    """

    name: str
    open: Callable[[Path], TaskDB]
    capabilities: Collection[Capability | str] = frozenset()
    resolution: Literal["microsecond", "millisecond"] = "microsecond"
    stores_nothing: bool = False
    open_limited: Callable[[Path, Limits], TaskDB] | None = None
    discard: Callable[[Path], None] = _kept_in_files

    def __post_init__(self) -> None:
        object.__setattr__(self, "capabilities", capability_set(self.capabilities))
        if self.resolution not in ("microsecond", "millisecond"):
            raise ValueError(f"resolution: {self.resolution!r} is no resolution of the contract")
        if Capability.culling in self.capabilities and self.open_limited is None:
            raise ValueError("the capability 'culling' needs open_limited, to set limits with")
        if self.stores_nothing and self.capabilities:
            claimed = ", ".join(sorted(self.claimed))
            raise ValueError(f"a backend that stores nothing can claim nothing: {claimed}")

    @property
    def claimed(self) -> frozenset[Capability]:
        """The capabilities that the backend claims, as a set of `Capability`."""
        return self.capabilities  # type: ignore[return-value]  # __post_init__ has made it one

    @property
    def query_capabilities(self) -> frozenset[Capability]:
        """The capabilities among them whose queries the backend answers."""
        return self.claimed & QUERY_CAPABILITIES


def as_backend(target: Any) -> Backend:
    """Take a `Backend` as it is, and a class or callable as an in-memory store with CORE.

    What has an attribute ``taskdb_backend`` says by it what it is. TypeError for anything else.
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
    _check_arity(target)
    return Backend(name=getattr(target, "__name__", repr(target)), open=lambda workdir: target())


def _check_arity(target: Callable[..., Any]) -> None:
    try:
        inspect.signature(target).bind()
    except TypeError as error:
        raise TypeError(
            f"{target!r} cannot be called without arguments ({error}); "
            "wrap it: Backend(name=..., open=lambda workdir: ...)"
        ) from None
    except ValueError:  # a builtin without a signature: only the call can tell
        return
