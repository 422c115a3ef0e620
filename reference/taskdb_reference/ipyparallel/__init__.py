"""The reference stores behind ipyparallel's Hub: classes to name in ``c.IPController.db_class``.

In ``ipcontroller_config.py``, or the same as options of ``ipcontroller``::

    c.IPController.db_class = "taskdb_reference.ipyparallel.SQLiteDB"
    c.SQLiteDB.filename = "history.db"

There are `DictDB`, `MongoDB`, `NoDB`, `PostgresDB` and `SQLiteDB`. Each takes the settings of the
reference store of that name, and is made when it is first asked for, so that none needs what
another one has to have installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taskdb_reference._lazy import on_demand, store_class

if TYPE_CHECKING:
    from taskdb_reference.ipyparallel.hub_store import HubStore


def _behind_the_hub(name: str) -> type[HubStore]:
    """The class of that name. Raises ImportError where a package that it needs is missing."""
    from taskdb_reference.ipyparallel.hub_store import hub_class

    return hub_class(store_class(name))


__getattr__: Callable[[str], type[HubStore]] = on_demand(globals(), _behind_the_hub)
