"""The traits that the stores in SQL databases share."""

from __future__ import annotations

from typing import Any

from traitlets import Float, TraitError

MAX_SECONDS = 10**6
"""Databases store a timeout in milliseconds in 31 bits."""


class Seconds(Float[float, int | float]):
    """A trait: a number of seconds, 0 or more."""

    def validate(self, _obj: Any, value: Any) -> float:
        """Return the valid value, or raise `TraitError`."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= MAX_SECONDS:
            raise TraitError(f"{self.name} must be a number of seconds, 0 or more; not {value!r}")
        return float(value)
