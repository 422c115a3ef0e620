"""The reference stores by the names of their classes, each imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from taskdb_reference.base import BaseDB

_HOMES = {
    "DictDB": ("taskdb_reference.dictdb", ""),
    "MongoDB": ("taskdb_reference.mongo", "mongo"),
    "NoDB": ("taskdb_reference.nodb", ""),
    "PostgresDB": ("taskdb_reference.postgres", "postgres"),
    "SQLiteDB": ("taskdb_reference.sqlite", ""),
}
"""Where each is, and the extra of this distribution that it needs."""

STORE_NAMES = frozenset(_HOMES)


def store_class(name: str) -> type[BaseDB]:
    """The class of that name. Raises ImportError, which says what to install.

    >>> store_class("NoDB")
    <class 'taskdb_reference.nodb.NoDB'>
    """
    module, extra = _HOMES[name]
    try:
        found: type[BaseDB] = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        if not extra:
            raise
        raise ImportError(
            f"{name} needs {error.name}: pip install 'taskdb-spec[{extra}]'"
        ) from error
    return found
