"""What one database writes differently from another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """How statements are written for one database.

    `table` holds the records. `mark` stands for a parameter. `text_among`, `time_among` and
    `contains` are conditions on a ``{column}`` with one parameter: that it is among some texts or
    instants, which `array` makes a parameter of; that its text contains another. `history` is the
    order of `get_history`.
    """

    table: str
    mark: str
    text_among: str
    time_among: str
    array: Callable[[list[Any]], Any]
    contains: str
    history: str
