"""Mutants of the order operators: clauses LT, LTE, GT, GTE, ORD-1, ORD-2 and CMP."""

from __future__ import annotations

from datetime import datetime
from operator import ge, gt, le, lt

from taskdb_spec.capabilities import CORE
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.language import tree
from tests.mutation.base import broken
from tests.mutation.decorators import (
    has_operators,
    with_comparison,
    with_condition,
    with_rewritten_condition,
    with_rewritten_operands,
)
from tests.mutation.equality import are_texts, drop_offset

ORDERED = (tree.Lt, tree.Lte, tree.Gt, tree.Gte)
COMPARE = {tree.Lt: lt, tree.Lte: le, tree.Gt: gt, tree.Gte: ge}


def is_text_or_datetime(test):
    """Return whether an operand is a str or datetime."""
    return isinstance(test.operand, str | datetime)


@with_rewritten_condition("LT-1", "$lt includes its operand", tree.Lt, capabilities=CORE)
def lt_is_lte(test):
    return tree.Lte(test.operand) if is_text_or_datetime(test) else test


@with_rewritten_condition("LT-1", "$lt is $gt", tree.Lt, capabilities=CORE)
def lt_is_gt(test):
    return tree.Gt(test.operand) if is_text_or_datetime(test) else test


@with_rewritten_condition("LTE-1", "$lte leaves its operand out", tree.Lte, capabilities=CORE)
def lte_is_lt(test):
    return tree.Lt(test.operand) if is_text_or_datetime(test) else test


@with_rewritten_condition("LTE-1", "$lte is $eq", tree.Lte, capabilities=CORE)
def lte_is_eq(test):
    return tree.Eq(test.operand)


@with_rewritten_condition("GT-1", "$gt is written b > a, and is $lt", tree.Gt, capabilities=CORE)
def gt_is_lt(test):
    return tree.Lt(test.operand)


@with_rewritten_condition("GT-1", "$gt includes its operand", tree.Gt, capabilities=CORE)
def gt_is_gte(test):
    return tree.Gte(test.operand) if is_text_or_datetime(test) else test


@with_rewritten_condition(
    "GT-1", "$gt includes an operand that is a datetime", tree.Gt, capabilities=CORE
)
def gt_of_an_instant_is_gte(test):
    return tree.Gte(test.operand) if isinstance(test.operand, datetime) else test


@with_rewritten_condition("GTE-1", "$gte leaves its operand out", tree.Gte, capabilities=CORE)
def gte_is_gt(test):
    return tree.Gt(test.operand) if is_text_or_datetime(test) else test


@with_rewritten_condition("GTE-1", "$gte is $lte", tree.Gte, capabilities=CORE)
def gte_is_lte(test):
    return tree.Lte(test.operand)


def compare_texts_by(key):
    """Return fn(value, test), which compares texts by a key."""

    def holds(value, test):
        if not are_texts(value, test):
            return None
        return COMPARE[type(test)](key(value), key(test.operand))

    return holds


@with_comparison("ORD-1", "text is ordered without regard to case", *ORDERED, capabilities=CORE)
def order_folds_case(value, test):
    return compare_texts_by(str.casefold)(value, test)


@with_comparison("ORD-1", "text is ordered by UTF-16", *ORDERED, capabilities=CORE)
def order_is_utf_16(value, test):
    return compare_texts_by(lambda text: text.encode("utf-16-be"))(value, test)


@with_comparison("ORD-1", "shorter text is less", *ORDERED, capabilities=CORE)
def order_is_by_length(value, test):
    return compare_texts_by(lambda text: (len(text), text))(value, test)


@with_comparison("ORD-1", "only the first character is compared", *ORDERED, capabilities=CORE)
def order_is_by_one_character(value, test):
    return compare_texts_by(lambda text: text[:1])(value, test)


@with_comparison(
    "ORD-1", "text is compared over the length of the shorter", *ORDERED, capabilities=CORE
)
def order_cuts_to_the_shorter(value, test):
    if not are_texts(value, test):
        return None
    length = min(len(value), len(test.operand))
    return compare_texts_by(lambda text: text[:length])(value, test)


def are_datetimes(value, test):
    """Return whether a value and the operand of a test are both datetimes."""
    return isinstance(value, datetime) and isinstance(test.operand, datetime)


@with_rewritten_operands(
    "ORD-2", "the offset of the operand is dropped", "$lt", "$lte", "$gt", "$gte", capabilities=CORE
)
def order_drops_the_offset(operand):
    return drop_offset(operand)


