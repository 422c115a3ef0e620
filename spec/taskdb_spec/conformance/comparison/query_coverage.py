"""Clause coverage of queries: which clauses a query exercises on one record.

A query exercises a clause if the class of the operand, the class of the stored value, and the path
are those that the clause is about. These clauses are the suspects if the answer is wrong about the
record. Input: the syntax tree of a query, and a record. Output: clause ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from taskdb_spec.language import tree
from taskdb_spec.language.paths import PathMatches, resolve_path
from taskdb_spec.records.ordering import MISSING, ValueClass, class_of
from taskdb_spec.records.traversal import iter_values

_ORDER_CLAUSES = {tree.Lt: "LT-1", tree.Lte: "LTE-1", tree.Gt: "GT-1", tree.Gte: "GTE-1"}
LONG_OPERAND_LIST = 1000
"""The number of operands from which a list counts as long (IN-4)."""
_COMPLEMENTS = (tree.Ne, tree.Nin, tree.Not)
_OPERATOR_CLAUSES = {
    tree.Size: "SIZE-1",
    tree.ElemMatch: "ELEM-1",
    tree.ElemQuery: "ELEM-3",
    tree.Regex: "RGX-1",
    tree.Glob: "GLB-1",
    tree.Not: "NOT-1",
    tree.All: "ALL-1",
    tree.Mod: "MOD-3",
}
PER_RECORD_CLAUSES = frozenset(
    {
        *("NE-2", "NE-3", "CMP-1", "CMP-2", "CMP-3", "CMP-4", "IN-2", "IN-3", "IN-4"),
        *("NIN-2", "NIN-3", "NIN-4", "NOT-2", "PATH-2", "PATH-3", "PATH-8", "LIST-3", "LIST-4"),
        *("NUM-2", "NUM-3", "NUM-4", "NUM-5", "MOD-3", "MOD-4", "PATH-1", "PATH-5", "PATH-6"),
        *("QRY-2", "QRY-3", "AND-1", "OR-1", "NOR-1", "GLB-1", "RGX-1"),
        *("LT-1", "LTE-1", "GT-1", "GTE-1", "LIST-5", "NOT-1", "NUM-6", "GLB-5", "RGX-3", "MOD-1"),
        *("EQ-3", "EQ-5", "ORD-2"),
    }
)
"""Clauses for which `exercised_clauses` decides for each single record.

