"""What programs are made of: pools of values, records, queries, faults, scenarios.

The makers of queries register themselves when their modules are imported, which happens here.
"""

from taskdb_spec.conformance.generation import nested, patterns, queries

__all__ = ["nested", "patterns", "queries"]
