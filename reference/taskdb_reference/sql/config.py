"""The traits that the stores in SQL databases have in common."""

from __future__ import annotations

from typing import Any

from traitlets import Float, TraitError


class Seconds(Float[float, int | float]):
    """A number of seconds, 0 or more."""

    def validate(self, obj: Any, value: Any) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 10**6:  # in milliseconds, databases have 31 bits for it
            raise TraitError(f"{self.name} must be a number of seconds, 0 or more; not {value!r}")
        return float(value)