Any other clause of the query language counts as exercised by a query that was generated for it.
"""


def exercised_clauses(
    query: tree.Query, record: Mapping[str, Any], *, with_offsets: bool
) -> set[str]:
    """Return the clauses that decide whether the query matches the record.

    Args:
        query: The syntax tree.
        record: The record.
        with_offsets: Whether a timestamp in the query, or in the record as the caller wrote it, is
            not in UTC. The model stores UTC only.
    """
    return set(_query_clauses(query, record, with_offsets=with_offsets))


def _query_clauses(
    query: tree.Query, record: Mapping[str, Any], *, with_offsets: bool
) -> Iterator[str]:
    if isinstance(query, tree.Field):
        found = resolve_path(record, query.path)
        if len(query.tests) > 1:
            yield "QRY-3"
        for test in query.tests:
            yield from _test_clauses(test, query.path, found, with_offsets=with_offsets)
            yield from _path_clauses(query.path, test, found, record)
        return
    if not query.parts:
        yield "QRY-1"
    else:
        yield {tree.And: "QRY-2", tree.Or: "OR-1", tree.Nor: "NOR-1"}[type(query)]
    for part in query.parts:
        yield from _query_clauses(part, record, with_offsets=with_offsets)


def _test_clauses(
    test: tree.Test, path: tree.Path, found: PathMatches, *, with_offsets: bool
) -> Iterator[str]:
    if isinstance(test, tree.Eq | tree.Ne):
        yield from _equality_clauses(test, path, found)
        yield from _operand_clauses(test.operand, path, found, ordered=False)
    elif isinstance(test, tree.In | tree.Nin):
        yield from _membership_clauses(test, path, found)
    elif isinstance(test, tree.Lt | tree.Lte | tree.Gt | tree.Gte):
        yield from _order_clauses(test, found, with_offsets=with_offsets)
        if _has_comparable_value(test.operand, found):
            yield from _operand_clauses(test.operand, path, found, ordered=True)
    elif isinstance(test, tree.Exists):
        yield "EXI-3" if path.rest else "EXI-1"
    elif isinstance(test, tree.All) and not test.operands:
        yield "ALL-2"
    else:
        yield from _optional_operator_clauses(test, path, found, with_offsets=with_offsets)


def _equality_clauses(
    test: tree.Eq | tree.Ne, path: tree.Path, found: PathMatches
) -> Iterator[str]:
    complement = isinstance(test, tree.Ne)
    if complement and test.operand is not None and not path.rest and found.values[0] is None:
        yield "NE-2"
    elif test.operand is None:
        yield "NE-3" if complement else "EQ-3"
    elif isinstance(test.operand, datetime):
        yield "NE-1" if complement else "EQ-5"
    else:
        yield "NE-1" if complement else "EQ-1"


def _membership_clauses(
    test: tree.In | tree.Nin, path: tree.Path, found: PathMatches
) -> Iterator[str]:
    name = "IN" if isinstance(test, tree.In) else "NIN"
    if not test.operands:
        yield "IN-3" if name == "IN" else "NIN-4"
        return
    if name == "NIN" and None not in test.operands and not path.rest and found.values[0] is None:
        yield "NIN-2"
        return
    yield f"{name}-1"
    if None in test.operands:
        yield "IN-2" if name == "IN" else "NIN-3"
    if len(test.operands) >= LONG_OPERAND_LIST:
        # Such a list has operands of all kinds, and is about nothing but its length.
        yield "IN-4"
        return
    for operand in test.operands:
        if isinstance(operand, datetime):
            yield "EQ-5"
        yield from _operand_clauses(operand, path, found, ordered=False)


def _order_clauses(
    test: tree.Lt | tree.Lte | tree.Gt | tree.Gte, found: PathMatches, *, with_offsets: bool
) -> Iterator[str]:
    if test.operand is None:
        yield "CMP-3" if isinstance(test, tree.Lte | tree.Gte) else "CMP-4"
        return
    value_class = class_of(test.operand)
    classes = {class_of(candidate) for candidate in found.candidates}
    if value_class in classes or not classes:
        yield _ORDER_CLAUSES[type(test)]
    if ValueClass.NULL in classes:
        yield "CMP-1"
    if classes - {ValueClass.NULL, value_class}:
        yield "CMP-2"
    if value_class is ValueClass.STRING and value_class in classes:
        yield "ORD-1"
    elif value_class is ValueClass.DATETIME and with_offsets:
        yield "ORD-2"


def _has_comparable_value(operand: Any, found: PathMatches) -> bool:
    """Return whether a value at the path can be less or greater than the operand."""
    # Numbers and booleans always count: no root field holds one, so a record without a comparable
    # value exercises the clauses about numbers in root fields as well.
    classes = {ValueClass.NUMBER, ValueClass.BOOL, *map(class_of, found.candidates)}
    return class_of(operand) in classes or not found.candidates


def _operand_clauses(
    operand: Any, path: tree.Path, found: PathMatches, *, ordered: bool
) -> Iterator[str]:
    """Yield the clauses of the operand's class, if it needs a capability."""
    value_class = class_of(operand)
    if value_class in (ValueClass.NUMBER, ValueClass.BOOL):
        yield from _number_clauses(operand, path, found, ordered=ordered)
    elif value_class is ValueClass.BYTES:
        yield "BYT-3" if ordered else "BYT-2" if path.rest else "BYT-1"
    elif value_class is ValueClass.DICT:
        yield "DOC-5" if ordered else "DOC-3" if not operand else "DOC-1"
        if any(str(key).startswith("$") for key in operand):
            yield "DOC-4"
        if any(isinstance(c, dict) and set(c) == set(operand) != set() for c in found.candidates):
            yield "DOC-2"
    elif value_class is ValueClass.LIST:
        yield "LIST-2" if ordered else "LIST-1"


def _number_clauses(
    operand: Any, path: tree.Path, found: PathMatches, *, ordered: bool
) -> Iterator[str]:
    if not path.rest:
        yield "NUM-1"
        return
    # The order of the tests is from the special to the general: NaN and booleans have clauses that
    # replace those about equality and order.
    numbers = [operand, *(c for c in found.candidates if isinstance(c, bool | int | float))]
    if any(isinstance(number, bool) for number in numbers):
        yield "NUM-5"
        return
    if any(number != number for number in numbers):
        yield "NUM-6"
        return
    yield "NUM-3" if ordered else "NUM-2"
    if any(abs(number) >= 2**53 for number in numbers):  # A float does not hold every such int.
        yield "NUM-4"


