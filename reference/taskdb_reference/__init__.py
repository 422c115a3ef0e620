"""Reference stores for the specification in `taskdb_spec`.

`DictDB` keeps records in memory, `NoDB` keeps none. Both are traitlets configurables, by `BaseDB`.
"""

from taskdb_reference.base import BaseDB
from taskdb_reference.composite import CompositeFilter
from taskdb_reference.dictdb import DictDB
from taskdb_reference.nodb import NoData, NoDB

__all__ = ["BaseDB", "CompositeFilter", "DictDB", "NoDB", "NoData"]
