"""The limits of a store, as traits: each value is checked when it is set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from traitlets import Float, Int, TraitError, observe

from taskdb_reference.base import BaseDB
from taskdb_reference.culling import Culled
from taskdb_spec import Limits


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


class Limited(BaseDB):
    """The parent of the stores that may have limits, and cull records to keep to them.

    >>> Limited(record_limit=0)
    Traceback (most recent call last):
    traitlets.traitlets.TraitError: record_limit must be a whole number, 1 or more, or None for \
no limit; not 0
    """

    record_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""How many records the store holds at most; None, the default, for no limit.

        A write that takes it above the limit culls records until
        record_limit * (1 - cull_fraction) are left.""",
    ).tag(config=True)
    size_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""How many bytes the records hold at most; None, the default, for no limit.

        All that a record holds counts, not only its buffers. A write that takes the store above
        the limit culls records until size_limit * (1 - cull_fraction) bytes or less are left.""",
    ).tag(config=True)
    cull_fraction = Fraction(
        default_value=0.1,
        help="""The share of a limit that is freed when the store is above it, over 0 and up to 1.
        """,
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Raises `TraitError` for a limit that is none."""
        self._limits: Limits | None = None
        super().__init__(**traits)

    @observe("record_limit", "size_limit", "cull_fraction")
    def _set_limits(self, change: object) -> None:
        """Keep the limits, if there are any, where a write finds them faster than in traits."""
        limits = Limits(self.record_limit, self.size_limit, self.cull_fraction)
        unlimited = limits.record_limit is None and limits.size_limit is None
        self._limits = None if unlimited else limits

    def _tell(self, culled: Iterable[Culled], limits: Limits, written: str, size: int) -> None:
        """Log what went for a record just written, and that it is too large, if it is."""
        for part in culled:
            part.log(self.log)
        if limits.size_limit is not None and size > limits.size_limit:
            self.log.warning(
                "the record of msg_id %s, just written, holds %d bytes: more than size_limit, %d",
                *(written, size, limits.size_limit),
            )
