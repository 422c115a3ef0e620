"""Stores by name: ``sqlite:tasks.db``, ``mongodb://127.0.0.1/``, ``module:callable``.

A package that has stores registers, in the group ``taskdb.stores``, a callable for each kind: it is
called with what follows the colon, and with what the store is for, and returns the store. One that
cannot be opened is a ValueError or an OSError, whose text says why. A store that could not read
some of what it should has ``unreadable``, pairs of a msg_id and a reason: they are not copied.

A module's callable is one that makes a store, as for ``taskdb check``; a `Backend` there is opened
on the current folder.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal, TypeAlias

from taskdb_spec._text import collapse_whitespace, describe_error
from taskdb_spec.interface import TaskDB
from taskdb_spec.targets import TargetError, resolve

GROUP = "taskdb.stores"

Role: TypeAlias = Literal["source", "target"]
Opener: TypeAlias = Callable[[str, Role], TaskDB]


class StoreError(Exception):
    """A store that cannot be opened; the text says what is wrong, where, and what to do."""


def open_store(name: str, role: Role) -> TaskDB:
    """The store of that name, opened to read it as a source, or to write it as a target.

    Raises `StoreError`.

    >>> open_store("taskdb_spec.model:Model", "source").get_history()
    []
    """
    kind, colon, place = name.partition(":")
    if not colon:
        raise StoreError(f"{name}: this names no store; {_usage()}")
    registered = entry_points(group=GROUP)
    if kind not in registered.names:
        return _from_module(name)
    try:
        opener: Opener = registered[kind].load()
        return opener(place, role)
    except Exception as error:  # an opener may raise anything, and a server may be away
        raise StoreError(f"{name}: {_told(error)}") from error


def _from_module(name: str) -> TaskDB:
    try:
        backend, _ = resolve(name)
    except TargetError as error:
        raise StoreError(f"{error}; {_usage()}") from error
    try:
        return backend.open(Path.cwd())
    except Exception as error:  # a store may raise anything
        raise StoreError(f"{name}: opening it failed with {_told(error)}") from error


def _usage() -> str:
    kinds = sorted(entry_points(group=GROUP).names)
    return (
        f"write kind:place, such as sqlite:tasks.db, where kind is one of {', '.join(kinds)}; "
        "or module:callable for a store of your own"
    )


def _told(error: BaseException) -> str:
    text = collapse_whitespace(error)
    plain = isinstance(error, ValueError | OSError | ImportError) and text
    return text if plain else describe_error(error)
