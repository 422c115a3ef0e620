"""Reference stores for the specification in `taskdb_spec`.

`DictDB` keeps records in memory, `SQLiteDB` in a file, `PostgresDB` and `MongoDB` on a server, and
`NoDB` keeps none. All are traitlets configurables, by `BaseDB`. Those in databases are imported
when they are first asked for, so that none needs what another one has to have installed.

>>> from taskdb_reference import SQLiteDB
>>> db = SQLiteDB(filename=":memory:")
>>> db.get_history()
[]
>>> db.close()
"""

from typing import TYPE_CHECKING

from taskdb_reference._lazy import on_demand, store_class
from taskdb_reference.base import BaseDB
from taskdb_reference.composite_filter import CompositeFilter
from taskdb_reference.memory.store import DictDB
from taskdb_reference.nodb import NoData, NoDB

if TYPE_CHECKING:
    from taskdb_reference.mongo import MongoDB as MongoDB
    from taskdb_reference.postgres import PostgresDB as PostgresDB
    from taskdb_reference.sqlite import SQLiteDB
else:
    __getattr__ = on_demand(globals(), store_class)

# Without those that need a package: import * and help() would fail where it is not installed.
__all__ = ["BaseDB", "CompositeFilter", "DictDB", "NoDB", "NoData", "SQLiteDB"]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
