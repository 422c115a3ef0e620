"""The specification of IPython.parallel's task store: records, query language, interface, clauses.

`taskdb_spec.conformance` checks any backend against it. SPEC.md, beside this package, is the text.
"""

from taskdb_spec.backend import Backend, Limits
from taskdb_spec.capabilities import ALL, CORE, Capability
from taskdb_spec.interface import TaskDB
from taskdb_spec.language.compiler import Predicate, compile_query
from taskdb_spec.language.errors import (
    BadValue,
    MalformedOperand,
    QueryError,
    UnknownField,
    UnknownOperator,
    UnsupportedOperator,
)
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.queries import (
    completed,
    finished_on,
    mia,
    outstanding,
    pending,
    queued_on,
    unassigned,
)
from taskdb_spec.records.errors import (
    DuplicateRecord,
    RecordCulled,
    RecordError,
    RecordNotFound,
)
from taskdb_spec.records.fields import (
    TASK_FIELDS,
    EngineRecord,
    TaskRecord,
    checked_fields,
    new_record,
)

__version__ = "0.2.0.dev0"

__all__ = [
    "ALL",
    "CORE",
    "TASK_FIELDS",
    "Backend",
    "BadValue",
    "Capability",
    "DuplicateRecord",
    "EngineRecord",
    "Limits",
    "MalformedOperand",
    "Predicate",
    "QueryError",
    "RecordCulled",
    "RecordError",
    "RecordNotFound",
    "TaskDB",
    "TaskRecord",
    "UnknownField",
    "UnknownOperator",
    "UnsupportedOperator",
    "check_keys",
    "checked_fields",
    "compile_query",
    "completed",
    "finished_on",
    "mia",
    "new_record",
    "outstanding",
    "parse_query",
    "pending",
    "queued_on",
    "unassigned",
]
