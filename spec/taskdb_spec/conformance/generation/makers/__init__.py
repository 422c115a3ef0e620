"""The makers of queries, one for each clause of the query language.

They register themselves when their modules are imported, which happens here.
"""

from taskdb_spec.conformance.generation.makers import core, logic, nested, patterns, roots
from taskdb_spec.conformance.generation.makers.making import MAKERS, Sample

__all__ = ["MAKERS", "Sample", "core", "logic", "nested", "patterns", "roots"]
