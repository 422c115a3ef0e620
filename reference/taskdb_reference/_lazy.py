"""The reference stores by the names of their classes, each imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from taskdb_reference.base import BaseDB

_HOMES = {
    "DictDB": "taskdb_reference.memory.store",
    "MongoDB": "taskdb_reference.mongo",
    "NoDB": "taskdb_reference.nodb",
    "PostgresDB": "taskdb_reference.postgres",
    "SQLiteDB": "taskdb_reference.sqlite",
}

STORE_NAMES = frozenset(_HOMES)

Made = TypeVar("Made")


def store_class(name: str) -> type[BaseDB]:
    """The class of that name. Raises ImportError, which says what to install.

    >>> store_class("NoDB")
    <class 'taskdb_reference.nodb.NoDB'>
    """
    found: type[BaseDB] = getattr(import_module(_HOMES[name]), name)
    return found


def on_demand(namespace: dict[str, Any], make: Callable[[str], Made]) -> Callable[[str], Made]:
    """The ``__getattr__`` of a module of these globals: it has the stores, as `make` makes them.

    >>> namespace = {"__name__": "mine"}
    >>> on_demand(namespace, store_class)("NoDB") is namespace["NoDB"]
    True
    >>> on_demand(namespace, store_class)("RedisDB")
    Traceback (most recent call last):
    AttributeError: module 'mine' has no attribute 'RedisDB'
    """

    def attribute(name: str) -> Made:
        if name not in STORE_NAMES:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        made = make(name)
        namespace[name] = made
        return made

    return attribute
