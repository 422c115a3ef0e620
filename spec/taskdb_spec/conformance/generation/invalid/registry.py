"""What a fault is, and what many of them need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_spec.conformance.generation.values import TEXT_PLACES, TIME_PLACES, ValueGenerator

InvalidInput: TypeAlias = Callable[[ValueGenerator], tuple[Any, Any]]
"""Draws what has to be refused, and its sibling that is fine (None: there is no sibling)."""


def invalid_input(
    table: dict[str, InvalidInput], clause: str
) -> Callable[[InvalidInput], InvalidInput]:
    """Put the function that is decorated into the table, as the fault of that clause."""

    def register(function: InvalidInput) -> InvalidInput:
        table[clause] = function
        return function

    return register


def several(*values: Any) -> tuple[Any, ...]:
    """Values of all classes."""
    return values


def any_place(generator: ValueGenerator) -> str:
    """A root field of text or time."""
    return generator.choice((*TEXT_PLACES[:5], *TIME_PLACES[:4]))


NAIVE = datetime(2024, 2, 29, 12)
"""A datetime without a zone."""
