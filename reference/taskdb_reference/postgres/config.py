"""The traits that say where the store is."""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from traitlets import TraitError, Unicode

from taskdb_reference.sql.nul_escaping import encodes

MAX_NAMESPACE = 500
"""In characters; the namespace is part of every key, and keys have limits."""


class Url(Unicode[str, str]):
    """The url, or the keywords, of a PostgreSQL database; '' for one that is not known yet."""

    def validate(self, obj: Any, value: Any) -> str:
        # The value is not shown: there may be a password in it.
        if not isinstance(value, str):
            raise TraitError(f"{self.name} must be a str, not {type(value).__name__}")
        try:
            conninfo_to_dict(value)
        except ProgrammingError:
            raise TraitError(
                f"{self.name} must be as in postgresql://user@host:5432/database"
            ) from None
        return value


class Namespace(Unicode[str, str]):
    """A name of up to 500 characters."""

    def validate(self, obj: Any, value: Any) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= MAX_NAMESPACE or not encodes(value):
            raise TraitError(
                f"{self.name} must be a name of up to {MAX_NAMESPACE} characters; not {value!r}"
            )
        return value
