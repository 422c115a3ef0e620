"""Fault models of `$eq`, `$ne`, `$in`, `$nin`, and of the order operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    FaultModel,
    StepwiseModel,
    StepwiseSemantics,
)
from taskdb_spec.conformance.diagnosis.fault_models.constructors import (
    with_comparison,
    with_compiler,
    with_condition,
    with_rewritten_condition,
    with_rewritten_operands,
    with_steps,
)
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Condition
from taskdb_spec.language.paths import PathMatches
from taskdb_spec.records.ordering import MISSING, class_of, sort_key
from taskdb_spec.records.traversal import map_values

ORDERED = (tree.Lt, tree.Lte, tree.Gt, tree.Gte)
COMPARE: dict[type, Callable[[Any, Any], bool]] = {
    tree.Lt: lt,
    tree.Lte: le,
    tree.Gt: gt,
    tree.Gte: ge,
}

SIDES = "which side of the comparison the stored value is on"
BOUNDARY = "whether the comparison includes its operand"
NULLS = "what becomes of None in a comparison"
FOLDING = "collations, and comparisons that fold case"
EMPTY_LIST = "conditions made of an empty list"


def is_null(value: object) -> bool:
    """Return whether a value is None or missing, which SQL does not distinguish."""
    return value is None or value is MISSING


def _read_as(clause: str, name: str, hint: str, kind: type, other: type) -> FaultModel:
    """Make a fault model that reads one operator as another."""
    return with_rewritten_condition(clause, name, hint, kind, lambda node: other(node.operand))


# Order


def _compare_as_python(value: Any, node: Any) -> bool | None:
    """Compare values of two classes; Python raises TypeError for most of them, except for None."""
    if is_null(value) or is_null(node.operand) or class_of(value) is class_of(node.operand):
        return None
    return COMPARE[type(node)](value, node.operand)


def _raise_for_none(value: Any, node: Any) -> None:
    if is_null(value) or is_null(node.operand):
        raise TypeError("None cannot be compared")


def _match_nothing_for_none(_value: Any, node: Any) -> bool | None:
    return False if is_null(node.operand) else None


def _compare_across_classes(value: Any, node: Any) -> bool | None:
    """Compare values of two classes by the order that is meant for sorting only."""
    if class_of(value) is class_of(node.operand):
        return None
    return COMPARE[type(node)](sort_key(value), sort_key(node.operand))


def _compare_texts_by(key: Callable[[str], Any]) -> Callable[[Any, Any], bool | None]:
    def compare(value: Any, node: Any) -> bool | None:
        if isinstance(node, tree.In):
            wanted = [key(operand) for operand in node.operands if isinstance(operand, str)]
            return key(value) in wanted if isinstance(value, str) else None
        if not isinstance(value, str) or not isinstance(node.operand, str):
            return None
        one, other = key(value), key(node.operand)
        return bool(one == other) if isinstance(node, tree.Eq) else COMPARE[type(node)](one, other)

    return compare


# Timestamps compared as text. Equal instants with other offsets have other texts, so this fault
# model has to keep the values as they were given.


def _keep_given_values(self: Any, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    given: dict[str, Any] = self.__dict__.setdefault("given", {})
    given[msg_id] = {**given.get(msg_id, {}), **{name: rec[name] for name in rec if name in fields}}
    return fields


def _select_by_text(self: StepwiseModel, check: Any) -> list[str]:
    self.parse_query(check)
    selects = self.semantics.compile_selector(self.parse_query(map_values(check, _to_text)))
    given: dict[str, Any] = getattr(self, "given", {})
    return [
        msg_id
        for msg_id, record in self.records.items()
        if selects(map_values({**record, **given.get(msg_id, {})}, _to_text))
    ]


def _history_by_text(self: StepwiseModel) -> list[str]:
    given: dict[str, Any] = getattr(self, "given", {})
    return sorted(self.records, key=lambda m: sort_key(_to_text(given.get(m, {}).get("submitted"))))


def _to_text(value: Any) -> Any:
    return str(value) if isinstance(value, datetime) else value


# Equality and membership


def _exclude_nulls(node: Any, matches: PathMatches, correct: Condition) -> bool:
    """Exclude null values from a complement, as SQL does, unless it asks for None."""
    operands = node.operands if isinstance(node, tree.Nin) else (node.operand,)
    is_excluded = all(map(is_null, matches.candidates)) and None not in operands
    return bool(correct(matches)) and not is_excluded


def _equal_after(change: Callable[[Any], Any]) -> Callable[[Any, Any], bool | None]:
    """Compare the values after `change` was applied to both sides."""

    def compare(value: Any, node: Any) -> bool | None:
        value = None if value is MISSING else value
        operands = node.operands if isinstance(node, tree.In) else (node.operand,)
        return sort_key(change(value)) in [sort_key(change(operand)) for operand in operands]

    return compare


def _bools_to_ints(value: Any) -> Any:
    return map_values(value, lambda item: int(item) if isinstance(item, bool) else item)


def _sort_keys(value: Any) -> Any:
    return map_values(
        value, lambda item: dict(sorted(item.items())) if isinstance(item, dict) else item
    )


def _equal_bools_to_ints(value: Any, node: Any) -> bool | None:
    is_bool = isinstance(value, bool) or isinstance(getattr(node, "operand", None), bool)
    # A list of operands may contain a bool, also at depth, so `$in` always converts.
    if is_bool or isinstance(node, tree.In):
        return _equal_after(_bools_to_ints)(value, node)
    return None


def _nan_equals_nothing(value: Any, _node: Any) -> bool | None:
    return False if isinstance(value, float) and value != value else None


def _equal_only_if_present(self: StepwiseSemantics, node: tree.Eq) -> Condition:
    if node.operand is not None:
        return StepwiseSemantics.eq(self, node)
    return lambda matches: any(value is None for value in matches.candidates)


def _match_substrings(value: Any, node: Any) -> bool:
    if isinstance(value, str):
        return any(value in operand for operand in node.operands if isinstance(operand, str))
    return sort_key(value) in map(sort_key, node.operands)


def _refuse_none(operator: str, operand: Any) -> Any:
    if operator in ("$in", "$nin") and None in operand:
        raise ValueError("None has no place here")
    return operand


COMPARISON_OPERATORS = (
    _read_as("LT-1", "`$lt` behaves as `>`", SIDES, tree.Lt, tree.Gt),
    _read_as("GT-1", "`$gt` behaves as `<`", SIDES, tree.Gt, tree.Lt),
    _read_as("ORD-1", "`$lte` behaves as `>=`", SIDES, tree.Lte, tree.Gte),
    _read_as("ORD-1", "`$gte` behaves as `<=`", SIDES, tree.Gte, tree.Lte),
    _read_as("LT-1", "`$lt` includes its operand", BOUNDARY, tree.Lt, tree.Lte),
    _read_as("GT-1", "`$gt` includes its operand", BOUNDARY, tree.Gt, tree.Gte),
    _read_as("LTE-1", "`$lte` leaves its operand out", BOUNDARY, tree.Lte, tree.Lt),
    _read_as("ORD-1", "`$gte` leaves its operand out", BOUNDARY, tree.Gte, tree.Gt),
    with_condition(
        "NE-2",
        "`$ne` leaves out records where the field is None",
        "the three values of SQL's logic, where NULL is neither equal nor unequal",
        tree.Ne,
        _exclude_nulls,
    ),
    with_condition(
        "NIN-4",
        "`$nin` leaves out records where the field is None",
        "the three values of SQL's logic, where NULL is neither in a list nor not in it",
        tree.Nin,
        _exclude_nulls,
    ),
    with_comparison(
        "CMP-1",
        "an order comparison with None raises TypeError",
        NULLS,
        ORDERED,
        _raise_for_none,
    ),
    with_comparison(
        "CMP-2",
        "an order comparison of values of two classes raises TypeError",
        "comparisons that are made before the classes of the values are compared",
        ORDERED,
        _compare_as_python,
    ),
    with_comparison(
        "CMP-3",
        "`$lte` and `$gte` of None match nothing",
        NULLS,
        (tree.Lte, tree.Gte),
        _match_nothing_for_none,
    ),
    with_comparison(
        "CMP-1",
        "an order comparison takes values of other classes as less or greater",
        "the order of values of different classes, which is for sorting alone",
        ORDERED,
        _compare_across_classes,
    ),
    with_steps(
        "HIST-3",
        "instants are compared as text",
        "how instants are stored: text of different offsets does not sort by time",
        select_ids=_select_by_text,
        normalize_record=_keep_given_values,
        get_history=_history_by_text,
    ),
    with_comparison(
        "EQ-4",
        "texts are equal without regard to case",
        FOLDING,
        (tree.Eq, tree.In),
        _compare_texts_by(str.casefold),
    ),
    with_comparison(
        "LT-1",
        "texts are ordered without regard to case",
        FOLDING,
        ORDERED,
        _compare_texts_by(str.casefold),
    ),
    with_comparison(
        "EQ-4",
        "texts are compared by their first character alone",
        "columns or indexes that cut",
        (tree.Eq, tree.In, *ORDERED),
        _compare_texts_by(lambda text: text[:1]),
    ),
    with_comparison(
        "ORD-1",
        "texts are ordered by UTF-16",
        "the order of characters beyond the BMP",
        ORDERED,
        _compare_texts_by(lambda text: text.encode("utf-16-be", "surrogatepass")),
    ),
    with_comparison(
        "EQ-4",
        "blanks at the ends do not count in a comparison of texts",
        "columns of fixed width, and trimming",
        (tree.Eq, *ORDERED),
        _compare_texts_by(str.strip),
    ),
    with_comparison(
        "IN-1",
        "`$in` is a substring test",
        "the class of what is tested with `in`",
        tree.In,
        _match_substrings,
    ),
    with_rewritten_condition(
        "IN-2",
        "None in the list of `$in` matches nothing",
        NULLS,
        tree.In,
        lambda node: tree.In(tuple(item for item in node.operands if item is not None)),
    ),
    with_rewritten_operands(
        "IN-2", "None in the list of `$in` or `$nin` raises ValueError", NULLS, _refuse_none
    ),
    with_rewritten_condition(
        "IN-1",
        "`$in` looks at the first item of its list alone",
        "loops that end too soon",
        tree.In,
        lambda node: tree.In(node.operands[:1]),
    ),
    with_rewritten_condition(
        "IN-3",
        "`$in []` matches everything",
        EMPTY_LIST,
        tree.In,
        lambda node: node if node.operands else tree.Not((node,)),
    ),
    with_rewritten_condition(
        "NIN-4",
        "`$nin []` matches nothing",
        EMPTY_LIST,
        tree.Nin,
        lambda node: node if node.operands else tree.In(()),
    ),
    with_rewritten_condition(
        "QRY-3",
        "`$nin` behaves as `$in`",
        "negations",
        tree.Nin,
        lambda node: tree.In(node.operands),
    ),
    with_rewritten_condition(
        "QRY-3",
        "`$ne` behaves as `$eq`",
        "negations",
        tree.Ne,
        lambda node: tree.Eq(node.operand),
    ),
    with_comparison(
        "NUM-5",
        "True equals 1",
        "stores without a boolean type, and Python's `True == 1`",
        (tree.Eq, tree.In),
        _equal_bools_to_ints,
    ),
    with_comparison(
        "NUM-6",
        "NaN is not equal to itself",
        "Python's and SQL's `nan == nan`",
        (tree.Eq, tree.In, tree.Lte, tree.Gte),
        _nan_equals_nothing,
    ),
    with_comparison(
        "DOC-2",
        "the order of keys does not count where documents are compared",
        "Python's `==` of dicts, and jsonb",
        (tree.Eq, tree.In),
        _equal_after(_sort_keys),
    ),
    with_compiler(
        "PATH-2",
        "`$eq None` matches only what is there and None",
        "fields that are absent",
        tree.Eq,
        _equal_only_if_present,
    ),
)
"""The fault models of the comparison operators."""
