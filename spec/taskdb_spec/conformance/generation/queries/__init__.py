"""The makers of queries, one for each clause of the query language.

They register themselves when their modules are imported, which happens here.
"""

from taskdb_spec.conformance.generation.queries import (
    core,
    logic,
    patterns,
)
from taskdb_spec.conformance.generation.queries import (
    nested_paths as nested,
)
from taskdb_spec.conformance.generation.queries import (
    root_fields as roots,
)
from taskdb_spec.conformance.generation.queries.registry import MAKERS, Sample

__all__ = ["MAKERS", "Sample", "core", "logic", "nested", "patterns", "roots"]
