"""Calls that have to be refused, each with a sibling that has to be accepted.

One maker for each clause that refuses; a fault breaks one rule and no other.
"""

from taskdb_spec.conformance.generation.invalid.queries import KEYS, MALFORMED, NO_QUERIES
from taskdb_spec.conformance.generation.invalid.records import (
    BEYOND,
    INSIDE,
    NO_IDS,
    RECORDS,
    bad_fields,
)
from taskdb_spec.conformance.generation.invalid.registry import NAIVE
from taskdb_spec.conformance.generation.invalid.unclaimed import UNCLAIMED

__all__ = [
    "BEYOND",
    "INSIDE",
    "KEYS",
    "NAIVE",
    "NO_IDS",
    "NO_QUERIES",
    "QUERIES",
    "RECORDS",
    "bad_fields",
]

QUERIES = {**MALFORMED, **UNCLAIMED}
