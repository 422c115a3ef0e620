"""What a fault is, and what many of them need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_spec.conformance.generation.values import TEXT_FIELDS, TIMESTAMP_FIELDS, ValueGenerator

InvalidInputGenerator: TypeAlias = Callable[[ValueGenerator], tuple[Any, Any]]
"""Draws what has to be refused, and its sibling that is fine (None: there is no sibling)."""


def invalid_input(
    table: dict[str, InvalidInputGenerator], clause: str
) -> Callable[[InvalidInputGenerator], InvalidInputGenerator]:
    """Put the function that is decorated into the table, as the fault of that clause."""

    def register(function: InvalidInputGenerator) -> InvalidInputGenerator:
        table[clause] = function
        return function

    return register


def __SEVERAL__(*values: Any) -> tuple[Any, ...]:
    """Values of all classes."""
    return values


def text_or_timestamp_field(generator: ValueGenerator) -> str:
    """A root field of text or time."""
    return generator.choice((*TEXT_FIELDS[:5], *TIMESTAMP_FIELDS[:4]))


NAIVE_DATETIME = datetime(2024, 2, 29, 12)
"""A datetime without a zone."""
