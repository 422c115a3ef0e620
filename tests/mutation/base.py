"""What a mutant is, and how a class of stores becomes one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES


@dataclass(frozen=True)
class Mutant:
    """A broken backend, the clause that the suite must blame, and what the backend does wrong."""

    name: str
    clause: str
    why: str
    backend: Backend


def broken(
    clause: str, why: str, capabilities: Any = QUERY_CAPABILITIES, **options: Any
) -> Callable[[type], Mutant]:
    """Make a class of stores in memory the mutant of its name."""

    def decorate(store: type) -> Mutant:
        name = snake_case(store.__name__)
        return Mutant(
            name,
            clause,
            why,
            Backend(
                name=name,
                open=lambda workdir: store(frozenset(capabilities)),
                capabilities=capabilities,
                **options,
            ),
        )

    return decorate


def snake_case(name: str) -> str:
    """The name of the mutant that a class becomes.

    >>> snake_case("GetIsCached")
    'get_is_cached'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
