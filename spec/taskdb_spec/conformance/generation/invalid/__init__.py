"""Invalid input: arguments that must be refused, each with a valid counterpart.

The tables hold one generator for each clause that requires a refusal. An invalid input breaks the
rule of its clause and no other, so that a refusal, or its absence, is about this clause.
"""

from collections.abc import Set

from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.generation.invalid.queries import (
    INVALID_KEYS,
    MALFORMED_QUERIES,
    NON_QUERIES,
    draw_rare_operand_outside_domain,
)
from taskdb_spec.conformance.generation.invalid.records import (
    ID_OUTSIDE_DOMAIN,
    INVALID_RECORDS,
    NON_STRING_IDS,
    PLACEMENTS,
    RARE_INVALID_RECORDS,
    VALUES_OUTSIDE_DOMAIN,
    draw_invalid_fields,
)
from taskdb_spec.conformance.generation.invalid.registry import NAIVE_DATETIME
from taskdb_spec.conformance.generation.invalid.unclaimed import UNCLAIMED_QUERIES

__all__ = [
    "ID_OUTSIDE_DOMAIN",
    "INVALID_KEYS",
    "INVALID_QUERIES",
    "INVALID_RECORDS",
    "NAIVE_DATETIME",
    "NON_QUERIES",
    "NON_STRING_IDS",
    "PLACEMENTS",
    "RARE_INVALID_RECORDS",
    "VALUES_OUTSIDE_DOMAIN",
    "applicable_invalid_queries",
    "draw_invalid_fields",
    "draw_rare_operand_outside_domain",
]

INVALID_QUERIES = {**MALFORMED_QUERIES, **UNCLAIMED_QUERIES}
"""Generators of invalid queries, by clause.

The combinatorial programs rotate over this table, so its order is part of what a seed means.
"""


def applicable_invalid_queries(capabilities: Set[Capability]) -> list[str]:
    """Return the clauses of invalid queries that apply to a backend with these capabilities.

    They are sorted, so that a run does not depend on the order in which modules are imported.
    """
    return [
        clause
        for clause in sorted(INVALID_QUERIES, key=by_id)
        if clauses()[clause].applies_with(capabilities)
    ]
