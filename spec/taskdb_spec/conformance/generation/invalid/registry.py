"""The type of the generators of invalid input, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_spec.conformance.generation.values import (
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    ValueGenerator,
)

InvalidInputGenerator: TypeAlias = Callable[[ValueGenerator], tuple[Any, Any]]
"""Draws an argument that must be refused, and its valid counterpart (None: there is none)."""

NAIVE_DATETIME = datetime(2024, 2, 29, 12)


def invalid_input(
    table: dict[str, InvalidInputGenerator], clause: str
) -> Callable[[InvalidInputGenerator], InvalidInputGenerator]:
    """Register a function in the table, as the generator of invalid input for the clause."""

    def register(function: InvalidInputGenerator) -> InvalidInputGenerator:
        table[clause] = function
        return function

    return register


def draw_scalar_field(generator: ValueGenerator) -> str:
    """Draw the name of a root field that holds a text or a timestamp."""
    return generator.choice((*TEXT_FIELDS[:5], *TIMESTAMP_FIELDS[:4]))
