"""Deviations of the comparisons: `$eq` to `$nin`, and the order of values."""

from __future__ import annotations

from datetime import datetime
from operator import ge, gt, le, lt
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    FaultModel,
    StepwiseModel,
    mapped,
    with_comparison,
    with_methods,
    with_rewritten_query,
    with_rewritten_test,
    with_semantics,
    with_test,
)
from taskdb_spec.language import tree
from taskdb_spec.records.ordering import MISSING, class_of, sort_key

ORDERED = (tree.Lt, tree.Lte, tree.Gt, tree.Gte)
SINGLE = (tree.Eq, *ORDERED)
COMPARE = {tree.Lt: lt, tree.Lte: le, tree.Gt: gt, tree.Gte: ge}
SIGNS: dict[type, str] = {tree.Lt: "$lt", tree.Lte: "$lte", tree.Gt: "$gt", tree.Gte: "$gte"}

SIDES = "which side of the comparison the stored value is on"
BOUNDARY = "whether the comparison includes its operand"
NULLS = "what becomes of None in a comparison"
FOLDING = "collations, and comparisons that fold case"


def _instead(kind: type, other: type, words: str, hint: str) -> FaultModel:
    return with_rewritten_test(f"`{SIGNS[kind]}` {words}", hint, kind, lambda t: other(t.operand))


def null(value: object) -> bool:
    return value is None or value is MISSING


def _python(value: Any, test: Any) -> Any:
    """As Python compares; TypeError where it does not, but for None."""
    if null(value) or null(test.operand) or class_of(value) is class_of(test.operand):
        return None
    return COMPARE[type(test)](value, test.operand)


def _none_raises(value: Any, test: Any) -> Any:
    if null(value) != null(test.operand) or (null(value) and null(test.operand)):
        raise TypeError("None cannot be compared")
    return None


def _never(value: Any, test: Any) -> Any:
    return False if null(test.operand) else None


def _texts(key: Any) -> Any:
    """Compare texts by a key."""

    def holds(value: Any, test: Any) -> Any:
        if isinstance(test, tree.In):
            wanted = [key(o) for o in test.operands if isinstance(o, str)]
            return key(value) in wanted if isinstance(value, str) else None
        if not isinstance(value, str) or not isinstance(test.operand, str):
            return None
        one, other = key(value), key(test.operand)
        return one == other if isinstance(test, tree.Eq) else COMPARE[type(test)](one, other)

    return holds


def _by_class(value: Any, test: Any) -> Any:
    """Values of other classes are ordered by class, where they should not compare."""
    if class_of(value) is class_of(test.operand):
        return None
    return COMPARE[type(test)](sort_key(value), sort_key(test.operand))


def _with_nulls(test: Any, found: Any, right: Any) -> bool:
    """A complement that leaves out null rows, unless it asks about None."""
    operands = test.operands if isinstance(test, tree.Nin) else (test.operand,)
    absent = all(null(value) for value in found.candidates) and None not in operands
    return bool(right(found)) and not absent


def _folded(value: Any) -> Any:
    """A value with bools as ints."""
    return mapped(value, lambda item: int(item) if isinstance(item, bool) else item)


def _sorted(value: Any) -> Any:
    return mapped(value, lambda v: dict(sorted(v.items())) if isinstance(v, dict) else v)


def _normal(change: Any) -> Any:
    """Equality after both sides were changed."""

    def holds(value: Any, test: Any) -> Any:
        value = None if value is MISSING else value
        operands = test.operands if isinstance(test, tree.In) else (test.operand,)
        return sort_key(change(value)) in [sort_key(change(operand)) for operand in operands]

    return holds


def _not_a_number(value: Any, test: Any) -> Any:
    return False if isinstance(value, float) and value != value else None


def _one_or_true(value: Any, test: Any) -> Any:
    bools = isinstance(value, bool), isinstance(getattr(test, "operand", None), bool)
    return _normal(_folded)(value, test) if any(bools) or isinstance(test, tree.In) else None


def _texts_of_instants(self: StepwiseModel, check: Any) -> list[str]:
    self.parsed(check)
    selects = self.semantics.selector(self.parsed(mapped(check, _text_of)))
    as_given: dict[str, Any] = getattr(self, "as_given", {})
    return [
        msg_id
        for msg_id, record in self.records.items()
        if selects(mapped({**record, **as_given.get(msg_id, {})}, _text_of))
    ]


