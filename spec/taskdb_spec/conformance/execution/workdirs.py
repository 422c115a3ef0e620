"""The folders that stores work in, one for each program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


class Workdirs:
    """Folders under a `parent`, no two of one name: a store may be kept by that of its folder.

    A folder that comes back empty goes out again under a new name, for to make and to remove one
    takes longer than many a program.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     workdirs = Workdirs(Path(parent))
    ...     first = workdirs.take()
    ...     workdirs.give_back(first)
    ...     second = workdirs.take()
    ...     first.exists(), second.exists(), first.name == second.name
    (False, True, False)
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._taken = 0
        self._empty: list[Path] = []

    def take(self) -> Path:
        """An empty folder of a new name."""
        folder = self._parent / f"{self._taken}"
        self._taken += 1
        if self._empty:
            return self._empty.pop().rename(folder)
        folder.mkdir(parents=True)
        return folder

    def give_back(self, folder: Path) -> None:
        """Take a folder back; what a store has left in it is removed."""
        if _is_empty(folder):
            self._empty.append(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _is_empty(folder: Path) -> bool:
    """Whether it is a folder, still, and has nothing in it."""
    try:
        return not os.listdir(folder)
    except OSError:
        return False
