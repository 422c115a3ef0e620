"""The differences between the SQL of the databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Dialect:
    """How statements are written for one database.

    Attributes:
        table: The name of the table with the records.
        placeholder: The text that stands for a parameter.
        text_in: A condition on a ``{column}``: its text is in the array that is the parameter.
        time_in: The same for a column of datetimes.
        to_array: Converts a list to such a parameter.
        contains: A condition on a ``{column}``: its text contains the parameter.
        history_order: The ORDER BY clause of `get_history`.
    """

    table: str
    placeholder: str
    text_in: str
    time_in: str
    to_array: Callable[[list[Any]], Any]
    contains: str
    history_order: str
