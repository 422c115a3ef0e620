"""The trait for the file of a store."""

from __future__ import annotations

import os
from typing import Any

from traitlets import TraitError, Unicode


class Filename(Unicode[str, str | os.PathLike[str]]):
    """A trait: a path, as a str or a Path, or ``:memory:``."""

    def validate(self, _obj: Any, value: Any) -> str:
        """Return the valid value, or raise `TraitError`."""
        path = os.fspath(value) if isinstance(value, os.PathLike) else value
        # SQLite opens a temporary file for an empty name, and deletes it on close.
        if not isinstance(path, str) or not path or "\0" in path:
            raise TraitError(f"{self.name} must be a path or ':memory:'; not {value!r}")
        return path
