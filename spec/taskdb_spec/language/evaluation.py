"""The meaning of each condition of the syntax tree (clauses EQ-* to MOD-*), as closures.

Input: a node of the tree. Output: a `Condition`, which says whether the node is true for the values
of a path, or a `Selector`, which says whether a query selects a record. Most conditions are true if
at least one candidate satisfies them; complements such as ``$ne`` are true if no candidate does.
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

Condition: TypeAlias = Callable[[PathMatches], bool]
ValuePredicate: TypeAlias = Callable[[Any], bool]
Selector: TypeAlias = Callable[[Mapping[str, Any]], bool]


def compile_condition(node: tree.Test) -> Condition:
    """Return the function that says whether a condition is true for the values of a path."""
    return _CONDITION_COMPILERS[type(node)](node)


def compile_selector(query: tree.Query) -> Selector:
    """Return the function that says whether a query selects a record."""
    return _SELECTOR_COMPILERS[type(query)](query)


def truncated_remainder(value: object, divisor: int) -> int | None:
    """Return the remainder that ``$mod`` compares (MOD-1, MOD-3, MOD-4).

    The value is truncated to an int of 64 bits. The remainder has the sign of the value. The result
    is None if the value is not a number, not finite, or too large.

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


def _some_candidate(predicate: ValuePredicate) -> Condition:
    def condition(matches: PathMatches) -> bool:
        return any(predicate(candidate) for candidate in matches.candidates)

    return condition


def _some_value(predicate: ValuePredicate) -> Condition:
    """Unlike `_some_candidate`, look at lists as a whole, never at their elements."""

    def condition(matches: PathMatches) -> bool:
        return any(predicate(value) for value in matches.values)

    return condition


def _complement(condition: Condition) -> Condition:
    def complemented(matches: PathMatches) -> bool:
        return not condition(matches)

    return complemented


def _equals(operand: Any) -> ValuePredicate:
    """Return the predicate for equality with `operand`; None also equals a missing value."""
    if type(operand) is str:  # most operands are; the comparison needs no sort key
        return lambda value: type(value) is str and value == operand
    wanted = sort_key(operand)
    return lambda value: sort_key(value) == wanted


def _never(_value: Any) -> bool:
    return False


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value


def _compile_eq(node: tree.Eq) -> Condition:
    return _some_candidate(_equals(node.operand))


def _compile_ne(node: tree.Ne) -> Condition:
    return _complement(_some_candidate(_equals(node.operand)))


def _order_compiler(
    compare: Callable[[Any, Any], bool], *, includes_equal: bool
) -> Callable[[tree.Lt | tree.Lte | tree.Gt | tree.Gte], Condition]:
    """Return the compiler of an order operator.

    A value compares only with operands of its own class (CMP-2). NaN only equals NaN (NUM-6).
    """

    def compile_comparison(node: tree.Lt | tree.Lte | tree.Gt | tree.Gte) -> Condition:
        operand = node.operand
        wanted, value_class = sort_key(operand), class_of(operand)
        if value_class is ValueClass.NULL or _is_nan(operand):
            return _some_candidate(_equals(operand) if includes_equal else _never)
        if value_class in (ValueClass.STRING, ValueClass.DATETIME):
            # Python orders str and datetime as the specification does, so no sort key is needed.
            return _some_candidate(
                lambda value: class_of(value) is value_class and compare(value, operand)
            )
        return _some_candidate(
            lambda value: (
                class_of(value) is value_class
                and not _is_nan(value)
                and compare(sort_key(value), wanted)
            )
        )

    return compile_comparison


def _compile_in(node: tree.In) -> Condition:
    wanted = frozenset(map(sort_key, node.operands))
    return _some_candidate(lambda value: sort_key(value) in wanted)


def _compile_nin(node: tree.Nin) -> Condition:
    return _complement(_compile_in(tree.In(node.operands)))


