"""The traits that hold limits: each value is checked when it is set."""

from __future__ import annotations

from typing import Any

from traitlets import Float, Int, TraitError


class Limit(Int[int | None, int | None]):
    """A whole number, 1 or more, or None for no limit.

    Where `Int` takes True for 1 and 5.0 for 5, this refuses: such a limit is a slip.
    """

    def validate(self, obj: Any, value: Any) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise TraitError(
                f"{self.name} must be a whole number, 1 or more, or None for no limit; "
                f"not {value!r}"
            )
        return value


class Fraction(Float[float, int | float]):
    """A number above 0 and up to 1."""

    def validate(self, obj: Any, value: Any) -> float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 < value <= 1:  # NaN is not above 0
            raise TraitError(f"{self.name} must be a number above 0 and up to 1; not {value!r}")
        return float(value)
