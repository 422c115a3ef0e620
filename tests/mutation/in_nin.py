"""Mutants of `$in` and `$nin`: clauses IN and NIN."""

from __future__ import annotations

from taskdb_spec.capabilities import CORE
from taskdb_spec.language import tree
from tests.mutation.decorators import (
    has_operators,
    with_comparison,
    with_condition,
    with_rewritten_condition,
    with_rewritten_operands,
    with_rewritten_operators,
    with_rewritten_query,
)


@with_rewritten_condition("IN-1", "$in looks at its last operand only", tree.In, capabilities=CORE)
def in_takes_the_last(test):
    return tree.In(test.operands[-1:])


@with_rewritten_condition("IN-1", "$in looks at its first operand only", tree.In, capabilities=CORE)
def in_takes_the_first(test):
    return tree.In(test.operands[:1])


@with_rewritten_condition(
    "IN-1", "$in leaves out the operands between the first and the last", tree.In, capabilities=CORE
)
def in_skips_the_middle(test):
    return tree.In(test.operands[:1] + test.operands[-1:])


@with_rewritten_condition(
    "IN-1", "$in with one operand only matches nothing", tree.In, capabilities=CORE
)
def in_of_one_matches_nothing(test):
    one = len(test.operands) == 1 and test.operands[0] is not None
    return tree.In(()) if one else test


@with_comparison("IN-1", "$in is a test for substrings", tree.In, capabilities=CORE)
def in_takes_substrings(value, test):
    if not isinstance(value, str):
        return None
    return any(value in operand for operand in test.operands if isinstance(operand, str))


@with_comparison("IN-1", "$in takes all text between its operands", tree.In, capabilities=CORE)
def in_is_a_range(value, test):
    operands = [operand for operand in test.operands if isinstance(operand, str)]
    if not isinstance(value, str) or not operands:
        return None
    return min(operands) <= value <= max(operands)


@with_rewritten_condition(
    "IN-2", "None among the operands of $in is ignored", tree.In, capabilities=CORE
)
def in_ignores_none(test):
    return tree.In(tuple(operand for operand in test.operands if operand is not None))


@with_condition(
    "IN-2", "$in matches nothing if None is among its operands", tree.In, capabilities=CORE
)
def in_with_none_matches_nothing(test, found, holds):
    return holds and None not in test.operands


@with_condition("IN-2", "$in raises where None is among its operands", tree.In, capabilities=CORE)
def in_with_none_raises(test, found, holds):
    if None in test.operands:
        raise TypeError("cannot bind None")
    return holds


@with_rewritten_condition("IN-3", "$in [] matches everything", tree.In, capabilities=CORE)
def in_nothing_matches_everything(test):
    return test if test.operands else tree.Nin(())


@with_condition("IN-3", "$in [] raises", tree.In, capabilities=CORE)
def in_nothing_raises(test, found, holds):
    if not test.operands:
        raise ValueError("syntax error near ')'")
    return holds


@with_rewritten_condition("IN-3", "$in [] matches None", tree.In, capabilities=CORE)
def in_nothing_matches_none(test):
    return test if test.operands else tree.Eq(None)


@with_rewritten_operands(
    "IN-4", "$in with more than 999 operands is refused", "$in", capabilities=CORE
)
def in_takes_999(operand):
    if isinstance(operand, list | tuple) and len(operand) > 999:
        raise ValueError("too many variables")
    return operand


@with_rewritten_condition(
    "IN-4", "$in looks at its first 1,000 operands only", tree.In, capabilities=CORE
)
def in_looks_at_1000(test):
    return tree.In(test.operands[:1000])


@with_rewritten_condition(
    "IN-4", "$nin looks at its first 1,000 operands only", tree.Nin, capabilities=CORE
)
def nin_looks_at_1000(test):
    return tree.Nin(test.operands[:1000])


@with_rewritten_condition(
    "NIN-1", "$nin ignores its last operand if there are several", tree.Nin, capabilities=CORE
)
def nin_ignores_the_last(test):
    return tree.Nin(test.operands[:-1]) if len(test.operands) > 1 else test


