"""The trait that says where the store is."""

from __future__ import annotations

import os
from typing import Any

from traitlets import TraitError, Unicode


class Filename(Unicode[str, str | os.PathLike[str]]):
    """A path, as a str or a Path, or ``:memory:``."""

    def validate(self, obj: Any, value: Any) -> str:
        path = os.fspath(value) if isinstance(value, os.PathLike) else value
        # SQLite takes '' for a file of its own, which goes when the store is closed.
        if not isinstance(path, str) or not path or "\0" in path:
            raise TraitError(f"{self.name} must be a path or ':memory:'; not {value!r}")
        return path
