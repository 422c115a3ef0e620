"""Lazy imports: import the module of a reference store when its class is first used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from taskdb_reference.base import BaseDB

_STORE_MODULES = {
    "DictDB": "taskdb_reference.memory.store",
    "MongoDB": "taskdb_reference.mongo",
    "NoDB": "taskdb_reference.nodb",
    "PostgresDB": "taskdb_reference.postgres",
    "SQLiteDB": "taskdb_reference.sqlite",
}

STORE_NAMES = frozenset(_STORE_MODULES)

Attribute = TypeVar("Attribute")


def import_store_class(name: str) -> type[BaseDB]:
    """Import the reference store of this name.

    Raises:
        ImportError: A package that the store needs is missing. The text says which to install.

    >>> import_store_class("NoDB")
    <class 'taskdb_reference.nodb.NoDB'>
    """
    store_class: type[BaseDB] = getattr(import_module(_STORE_MODULES[name]), name)
    return store_class


def lazy_attributes(
    namespace: dict[str, Any], create: Callable[[str], Attribute]
) -> Callable[[str], Attribute]:
    """Return a ``__getattr__`` for a module that has one attribute for each reference store.

    Args:
        namespace: The globals of the module. Created attributes are cached there.
        create: Creates the attribute for the name of a store.

    >>> namespace = {"__name__": "mine"}
    >>> lazy_attributes(namespace, import_store_class)("NoDB") is namespace["NoDB"]
    True
    >>> lazy_attributes(namespace, import_store_class)("RedisDB")
    Traceback (most recent call last):
    AttributeError: module 'mine' has no attribute 'RedisDB'
    """

    def get_attribute(name: str) -> Attribute:
        if name not in STORE_NAMES:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        attribute = create(name)
        namespace[name] = attribute
        return attribute

    return get_attribute
