"""Mutants of numbers, bools, bytes and `$mod`: clauses NUM, BYT and MOD."""

from __future__ import annotations

from math import isfinite

from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import truncated_remainder
from tests.mutation.comparison_operators import COMPARE, ORDERED
from tests.mutation.decorators import with_comparison, with_condition, with_rewritten_operands


def is_number(value):
    """Return whether a value is an int or a float."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def are_numbers(value, test):
    """Return whether a value and the operand of a test are both numbers."""
    return is_number(value) and is_number(test.operand)


def are_bytes(value, test):
    """Return whether a value and the operand of a test are both bytes."""
    return isinstance(value, bytes) and isinstance(test.operand, bytes)


@with_comparison("NUM-1", "a number equals the text that reads like it", tree.Eq)
def numbers_equal_their_text(value, test):
    return (
        value == str(test.operand) if isinstance(value, str) and is_number(test.operand) else None
    )


@with_condition("NUM-1", "0 equals None", tree.Eq)
def zero_equals_none(test, found, holds):
    return holds or (is_number(test.operand) and test.operand == 0 and None in found.candidates)


@with_condition("NUM-1", "$ne with a number leaves out None", tree.Ne)
def ne_of_a_number_leaves_none_out(test, found, holds):
    return holds and not (is_number(test.operand) and None in found.values)


@with_comparison("NUM-1", "True equals every text that is not empty", tree.Eq)
def true_equals_text(value, test):
    return bool(value) if test.operand is True and isinstance(value, str) else None


@with_comparison("NUM-2", "1 does not equal 1.0", tree.Eq)
def ints_equal_no_floats(value, test):
    return repr(value) == repr(test.operand) if are_numbers(value, test) else None


@with_comparison("NUM-2", "0.0 does not equal -0.0", tree.Eq)
def zeros_have_signs(value, test):
    zeros = are_numbers(value, test) and value == test.operand == 0
    return str(float(value)) == str(float(test.operand)) if zeros else None


@with_comparison("NUM-2", "floats are equal to six digits", tree.Eq)
def floats_are_equal_to_six_digits(value, test):
    both = isinstance(value, float) and isinstance(test.operand, float)
    return f"{value:.6g}" == f"{test.operand:.6g}" if both else None


@with_comparison("NUM-3", "numbers are ordered as text", *ORDERED)
def numbers_are_ordered_as_text(value, test):
    if not are_numbers(value, test) or value != value or test.operand != test.operand:
        return None
    return COMPARE[type(test)](str(value), str(test.operand))


@with_comparison("NUM-3", "infinity is less than every number", *ORDERED)
def infinity_is_the_least(value, test):
    if not are_numbers(value, test) or float("inf") not in (value, test.operand):
        return None
    a, b = (-n if n == float("inf") else n for n in (value, test.operand))
    return False if a != a or b != b else COMPARE[type(test)](a, b)


@with_comparison("NUM-3", "an int is compared with ints only", *ORDERED)
def ints_compare_with_ints(value, test):
    return False if are_numbers(value, test) and type(value) is not type(test.operand) else None


@with_comparison("NUM-3", "numbers are ordered by their size without the sign", *ORDERED)
def order_ignores_the_sign(value, test):
    if not are_numbers(value, test) or value != value or test.operand != test.operand:
        return None
    return COMPARE[type(test)](abs(value), abs(test.operand))


@with_comparison("NUM-4", "ints are converted to floats for equality", tree.Eq)
def equality_converts_ints(value, test):
    return float(value) == float(test.operand) if are_exact_numbers(value, test) else None


def are_exact_numbers(value, test):
    """Return whether a value and the operand of a test are both numbers other than NaN."""
    return are_numbers(value, test) and value == value and test.operand == test.operand


@with_comparison("NUM-4", "ints are converted to floats for order", *ORDERED)
def order_converts_ints(value, test):
    return (
        COMPARE[type(test)](float(value), float(test.operand))
        if are_exact_numbers(value, test)
        else None
    )


@with_comparison("NUM-5", "True equals 1", tree.Eq)
def true_is_one(value, test):
    kinds = {type(value), type(test.operand)}
    return value == test.operand if kinds in ({bool, int}, {bool, float}) else None


@with_comparison("NUM-5", "True equals 1 among the operands of $in", tree.In)
def true_is_one_in_membership(value, test):
    one = isinstance(value, int | float) and value == value
    return value in [o for o in test.operands if isinstance(o, int | float)] if one else None


@with_comparison("NUM-5", "bools compare with numbers", *ORDERED)
def bools_compare_with_numbers(value, test):
    kinds = {type(value), type(test.operand)}
    mixed = kinds in ({bool, int}, {bool, float}) and value == value
    return COMPARE[type(test)](value, test.operand) if mixed else None


@with_comparison("NUM-5", "True is less than False", *ORDERED)
def true_is_less_than_false(value, test):
    both = isinstance(value, bool) and isinstance(test.operand, bool)
    return COMPARE[type(test)](test.operand, value) if both else None


def is_nan(value):
    """Return whether a value is NaN."""
    return isinstance(value, float) and value != value


@with_comparison("NUM-6", "NaN equals nothing", tree.Eq)
def nan_equals_nothing(value, test):
    return False if is_nan(test.operand) else None


@with_comparison("NUM-6", "NaN is less than every number", tree.Lt, tree.Lte)
def nan_is_the_least(value, test):
    return True if is_nan(value) and is_number(test.operand) else None


@with_comparison("NUM-6", "$lte and $gte NaN match nothing", tree.Lte, tree.Gte)
def nan_is_not_even_itself(value, test):
    return False if is_nan(test.operand) else None


@with_comparison("NUM-6", "every number is greater than NaN", tree.Gt, tree.Gte)
def numbers_are_greater_than_nan(value, test):
    return True if is_nan(test.operand) and is_number(value) and not is_nan(value) else None


@with_comparison("BYT-1", "bytes equal the text that they encode", tree.Eq)
def bytes_equal_text(value, test):
    both = isinstance(value, str) and isinstance(test.operand, bytes)
    return value.encode() == test.operand if both else None


@with_condition("BYT-1", "$ne with bytes leaves None out", tree.Ne)
def ne_of_bytes_leaves_none_out(test, found, holds):
    return holds and not (isinstance(test.operand, bytes) and None in found.values)


@with_condition("BYT-1", "$nin with bytes matches nothing", tree.Nin)
def nin_of_bytes_matches_nothing(test, found, holds):
    return holds and not any(isinstance(operand, bytes) for operand in test.operands)


@with_comparison("BYT-2", "bytes are equal up to the first NUL", tree.Eq)
def bytes_are_equal_to_nul(value, test):
    both = are_bytes(value, test)
    return value.partition(b"\0")[0] == test.operand.partition(b"\0")[0] if both else None


@with_comparison("BYT-2", "bytes are equal if they have the same length", tree.Eq)
def bytes_are_equal_by_length(value, test):
    return len(value) == len(test.operand) if are_bytes(value, test) else None


@with_comparison("BYT-2", "bytes are compared by what of them is text", tree.Eq)
def bytes_are_decoded(value, test):
    if not are_bytes(value, test):
        return None
    return value.decode(errors="ignore") == test.operand.decode(errors="ignore")


@with_comparison("BYT-3", "bytes are ordered by content first", *ORDERED)
def bytes_are_ordered_by_content(value, test):
    return COMPARE[type(test)](value, test.operand) if are_bytes(value, test) else None


@with_comparison("BYT-3", "bytes are ordered by length only", *ORDERED)
def bytes_are_ordered_by_length(value, test):
    both = are_bytes(value, test)
    return COMPARE[type(test)](len(value), len(test.operand)) if both else None


@with_comparison("MOD-1", "$mod of None is that of 0", tree.Mod)
def mod_takes_none_for_zero(value, test):
    return test.remainder == 0 if value is None else None


@with_comparison("MOD-1", "$mod takes bools for numbers", tree.Mod)
def mod_takes_bools(value, test):
    if not isinstance(value, bool):
        return None
    return truncated_remainder(int(value), test.divisor) == test.remainder


@with_comparison("MOD-1", "$mod of text formats it, and raises", tree.Mod)
def mod_formats_text(value, test):
    if isinstance(value, str):
        raise TypeError("not all arguments converted during string formatting")


@with_comparison("MOD-1", "$mod reads numbers from text", tree.Mod)
def mod_reads_text(value, test):
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return None
    return truncated_remainder(int(value), test.divisor) == test.remainder


@with_comparison("MOD-1", "$mod of NaN and the infinities is that of 0", tree.Mod)
def mod_takes_nan_for_zero(value, test):
    odd = isinstance(value, float) and not isfinite(value)
    return test.remainder == 0 if odd else None


@with_rewritten_operands("MOD-2", "$mod ignores what follows its two numbers", "$mod")
def mod_takes_three(operand):
    return operand[:2] if isinstance(operand, list | tuple) else operand


@with_rewritten_operands("MOD-2", "a missing remainder is 0", "$mod")
def mod_takes_one(operand):
    return [*operand, 0] if isinstance(operand, list | tuple) and len(operand) == 1 else operand


@with_rewritten_operands("MOD-2", "$mod takes bools", "$mod")
def mod_takes_bool_operands(operand):
    if not isinstance(operand, list | tuple):
        return operand
    return [int(item) if isinstance(item, bool) else item for item in operand]


@with_rewritten_operands("MOD-2", "a divisor of 0 is taken for 1", "$mod")
def mod_takes_zero(operand):
    pair = isinstance(operand, list | tuple) and len(operand) == 2 and is_number(operand[0])
    return [1, operand[1]] if pair and abs(operand[0]) < 1 else operand


@with_comparison("MOD-3", "a field is rounded, not truncated", tree.Mod)
def mod_rounds(value, test):
    if not isinstance(value, float) or not isfinite(value):
        return None
    return truncated_remainder(round(value), test.divisor) == test.remainder


@with_comparison("MOD-3", "a float that is not whole matches nothing", tree.Mod)
def mod_takes_whole_numbers(value, test):
    return False if isinstance(value, float) and not value.is_integer() else None


@with_comparison("MOD-3", "a field beyond 64 bits matches", tree.Mod)
def mod_takes_large_floats(value, test):
    if not isinstance(value, float) or not isfinite(value):
        return None
    remainder = abs(int(value)) % abs(test.divisor)
    return (-remainder if value < 0 else remainder) == test.remainder


@with_comparison("MOD-4", "the remainder takes the divisor's sign", tree.Mod)
def mod_is_pythons(value, test):
    if not is_number(value) or not isfinite(value) or abs(value) >= 2**63:
        return None
    return int(value) % test.divisor == test.remainder


@with_comparison("MOD-4", "the remainder is never negative", tree.Mod)
def mod_is_positive(value, test):
    remainder = truncated_remainder(value, test.divisor)
    return None if remainder is None else abs(remainder) == test.remainder