def _compile_all(node: tree.All) -> Condition:
    conditions = [_compile_eq(tree.Eq(operand)) for operand in node.operands]
    return lambda matches: bool(conditions) and all(condition(matches) for condition in conditions)


def _compile_exists(node: tree.Exists) -> Condition:
    is_present = _some_value(lambda value: value is not MISSING)
    return is_present if node.present else _complement(is_present)


def _compile_mod(node: tree.Mod) -> Condition:
    return _some_candidate(lambda value: truncated_remainder(value, node.divisor) == node.remainder)


def _compile_size(node: tree.Size) -> Condition:
    return _some_value(lambda value: isinstance(value, list) and len(value) == node.length)


def _compile_regex(node: tree.Regex) -> Condition:
    search = compile_regex(node.pattern, node.options).search
    return _some_candidate(lambda value: type(value) is str and search(value) is not None)


def _compile_glob(node: tree.Glob) -> Condition:
    match = re.compile(fnmatch.translate(node.pattern)).match
    return _some_candidate(lambda value: type(value) is str and match(value) is not None)


def _compile_conjunction(nodes: tuple[tree.Test, ...]) -> Condition:
    conditions = [compile_condition(node) for node in nodes]
    if len(conditions) == 1:
        return conditions[0]
    return lambda matches: all(condition(matches) for condition in conditions)


def _compile_not(node: tree.Not) -> Condition:
    return _complement(_compile_conjunction(node.tests))


def _compile_elem_match(node: tree.ElemMatch) -> Condition:
    condition = _compile_conjunction(node.tests)
    return _some_value(
        lambda value: (
            isinstance(value, list) and any(condition(single_match(item)) for item in value)
        )
    )


def _compile_elem_query(node: tree.ElemQuery) -> Condition:
    selects = compile_selector(node.query)

    def selects_item(item: object) -> bool:
        # A list inside the list counts as a dict with the indices as keys (ELEM-3).
        if isinstance(item, list):
            item = {str(index): value for index, value in enumerate(item)}
        return isinstance(item, dict) and selects(item)

    return _some_value(lambda value: isinstance(value, list) and any(map(selects_item, value)))


_CONDITION_COMPILERS: dict[type, Callable[[Any], Condition]] = {
    tree.Eq: _compile_eq,
    tree.Ne: _compile_ne,
    tree.Lt: _order_compiler(lt, includes_equal=False),
    tree.Lte: _order_compiler(le, includes_equal=True),
    tree.Gt: _order_compiler(gt, includes_equal=False),
    tree.Gte: _order_compiler(ge, includes_equal=True),
    tree.In: _compile_in,
    tree.Nin: _compile_nin,
    tree.All: _compile_all,
    tree.Exists: _compile_exists,
    tree.Mod: _compile_mod,
    tree.Size: _compile_size,
    tree.Regex: _compile_regex,
    tree.Glob: _compile_glob,
    tree.Not: _compile_not,
    tree.ElemMatch: _compile_elem_match,
    tree.ElemQuery: _compile_elem_query,
}


def _compile_field(query: tree.Field) -> Selector:
    path, condition = query.path, _compile_conjunction(query.tests)
    return lambda record: condition(resolve_path(record, path))


def _compile_and(query: tree.And) -> Selector:
    parts = [compile_selector(part) for part in query.parts]
    return lambda record: all(part(record) for part in parts)


def _compile_or(query: tree.Or) -> Selector:
    parts = [compile_selector(part) for part in query.parts]
    return lambda record: any(part(record) for part in parts)


def _compile_nor(query: tree.Nor) -> Selector:
    selects_any = _compile_or(tree.Or(query.parts))
    return lambda record: not selects_any(record)


_SELECTOR_COMPILERS: dict[type, Callable[[Any], Selector]] = {
    tree.Field: _compile_field,
    tree.And: _compile_and,
    tree.Or: _compile_or,
    tree.Nor: _compile_nor,
}
