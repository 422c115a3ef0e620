"""The traits for the database and the namespace of a store."""

from __future__ import annotations

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from traitlets import TraitError, Unicode

from taskdb_reference.sql.nul_escaping import is_encodable

MAX_NAMESPACE_LENGTH = 500
"""In characters. The namespace is part of every index key, and keys have a maximum length."""


class Url(Unicode[str, str]):
    """A trait: the url or the connection keywords of a PostgreSQL database; '' if not set."""

    def validate(self, _obj: Any, value: Any) -> str:
        """Return the valid value, or raise `TraitError`."""
        # The messages do not show the value, because it may contain a password.
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
    """A trait: a name of 1 to 500 characters."""

    def validate(self, _obj: Any, value: Any) -> str:
        """Return the valid value, or raise `TraitError`."""
        if (
            not isinstance(value, str)
            or not 0 < len(value) <= MAX_NAMESPACE_LENGTH
            or not is_encodable(value)
        ):
            raise TraitError(
                f"{self.name} must be a name of up to {MAX_NAMESPACE_LENGTH} characters; "
                f"not {value!r}"
            )
        return value
