"""What the stores in SQL databases raise where not the caller's record or query is at fault."""

from __future__ import annotations

from taskdb_reference.unavailable import StoreUnavailable


class StoreClosed(StoreUnavailable):
    """The store was closed before the call."""


class StoreRefused(ValueError):
    """The database holds what this version may not write to; it was left as it was."""
