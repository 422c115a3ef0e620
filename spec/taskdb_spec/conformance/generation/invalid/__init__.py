"""Calls that have to be refused, each with a sibling that has to be accepted.

One maker for each clause that refuses; a fault breaks one rule and no other.
"""

from taskdb_spec.conformance.generation.invalid.queries import KEYS, MALFORMED_QUERIES, NON_QUERIES
from taskdb_spec.conformance.generation.invalid.records import (
    VALUES_OUTSIDE_DOMAIN,
    PLACEMENTS,
    NON_STRING_IDS,
    RECORDS,
    invalid_fields,
)
from taskdb_spec.conformance.generation.invalid.registry import NAIVE_DATETIME
from taskdb_spec.conformance.generation.invalid.unclaimed import UNCLAIMED_QUERIES

__all__ = [
    "VALUES_OUTSIDE_DOMAIN",
    "PLACEMENTS",
    "KEYS",
    "NAIVE_DATETIME",
    "NON_STRING_IDS",
    "NON_QUERIES",
    "QUERIES",
    "RECORDS",
    "invalid_fields",
]

QUERIES = {**MALFORMED_QUERIES, **UNCLAIMED_QUERIES}