@with_condition("NIN-1", "$nin holds if some operand is not equal", tree.Nin, capabilities=CORE)
def nin_takes_any(test, found, holds):
    return holds or len(set(map(repr, test.operands))) > 1


@with_rewritten_condition("NIN-1", "$nin is $in", tree.Nin, capabilities=CORE)
def nin_is_in(test):
    return tree.In(test.operands) if test.operands and None not in test.operands else test


@with_condition("NIN-2", "$nin leaves None out", tree.Nin, capabilities=CORE)
def nin_leaves_none_out(test, found, holds):
    return holds and (not test.operands or None not in found.values)


@with_condition("NIN-2", "$nin with several operands leaves None out", tree.Nin, capabilities=CORE)
def nin_of_several_leaves_none_out(test, found, holds):
    return holds and (len(test.operands) < 2 or None not in found.values)


@with_condition(
    "NIN-3", "$nin matches nothing if None is among its operands", tree.Nin, capabilities=CORE
)
def nin_with_none_matches_nothing(test, found, holds):
    return holds and None not in test.operands


@with_rewritten_condition(
    "NIN-3", "None among the operands of $nin is ignored", tree.Nin, capabilities=CORE
)
def nin_ignores_none(test):
    return tree.Nin(tuple(operand for operand in test.operands if operand is not None))


@with_rewritten_condition("NIN-4", "$nin [] matches nothing", tree.Nin, capabilities=CORE)
def nin_nothing_matches_nothing(test):
    return test if test.operands else tree.In(())


@with_rewritten_condition("NIN-4", "$nin [] leaves None out", tree.Nin, capabilities=CORE)
def nin_nothing_leaves_none_out(test):
    return test if test.operands else tree.Ne(None)


@with_condition("NIN-4", "$nin [] raises", tree.Nin, capabilities=CORE)
def nin_nothing_raises(test, found, holds):
    if not test.operands:
        raise ValueError("syntax error near ')'")
    return holds


@with_rewritten_operands(
    "IN-5", "a str is taken for its characters", "$in", "$nin", capabilities=CORE
)
def in_takes_a_str(operand):
    return list(operand) if isinstance(operand, str) else operand


@with_rewritten_operands("IN-5", "a dict is taken for its keys", "$in", "$nin", capabilities=CORE)
def in_takes_a_dict(operand):
    return list(operand) if isinstance(operand, dict) else operand


@with_rewritten_operands(
    "IN-5", "None is taken for an empty list", "$in", "$nin", capabilities=CORE
)
def in_takes_none(operand):
    return [] if operand is None else operand


@with_rewritten_operands(
    "IN-5", "a scalar given to $nin is taken for a list of it", "$nin", capabilities=CORE
)
def nin_takes_a_scalar(operand):
    return operand if isinstance(operand, list | tuple | dict | set) else [operand]


@with_rewritten_operands("IN-5", "a tuple is refused", "$in", "$nin", capabilities=CORE)
def in_refuses_a_tuple(operand):
    if isinstance(operand, tuple):
        raise ValueError("must be a list")
    return operand


@with_rewritten_operands(
    "IN-6", "an operator document among the operands is ignored", "$in", "$nin", capabilities=CORE
)
def in_ignores_operators(operand):
    if not isinstance(operand, list | tuple):
        return operand
    return [item for item in operand if not has_operators(item)]


@with_rewritten_operators(
    "IN-6", "an operator document as the last operand of $nin is ignored", capabilities=CORE
)
def nin_ignores_a_last_operator(name, operand):
    if name == "$nin" and isinstance(operand, list) and operand and has_operators(operand[-1]):
        return name, operand[:-1]
    return name, operand


@with_rewritten_query(
    "IN-2", "None that is there twice does not count", strict=True, capabilities=CORE
)
def none_twice_is_none(check):
    def reword(condition):
        operands = condition.get("$in") if has_operators(condition) else None
        if not isinstance(operands, list) or operands.count(None) < 2:
            return condition
        return {**condition, "$in": [operand for operand in operands if operand is not None]}

    return {place: reword(condition) for place, condition in check.items()}
