"""Conditions of a WHERE clause, and how they are put together.

A condition selects the rows for which it is TRUE; UNKNOWN, which SQL says of anything compared with
NULL, counts as FALSE. So AND and OR may take conditions as they are, and only a complement has to
say so: it is never written NOT. A condition that is not `exact` selects more rows than it should;
its complement would select fewer, and is therefore not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_LEAVES, MAX_NESTING = 500, 12
"""SQLite parses nothing deeper than 100 symbols, and no expression higher than 1,000."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL with one mark for each of `params`."""

    sql: str
    params: tuple[Any, ...] = ()
    exact: bool = True
    leaves: int = 1
    nesting: int = 0


ALWAYS, NEVER = Condition("TRUE"), Condition("FALSE")
UNDECIDED = Condition("TRUE", exact=False)
"""Every row may be one."""


def all_of(conditions: Iterable[Condition]) -> Condition:
    """The rows that all conditions select; without conditions, every row.

    >>> all_of([Condition("a = ?", (1,)), ALWAYS, Condition("b = ?", (2,))]).sql
    '(a = ? AND b = ?)'
    """
    parts = list(conditions)
    if NEVER in parts:
        return NEVER
    telling = [part for part in parts if part.sql != ALWAYS.sql]
    exact = all(part.exact for part in parts)
    if not telling:
        return ALWAYS if exact else UNDECIDED
    return _joined(" AND ", telling, exact)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """The rows that some condition selects; without conditions, none.

    >>> any_of([Condition("a = ?", (1,)), NEVER]).sql
    'a = ?'
    """
    parts = [part for part in conditions if part != NEVER]
    if ALWAYS in parts:
        return ALWAYS
    if UNDECIDED in parts:
        return UNDECIDED
    return _joined(" OR ", parts, all(part.exact for part in parts)) if parts else NEVER


def complement(condition: Condition) -> Condition:
    """The rows that the condition does not select.

    >>> complement(Condition("a = ?", (1,))).sql
    '(a = ?) IS NOT TRUE'
    >>> complement(Condition("a > ?", (1,), exact=False)).sql
    'TRUE'
    """
    if not condition.exact or condition.nesting >= MAX_NESTING:
        return UNDECIDED
    if condition in (ALWAYS, NEVER):
        return NEVER if condition == ALWAYS else ALWAYS
    sql = f"({condition.sql}) IS NOT TRUE"
    return Condition(sql, condition.params, True, condition.leaves, condition.nesting + 1)


def _joined(word: str, parts: list[Condition], exact: bool) -> Condition:
    leaves = sum(part.leaves for part in parts)
    nesting = max(part.nesting for part in parts) + 1
    if len(parts) == 1:
        [part] = parts
        return Condition(part.sql, part.params, exact, leaves, part.nesting)
    if leaves > MAX_LEAVES or nesting > MAX_NESTING:
        return UNDECIDED
    params = tuple(param for part in parts for param in part.params)
    return Condition(f"({word.join(part.sql for part in parts)})", params, exact, leaves, nesting)
