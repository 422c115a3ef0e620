"""Conditions of a WHERE clause, and their combinations.

A condition selects the rows for which it is TRUE. UNKNOWN, which SQL returns for most comparisons
with NULL, has the effect of FALSE. AND and OR may therefore combine conditions as they are. A
complement must not be written as NOT, because NOT UNKNOWN is UNKNOWN; it is written as IS NOT TRUE.

A condition that is not exact selects more rows than the query does. Its complement would select
fewer, and is therefore undecided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# SQLite's parser has a stack of 100 symbols, and expressions may have a height of 1,000. Larger
# conditions are undecided.
MAX_LEAVES, MAX_NESTING = 500, 12


@dataclass(frozen=True, slots=True)
class SqlCondition:
    """A SQL expression.

    Attributes:
        sql: The expression, with a placeholder for each parameter.
        params: The parameters.
        is_exact: Whether the condition selects only rows that the query selects.
        leaves: The number of comparisons in the expression.
        nesting: The number of nested AND, OR and IS NOT TRUE.
    """

    sql: str
    params: tuple[Any, ...] = ()
    is_exact: bool = True
    leaves: int = 1
    nesting: int = 0


ALWAYS, NEVER = SqlCondition("TRUE"), SqlCondition("FALSE")
UNDECIDED = SqlCondition("TRUE", is_exact=False)
"""Selects every row, and leaves the decision to the predicate."""


def all_of(conditions: Iterable[SqlCondition]) -> SqlCondition:
    """Combine conditions with AND; without conditions, select every row.

    >>> all_of([SqlCondition("a = ?", (1,)), ALWAYS, SqlCondition("b = ?", (2,))]).sql
    '(a = ? AND b = ?)'
    """
    parts = list(conditions)
    if NEVER in parts:
        return NEVER
    restricting = [part for part in parts if part.sql != ALWAYS.sql]
    is_exact = all(part.is_exact for part in parts)
    if not restricting:
        return ALWAYS if is_exact else UNDECIDED
    return _join(" AND ", restricting, is_exact=is_exact)


def any_of(conditions: Iterable[SqlCondition]) -> SqlCondition:
    """Combine conditions with OR; without conditions, select no row.

    >>> any_of([SqlCondition("a = ?", (1,)), NEVER]).sql
    'a = ?'
    """
    parts = [part for part in conditions if part != NEVER]
    if ALWAYS in parts:
        return ALWAYS
    if UNDECIDED in parts:
        return UNDECIDED
    return _join(" OR ", parts, is_exact=all(part.is_exact for part in parts)) if parts else NEVER


def complement(condition: SqlCondition) -> SqlCondition:
    """Select the rows that a condition does not select.

    >>> complement(SqlCondition("a = ?", (1,))).sql
    '(a = ?) IS NOT TRUE'
    >>> complement(SqlCondition("a > ?", (1,), is_exact=False)).sql
    'TRUE'
    """
    if not condition.is_exact or condition.nesting >= MAX_NESTING:
        return UNDECIDED
    if condition in (ALWAYS, NEVER):
        return NEVER if condition == ALWAYS else ALWAYS
    sql = f"({condition.sql}) IS NOT TRUE"
    nesting = condition.nesting + 1
    return SqlCondition(sql, condition.params, leaves=condition.leaves, nesting=nesting)


def _join(operator: str, parts: list[SqlCondition], *, is_exact: bool) -> SqlCondition:
    leaves = sum(part.leaves for part in parts)
    nesting = max(part.nesting for part in parts) + 1
    if len(parts) == 1:
        [part] = parts
        return SqlCondition(part.sql, part.params, is_exact, leaves, part.nesting)
    if leaves > MAX_LEAVES or nesting > MAX_NESTING:
        return UNDECIDED
    sql = f"({operator.join(part.sql for part in parts)})"
    params = tuple(param for part in parts for param in part.params)
    return SqlCondition(sql, params, is_exact, leaves, nesting)
