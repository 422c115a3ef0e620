"""The reference stores behind ipyparallel's Hub, for ``c.IPController.db_class``.

In ``ipcontroller_config.py``, or as the same options of ``ipcontroller``::

    c.IPController.db_class = "taskdb_reference.ipyparallel.SQLiteDB"
    c.SQLiteDB.filename = "history.db"

The classes are `DictDB`, `MongoDB`, `NoDB`, `PostgresDB` and `SQLiteDB`. Each has the settings of
the reference store of the same name. A class is created on first use, so that one store does not
need the packages of another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taskdb_reference._lazy import import_store_class, lazy_attributes

if TYPE_CHECKING:
    from taskdb_reference.ipyparallel.hub_store import HubStore


def _create_hub_class(name: str) -> type[HubStore]:
    # Imported here, because it needs ipyparallel, which `taskdb_reference` does not require.
    from taskdb_reference.ipyparallel.hub_store import create_hub_class

    return create_hub_class(import_store_class(name))


__getattr__: Callable[[str], type[HubStore]] = lazy_attributes(globals(), _create_hub_class)
