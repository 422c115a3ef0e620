"""The limits of a store as traits. Each value is validated when it is set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from traitlets import Float, Int, TraitError, observe

from taskdb_reference.base import BaseDB
from taskdb_reference.culling import CullResult
from taskdb_spec import Limits


class Limit(Int[int | None, int | None]):
    """A trait: a whole number of at least 1, or None for no limit.

    `Int` converts True to 1 and 5.0 to 5. This trait rejects both, because such a limit is likely
    to be a mistake.
    """

    def validate(self, _obj: Any, value: Any) -> int | None:
        """Return the valid value, or raise `TraitError`."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise TraitError(
                f"{self.name} must be a whole number, 1 or more, or None for no limit; "
                f"not {value!r}"
            )
        return value


class Fraction(Float[float, int | float]):
    """A trait: a number above 0 and up to 1."""

    def validate(self, _obj: Any, value: Any) -> float:
        """Return the valid value, or raise `TraitError`."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value <= 1:  # false for NaN as well
            raise TraitError(f"{self.name} must be a number above 0 and up to 1; not {value!r}")
        return float(value)


class CullingStore(BaseDB):
    """Base class of the stores that may have limits, and cull records to keep them.

    >>> CullingStore(record_limit=0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    traitlets.traitlets.TraitError: record_limit must be a whole number, 1 or more, ...; not 0
    """

    record_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""The maximum number of records in the store; None, the default, for no limit.

        A write that takes it above the limit culls records until
        record_limit * (1 - cull_fraction) are left.""",
    ).tag(config=True)
    size_limit = Limit(
        default_value=None,
        allow_none=True,
        help="""The maximum number of bytes that the records hold; None, the default, for no limit.

        All fields of a record count, not only its buffers. A write that takes the store above
        the limit culls records until size_limit * (1 - cull_fraction) bytes or less are left.""",
    ).tag(config=True)
    cull_fraction = Fraction(
        default_value=0.1,
        help="""The share of a limit that is freed when the store is above it, over 0 and up to 1.
        """,
    ).tag(config=True)

    def __init__(self, **traits: Any) -> None:
        """Create the store.

        Raises:
            TraitError: A limit is invalid.
        """
        self._limits: Limits | None = None
        super().__init__(**traits)

    @observe("record_limit", "size_limit", "cull_fraction")
    def _cache_limits(self, _change: object) -> None:
        """Copy the limits to a plain attribute, because each write reads it and traits are slow."""
        limits = Limits(self.record_limit, self.size_limit, self.cull_fraction)
        is_unlimited = limits.record_limit is None and limits.size_limit is None
        self._limits = None if is_unlimited else limits

    def _log_culling(
        self, results: Iterable[CullResult], limits: Limits, written: str, size: int
    ) -> None:
        """Log the culled ids, and warn if the record just written is above `size_limit` alone."""
        for result in results:
            result.write_to(self.log)
        if limits.size_limit is not None and size > limits.size_limit:
            self.log.warning(
                "the record of msg_id %s, just written, holds %d bytes: more than size_limit, %d",
                *(written, size, limits.size_limit),
            )
