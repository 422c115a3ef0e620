"""Open a store by its name, such as ``sqlite:tasks.db`` or ``module:callable``.

A package registers a callable for each kind of store in the entry point group ``taskdb.stores``.
The callable gets the text after the first colon and the `Role`, and returns the store. If it cannot
open the store, it raises a ValueError or an OSError whose text says why. A store that could not
read all its records has the attribute ``unreadable``: pairs of a msg_id and a reason. The copy
reports these records.

``module:callable`` names a callable that makes a store, as for ``taskdb check``. If it is a
`Backend`, its store is opened in the current folder.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal, TypeAlias

from taskdb_spec._text import collapse_whitespace, describe_error
from taskdb_spec.interface import TaskDB
from taskdb_spec.targets import TargetError, resolve

ENTRY_POINT_GROUP = "taskdb.stores"

Role: TypeAlias = Literal["source", "target"]
StoreOpener: TypeAlias = Callable[[str, Role], TaskDB]


class StoreError(Exception):
    """A store cannot be opened. The text says what is wrong, where, and what to do."""


def open_store(name: str, role: Role) -> TaskDB:
    """Open the store with that name.

    Args:
        name: ``kind:place`` or ``module:callable``.
        role: Whether the store is read as a source or written as a target.

    Raises:
        StoreError: No store has this name, or the store cannot be opened.

    >>> open_store("taskdb_spec.model:Model", "source").get_history()
    []
    """
    kind, colon, place = name.partition(":")
    if not colon:
        raise StoreError(f"{name}: this names no store; {_describe_names()}")
    registered = entry_points(group=ENTRY_POINT_GROUP)
    if kind not in registered.names:
        return _open_from_module(name)
    try:
        opener: StoreOpener = registered[kind].load()
        return opener(place, role)
    except Exception as error:  # an opener may raise anything, and a server may be away
        raise StoreError(f"{name}: {_describe_failure(error)}") from error


def _open_from_module(name: str) -> TaskDB:
    try:
        backend, _ = resolve(name)
    except TargetError as error:
        raise StoreError(f"{error}; {_describe_names()}") from error
    try:
        return backend.open(Path.cwd())
    except Exception as error:  # a store may raise anything
        raise StoreError(f"{name}: opening it failed with {_describe_failure(error)}") from error


def _describe_names() -> str:
    kinds = sorted(entry_points(group=ENTRY_POINT_GROUP).names)
    return (
        f"write kind:place, such as sqlite:tasks.db, where kind is one of {', '.join(kinds)}; "
        "or module:callable for a store of your own"
    )


def _describe_failure(error: BaseException) -> str:
    # Openers write the text of these classes for users, so the name of the class adds nothing.
    text = collapse_whitespace(error)
    is_written_for_users = isinstance(error, ValueError | OSError | ImportError) and text
    return text if is_written_for_users else describe_error(error)