def _keep_as_given(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
    fields = StepwiseModel.normalize_record(self, msg_id, rec)
    kept: dict[str, Any] = self.__dict__.setdefault("as_given", {})
    kept[msg_id] = {**kept.get(msg_id, {}), **{name: rec[name] for name in rec if name in fields}}
    return fields


def _text_of(value: Any) -> Any:
    return str(value) if isinstance(value, datetime) else value


def _text_history(self: StepwiseModel) -> list[str]:
    def key(msg_id: str) -> Any:
        given = getattr(self, "as_given", {}).get(msg_id, {})
        return sort_key(_text_of(given.get("submitted")))

    return sorted(self.records, key=key)


def _refuse_none(name: str, operand: Any) -> Any:
    if name in ("$in", "$nin") and None in operand:
        raise ValueError("None has no place here")
    return operand


def _substring(value: Any, test: Any) -> bool:
    wanted = [operand for operand in test.operands if isinstance(operand, str)]
    if isinstance(value, str):
        return any(value in operand for operand in wanted)
    return sort_key(value) in map(sort_key, test.operands)


COMPARISONS = (
    _instead(tree.Lt, tree.Gt, "behaves as `>`", SIDES),
    _instead(tree.Gt, tree.Lt, "behaves as `<`", SIDES),
    _instead(tree.Lte, tree.Gte, "behaves as `>=`", SIDES),
    _instead(tree.Gte, tree.Lte, "behaves as `<=`", SIDES),
    _instead(tree.Lt, tree.Lte, "includes its operand", BOUNDARY),
    _instead(tree.Gt, tree.Gte, "includes its operand", BOUNDARY),
    _instead(tree.Lte, tree.Lt, "leaves its operand out", BOUNDARY),
    _instead(tree.Gte, tree.Gt, "leaves its operand out", BOUNDARY),
    with_test(
        "`$ne` leaves out records where the field is None",
        "the three values of SQL's logic, where NULL is neither equal nor unequal",
        tree.Ne,
        _with_nulls,
    ),
    with_test(
        "`$nin` leaves out records where the field is None",
        "the three values of SQL's logic, where NULL is neither in a list nor not in it",
        tree.Nin,
        _with_nulls,
    ),
    with_comparison("an order comparison with None raises TypeError", NULLS, ORDERED, _none_raises),
    with_comparison(
        "an order comparison of values of two classes raises TypeError",
        "comparisons that are made before the classes of the values are compared",
        ORDERED,
        _python,
    ),
    with_comparison("`$lte` and `$gte` of None match nothing", NULLS, (tree.Lte, tree.Gte), _never),
    with_comparison(
        "an order comparison takes values of other classes as less or greater",
        "the order of values of different classes, which is for sorting alone",
        ORDERED,
        _by_class,
    ),
    with_methods(
        "instants are compared as text",
        "how instants are stored: text of different offsets does not sort by time",
        select_ids=_texts_of_instants,
        normalize_record=_keep_as_given,
        get_history=_text_history,
    ),
    with_comparison(
        "texts are equal without regard to case", FOLDING, (tree.Eq, tree.In), _texts(str.casefold)
    ),
    with_comparison(
        "texts are ordered without regard to case", FOLDING, ORDERED, _texts(str.casefold)
    ),
    with_comparison(
        "texts are compared by their first character alone",
        "columns or indexes that cut",
        (*SINGLE, tree.In),
        _texts(lambda text: text[:1]),
    ),
    with_comparison(
        "texts are ordered by UTF-16",
        "the order of characters beyond the BMP",
        ORDERED,
        _texts(lambda text: text.encode("utf-16-be", "surrogatepass")),
    ),
    with_comparison(
        "blanks at the ends do not count in a comparison of texts",
        "columns of fixed width, and trimming",
        SINGLE,
        _texts(str.strip),
    ),
    with_comparison(
        "`$in` is a substring test", "the class of what is tested with `in`", tree.In, _substring
    ),
    with_rewritten_test(
        "None in the list of `$in` matches nothing",
        NULLS,
        tree.In,
        lambda t: tree.In(tuple(o for o in t.operands if o is not None)),
    ),
    with_rewritten_query(
        "None in the list of `$in` or `$nin` raises ValueError", NULLS, _refuse_none
    ),
    with_rewritten_test(
        "`$in` looks at the first item of its list alone",
        "loops that end too soon",
        tree.In,
        lambda t: tree.In(t.operands[:1]),
    ),
    with_rewritten_test(
        "`$in []` matches everything",
        "conditions made of an empty list",
        tree.In,
        lambda t: t if t.operands else tree.Not((t,)),
    ),
    with_rewritten_test(
        "`$nin []` matches nothing",
        "conditions made of an empty list",
        tree.Nin,
        lambda t: t if t.operands else tree.In(()),
    ),
    with_rewritten_test(
        "`$nin` behaves as `$in`", "negations", tree.Nin, lambda t: tree.In(t.operands)
    ),
    with_rewritten_test(
        "`$ne` behaves as `$eq`", "negations", tree.Ne, lambda t: tree.Eq(t.operand)
    ),
    with_comparison(
        "True equals 1",
        "stores without a boolean type, and Python's `True == 1`",
        (tree.Eq, tree.In),
        _one_or_true,
    ),
    with_comparison(
        "NaN is not equal to itself",
        "Python's and SQL's `nan == nan`",
        (tree.Eq, tree.In, tree.Lte, tree.Gte),
        _not_a_number,
    ),
    with_comparison(
        "the order of keys does not count where documents are compared",
        "Python's `==` of dicts, and jsonb",
        (tree.Eq, tree.In),
        _normal(_sorted),
    ),
    with_semantics(
        "`$eq None` matches only what is there and None",
        "fields that are absent",
        kinds=(tree.Eq,),
        changed=lambda self, test: _present(self.right(test), test),
    ),
)


def _present(right: Any, test: tree.Eq) -> Any:
    if test.operand is not None:
        return right
    return lambda found: any(value is None for value in found.candidates)
