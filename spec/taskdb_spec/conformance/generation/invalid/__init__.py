"""Invalid input: arguments that must be refused, each with a valid counterpart.

The tables hold one generator for each clause that requires a refusal. An invalid input breaks the
rule of its clause and no other, so that a refusal, or its absence, is about this clause.
"""

from taskdb_spec.conformance.generation.invalid.queries import (
    INVALID_KEYS,
    MALFORMED_QUERIES,
    NON_QUERIES,
)
from taskdb_spec.conformance.generation.invalid.records import (
    INVALID_RECORDS,
    NON_STRING_IDS,
    PLACEMENTS,
    VALUES_OUTSIDE_DOMAIN,
    draw_invalid_fields,
)
from taskdb_spec.conformance.generation.invalid.registry import NAIVE_DATETIME
from taskdb_spec.conformance.generation.invalid.unclaimed import UNCLAIMED_QUERIES

__all__ = [
    "INVALID_KEYS",
    "INVALID_QUERIES",
    "INVALID_RECORDS",
    "NAIVE_DATETIME",
    "NON_QUERIES",
    "NON_STRING_IDS",
    "PLACEMENTS",
    "VALUES_OUTSIDE_DOMAIN",
    "draw_invalid_fields",
]

INVALID_QUERIES = {**MALFORMED_QUERIES, **UNCLAIMED_QUERIES}
"""Generators of invalid queries, by clause.

The combinatorial programs rotate over this table, so its order is part of what a seed means.
"""