def _optional_operator_clauses(
    test: tree.Test, path: tree.Path, found: PathMatches, *, with_offsets: bool
) -> Iterator[str]:
    if isinstance(test, tree.Glob | tree.Regex):
        yield from _pattern_clauses(test, found)
        return
    if isinstance(test, tree.Not) and not path.rest and found.values[0] is None:
        yield "NOT-2"
    elif not isinstance(test, tree.Mod):
        yield _OPERATOR_CLAUSES[type(test)]
    if isinstance(test, tree.Mod):
        numbers = [c for c in found.candidates if type(c) in (int, float) and abs(c) < 2**63]
        yield "MOD-3" if numbers else "MOD-1"
        if any(number < 0 for number in numbers) or test.divisor < 0:
            yield "MOD-4"
    elif isinstance(test, tree.ElemQuery):
        yield "ELEM-1"
    elif isinstance(test, tree.Not | tree.ElemMatch):
        for inner in test.tests:
            yield from _test_clauses(inner, path, found, with_offsets=with_offsets)


def _pattern_clauses(test: tree.Glob | tree.Regex, found: PathMatches) -> Iterator[str]:
    texts = [isinstance(candidate, str) for candidate in found.candidates]
    # A path without any value exercises the operator as well: it must not match.
    if any(texts) or not texts:
        yield _OPERATOR_CLAUSES[type(test)]
        if isinstance(test, tree.Glob) and "[" in test.pattern:
            yield "GLB-3"
        if isinstance(test, tree.Regex) and test.options:
            yield "RGX-2"
    if not all(texts):
        yield "GLB-5" if isinstance(test, tree.Glob) else "RGX-3"


def _path_clauses(
    path: tree.Path, test: tree.Test, found: PathMatches, record: Mapping[str, Any]
) -> Iterator[str]:
    complement = isinstance(test, _COMPLEMENTS)
    if _compares_elements(test, found):
        yield "LIST-4" if complement else "LIST-3"
        if None in found.candidates or None in _operands_of(test):
            yield "LIST-5"
    if not path.rest:
        return
    if MISSING in found.candidates:
        yield "PATH-3" if complement else "PATH-2"
    elif not found.candidates:
        yield "PATH-8"
        if _has_numeric_step(path) and _leads_through_list(record.get(path.root), path.rest):
            yield "PATH-6"
        return
    else:
        yield "PATH-1"
    if any("." in key for key in _nested_keys(record.get(path.root))):
        yield "PATH-4"
    if _leads_through_list(record.get(path.root), path.rest):
        yield "PATH-6" if _has_numeric_step(path) else "PATH-5"
        if path.rest[-1].isdigit():
            yield "PATH-7"


def _compares_elements(test: tree.Test, found: PathMatches) -> bool:
    """Return whether elements of a list decide, and not the list as a whole."""
    if isinstance(test, tree.ElemMatch | tree.ElemQuery | tree.Size | tree.All):
        return False
    lists = [value for value in found.values if isinstance(value, list)]
    operands = _operands_of(test)
    if operands and all(isinstance(operand, list) for operand in operands):
        return any(isinstance(element, list) for value in lists for element in value)
    return bool(lists)


def _operands_of(test: tree.Test) -> Sequence[Any]:
    """Return the values that a test compares with."""
    if isinstance(test, tree.In | tree.Nin):
        return test.operands
    if isinstance(test, tree.Eq | tree.Ne | tree.Lt | tree.Lte | tree.Gt | tree.Gte):
        return (test.operand,)
    return ()


def _has_numeric_step(path: tree.Path) -> bool:
    """Return whether a step of the path looks like a list index, in any spelling."""
    return any(part.strip(" +-").isdigit() for part in path.rest)


def _nested_keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _nested_keys(item)


def _leads_through_list(value: Any, parts: Sequence[str]) -> bool:
    """Return whether the path meets a list before its last step is resolved."""
    if not parts or not isinstance(value, list | dict):
        return False
    return isinstance(value, list) or _leads_through_list(value.get(parts[0]), parts[1:])


def has_offsets(value: Any) -> bool:
    """Return whether a nested value is a timestamp that is not in UTC."""
    return any(isinstance(item, datetime) and bool(item.utcoffset()) for item in iter_values(value))
