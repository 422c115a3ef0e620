"""The reference stores by the names of their classes, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from taskdb_reference.base import BaseDB

_HOMES = {
    "DictDB": "taskdb_reference.dictdb",
    "MongoDB": "taskdb_reference.mongo",
    "NoDB": "taskdb_reference.nodb",
    "PostgresDB": "taskdb_reference.postgres",
    "SQLiteDB": "taskdb_reference.sqlite",
}

STORE_NAMES = frozenset(_HOMES)


def store_class(name: str) -> type[BaseDB]:
    """The class of that name. Raises ImportError, which says what to install.

    >>> store_class("NoDB")
    <class 'taskdb_reference.nodb.NoDB'>
    """
    found: type[BaseDB] = getattr(import_module(_HOMES[name]), name)
    return found
