"""What each test of the tree means (clauses EQ-* to MOD-*): one table of functions.

A `Check` says whether a test holds of what a path found. Most tests hold if *some candidate*
satisfies them; the complements say so in so many words.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

from taskdb_spec.language import tree
from taskdb_spec.language.paths import PathMatches, resolve_path, single_match
from taskdb_spec.language.patterns import compile_regex
from taskdb_spec.records.domain import INT_MAX, INT_MIN
from taskdb_spec.records.ordering import MISSING, ValueClass, class_of, sort_key

Check: TypeAlias = Callable[[PathMatches], bool]
OfValue: TypeAlias = Callable[[Any], bool]
Selector: TypeAlias = Callable[[Mapping[str, Any]], bool]


def some_candidate(holds: OfValue) -> Check:
    def check(found: PathMatches) -> bool:
        return any(holds(candidate) for candidate in found.candidates)

    return check


def some_value(holds: OfValue) -> Check:
    def check(found: PathMatches) -> bool:
        return any(holds(value) for value in found.values)

    return check


def complement(check: Check) -> Check:
    def complemented(found: PathMatches) -> bool:
        return not check(found)

    return complemented


def equal_to(operand: Any) -> OfValue:
    """Same class and equal; for None also what is missing."""
    if type(operand) is str:
        return lambda value: type(value) is str and value == operand
    wanted = sort_key(operand)
    return lambda value: sort_key(value) == wanted


def eq(test: tree.Eq) -> Check:
    return some_candidate(equal_to(test.operand))


def ne(test: tree.Ne) -> Check:
    return complement(some_candidate(equal_to(test.operand)))


def _ordered(holds: Callable[[Any, Any], bool], or_equal: bool) -> Callable[[Any], Check]:
    """An order comparison: within the operand's class only, and NaN only ever equals NaN."""

    def compile_comparison(test: tree.Lt | tree.Lte | tree.Gt | tree.Gte) -> Check:
        operand = test.operand
        wanted, value_class = sort_key(operand), class_of(operand)
        if value_class is ValueClass.NULL or _is_nan(operand):
            return some_candidate(equal_to(operand) if or_equal else lambda value: False)
        if value_class in (ValueClass.STRING, ValueClass.DATETIME):
            return some_candidate(
                lambda value: class_of(value) is value_class and holds(value, operand)
            )
        return some_candidate(
            lambda value: (
                class_of(value) is value_class
                and not _is_nan(value)
                and holds(sort_key(value), wanted)
            )
        )

    return compile_comparison


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value


def in_(test: tree.In) -> Check:
    wanted = frozenset(map(sort_key, test.operands))
    return some_candidate(lambda value: sort_key(value) in wanted)


def nin(test: tree.Nin) -> Check:
    return complement(in_(tree.In(test.operands)))


def all_(test: tree.All) -> Check:
    checks = [eq(tree.Eq(operand)) for operand in test.operands]
    return lambda found: bool(checks) and all(check(found) for check in checks)


def exists(test: tree.Exists) -> Check:
    present = some_value(lambda value: value is not MISSING)
    return present if test.present else complement(present)


def mod(test: tree.Mod) -> Check:
    return some_candidate(lambda value: truncated_remainder(value, test.divisor) == test.remainder)


def truncated_remainder(value: object, divisor: int) -> int | None:
    """The remainder with the dividend's sign, after truncation to int64; None where there is none.

    >>> truncated_remainder(-13, 4), truncated_remainder(12.7, 4), truncated_remainder("12", 4)
    (-1, 0, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    dividend = int(value)
    if not INT_MIN <= dividend <= INT_MAX:
        return None
    remainder = abs(dividend) % abs(divisor)
    return -remainder if dividend < 0 else remainder


def size(test: tree.Size) -> Check:
    return some_value(lambda value: isinstance(value, list) and len(value) == test.length)


def regex(test: tree.Regex) -> Check:
    search = compile_regex(test.pattern, test.options).search
    return some_candidate(lambda value: type(value) is str and search(value) is not None)


def glob(test: tree.Glob) -> Check:
    match = re.compile(fnmatch.translate(test.pattern)).match
    return some_candidate(lambda value: type(value) is str and match(value) is not None)


def all_of(tests: tuple[tree.Test, ...]) -> Check:
    checks = [compile_condition(test) for test in tests]
    if len(checks) == 1:
        return checks[0]
    return lambda found: all(check(found) for check in checks)


def not_(test: tree.Not) -> Check:
    return complement(all_of(test.tests))


def elem_match(test: tree.ElemMatch) -> Check:
    check = all_of(test.tests)
    return some_value(
        lambda value: isinstance(value, list) and any(check(single_match(item)) for item in value)
    )


def elem_query(test: tree.ElemQuery) -> Check:
    selects = selector(test.query)

    def selected(item: object) -> bool:
        if isinstance(item, list):
            item = {str(index): value for index, value in enumerate(item)}
        return isinstance(item, dict) and selects(item)

    return some_value(lambda value: isinstance(value, list) and any(map(selected, value)))


OPERATORS: dict[type, Callable[[Any], Check]] = {
    tree.Eq: eq,
    tree.Ne: ne,
    tree.Lt: _ordered(lt, or_equal=False),
    tree.Lte: _ordered(le, or_equal=True),
    tree.Gt: _ordered(gt, or_equal=False),
    tree.Gte: _ordered(ge, or_equal=True),
    tree.In: in_,
    tree.Nin: nin,
    tree.All: all_,
    tree.Exists: exists,
    tree.Mod: mod,
    tree.Size: size,
    tree.Regex: regex,
    tree.Glob: glob,
    tree.Not: not_,
    tree.ElemMatch: elem_match,
    tree.ElemQuery: elem_query,
}


def compile_condition(test: tree.Test) -> Check:
    """The check of one test of the tree."""
    return OPERATORS[type(test)](test)


def selector(query: tree.Query) -> Selector:
    """The function that says whether a record is selected by a parsed query."""
    return _SELECTORS[type(query)](query)


def _field(query: tree.Field) -> Selector:
    path, check = query.path, all_of(query.tests)
    return lambda record: check(resolve_path(record, path))


def _and(query: tree.And) -> Selector:
    parts = [selector(part) for part in query.parts]
    return lambda record: all(part(record) for part in parts)


def _or(query: tree.Or) -> Selector:
    parts = [selector(part) for part in query.parts]
    return lambda record: any(part(record) for part in parts)


def _nor(query: tree.Nor) -> Selector:
    either = _or(tree.Or(query.parts))
    return lambda record: not either(record)


_SELECTORS: dict[type, Callable[[Any], Selector]] = {
    tree.Field: _field,
    tree.And: _and,
    tree.Or: _or,
    tree.Nor: _nor,
}
