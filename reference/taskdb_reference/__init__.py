"""Reference stores for the specification in `taskdb_spec`.

`DictDB` keeps records in memory, `SQLiteDB` in a file, `PostgresDB` and `MongoDB` on a server, and
`NoDB` keeps none. All of them are traitlets configurables that inherit from `BaseDB`. The module of
a database store is imported on first use, so that one store does not need the packages of another.

>>> from taskdb_reference import SQLiteDB
>>> db = SQLiteDB(filename=":memory:")
>>> db.get_history()
[]
>>> db.close()
"""

from typing import TYPE_CHECKING

from taskdb_reference._lazy import import_store_class, lazy_attributes
from taskdb_reference.base import BaseDB
from taskdb_reference.composite_filter import CompositeFilter
from taskdb_reference.memory.store import DictDB
from taskdb_reference.nodb import NoData, NoDB

if TYPE_CHECKING:
    from taskdb_reference.mongo import MongoDB as MongoDB
    from taskdb_reference.postgres import PostgresDB as PostgresDB
    from taskdb_reference.sqlite import SQLiteDB
else:
    __getattr__ = lazy_attributes(globals(), import_store_class)

# Without MongoDB and PostgresDB, because `import *` and help() would fail without their packages.
__all__ = ["BaseDB", "CompositeFilter", "DictDB", "NoDB", "NoData", "SQLiteDB"]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