@with_comparison("LT-1", "instants are ordered to the second", *ORDERED, capabilities=CORE)
def order_is_to_the_second(value, test):
    if not are_datetimes(value, test):
        return None
    cut = test.operand.replace(microsecond=0)
    return COMPARE[type(test)](value.replace(microsecond=0), cut)


@with_comparison("LT-1", "instants are ordered to the millisecond", *ORDERED, capabilities=CORE)
def order_is_to_the_millisecond(value, test):
    if not are_datetimes(value, test):
        return None
    a, b = ((t, t.microsecond // 1000) for t in (value, test.operand))
    return COMPARE[type(test)](*((t.replace(microsecond=0), ms) for t, ms in (a, b)))


@with_comparison("LT-1", "instants are ordered by the day", *ORDERED, capabilities=CORE)
def order_is_by_the_day(value, test):
    return (
        COMPARE[type(test)](value.date(), test.operand.date())
        if are_datetimes(value, test)
        else None
    )


@with_condition("CMP-1", "None is less than everything", tree.Lt, tree.Lte, capabilities=CORE)
def none_is_less(test, found, holds):
    return holds or (is_text_or_datetime(test) and None in found.values)


@with_condition(
    "CMP-1", "a comparison with a field that is None raises", *ORDERED, capabilities=CORE
)
def none_cannot_be_compared(test, found, holds):
    if is_text_or_datetime(test) and None in found.values:
        raise TypeError("'<' not supported between 'NoneType' and 'str'")
    return holds


@with_condition(
    "CMP-1", "None is greater than every datetime", tree.Gt, tree.Gte, capabilities=CORE
)
def none_is_later(test, found, holds):
    return holds or (isinstance(test.operand, datetime) and None in found.values)


@with_comparison("CMP-2", "datetimes are compared with text as text", *ORDERED, capabilities=CORE)
def dates_are_compared_as_text(value, test):
    kinds = {type(value), type(test.operand)}
    return COMPARE[type(test)](str(value), str(test.operand)) if kinds == {str, datetime} else None


@with_comparison(
    "CMP-2", "a comparison of text with a datetime raises", *ORDERED, capabilities=CORE
)
def text_and_dates_cannot_be_compared(value, test):
    if {type(value), type(test.operand)} == {str, datetime}:
        raise TypeError("'<' not supported between 'str' and 'datetime'")


@with_comparison("CMP-2", "every text is less than every datetime", *ORDERED, capabilities=CORE)
def text_is_less_than_dates(value, test):
    if {type(value), type(test.operand)} != {str, datetime}:
        return None
    return COMPARE[type(test)](isinstance(value, datetime), isinstance(test.operand, datetime))


@with_rewritten_condition("CMP-3", "$lte None matches nothing", tree.Lte, capabilities=CORE)
def lte_none_matches_nothing(test):
    return tree.In(()) if test.operand is None else test


@with_rewritten_condition("CMP-3", "$gte None matches everything", tree.Gte, capabilities=CORE)
def gte_none_matches_everything(test):
    return tree.Nin(()) if test.operand is None else test


@with_rewritten_condition(
    "CMP-3", "$gte None matches what is not None", tree.Gte, capabilities=CORE
)
def gte_none_matches_the_others(test):
    return tree.Ne(None) if test.operand is None else test


@with_rewritten_condition("CMP-4", "$gt None matches what is not None", tree.Gt, capabilities=CORE)
def gt_none_matches_the_others(test):
    return tree.Ne(None) if test.operand is None else test


@with_rewritten_condition("CMP-4", "$lt None matches None", tree.Lt, capabilities=CORE)
def lt_none_matches_none(test):
    return tree.Eq(None) if test.operand is None else test


@with_condition("CMP-4", "$lt None raises", tree.Lt, capabilities=CORE)
def lt_none_raises(test, found, holds):
    if test.operand is None:
        raise TypeError("'<' not supported between 'NoneType' and 'NoneType'")
    return holds


@broken("GTE-1", "an index of times keeps one record of each that `$gte` includes", CORE)
class OneOfEqualTimes(StepwiseModel):
    def select_ids(self, check):
        found = super().select_ids(check)
        condition = check.get("submitted")
        if not has_operators(condition) or "$gte" not in condition:
            return found
        same = [m for m in found if self.records[m]["submitted"] == condition["$gte"]]
        return [msg_id for msg_id in found if msg_id not in same[1:]]


@with_comparison("CMP-2", "bytes and datetimes are greater than every bool", *ORDERED)
def bools_are_less_than_bytes_and_dates(value, test):
    if not isinstance(value, bytes | datetime) or not isinstance(test.operand, bool):
        return None
    return COMPARE[type(test)](1, 0)
