"""Query generators: for each clause of the query language, a function that draws query cases.

The functions register themselves in `registry.QUERY_GENERATORS` when their modules are imported,
which happens here.
"""

from taskdb_spec.conformance.generation.queries import (
    core,
    logic,
    nested_paths,
    patterns,
    root_fields,
)
from taskdb_spec.conformance.generation.queries.registry import QUERY_GENERATORS, QueryCase

__all__ = [
    "QUERY_GENERATORS",
    "QueryCase",
    "core",
    "logic",
    "nested_paths",
    "patterns",
    "root_fields",
]
