"""Mutants of `$regex`: clauses RGX."""

from __future__ import annotations

import re

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.language import tree
from taskdb_spec.language.patterns import compile_regex
from tests.mutation.base import broken
from tests.mutation.decorators import (
    with_comparison,
    with_rewritten_condition,
    with_rewritten_operands,
    with_rewritten_operators,
)


def compile_pattern(test):
    """Return the compiled pattern of a `$regex` test."""
    return compile_regex(test.pattern, test.options)


def compare_by_method(method):
    """Return fn(value, test), which decides by a method of the compiled pattern."""

    def holds(value, test):
        return (
            getattr(compile_pattern(test), method)(value) is not None
            if isinstance(value, str)
            else None
        )

    return holds


@with_comparison("RGX-1", "$regex matches at the beginning only", tree.Regex)
def regex_matches(value, test):
    return compare_by_method("match")(value, test)


@with_comparison("RGX-1", "$regex matches the whole text", tree.Regex)
def regex_matches_the_whole(value, test):
    return compare_by_method("fullmatch")(value, test)


@with_comparison("RGX-1", "$regex is a search for the plain text", tree.Regex)
def regex_is_plain_text(value, test):
    return test.pattern in value if isinstance(value, str) else None


@with_comparison("RGX-1", "$ matches at the very end only", tree.Regex)
def dollar_is_the_very_end(value, test):
    ends = isinstance(value, str) and test.pattern.endswith("$") and "m" not in test.options
    if not ends or test.pattern.endswith("\\$"):
        return None
    return (
        re.search(compile_pattern(test).pattern[:-1] + r"\Z", value, compile_pattern(test).flags)
        is not None
    )


def with_options(test, options):
    """Return the same `$regex` with other options."""
    return tree.Regex(test.pattern, options)


@with_rewritten_condition("RGX-2", "$options are ignored", tree.Regex)
def options_are_ignored(test):
    return with_options(test, "")


@with_rewritten_condition("RGX-2", "only the first option counts", tree.Regex)
def one_option_counts(test):
    return with_options(test, test.options[:1])


@with_rewritten_condition("RGX-2", "the option s is always on", tree.Regex)
def dot_matches_newlines(test):
    return with_options(test, "".join(sorted({*test.options, "s"})))


@with_rewritten_condition("RGX-2", "the option m is always on", tree.Regex)
def anchors_match_at_lines(test):
    return with_options(test, "".join(sorted({*test.options, "m"})))


@with_rewritten_condition("RGX-2", "case is always ignored", tree.Regex)
def regex_ignores_case(test):
    return with_options(test, "".join(sorted({*test.options, "i"})))


@with_rewritten_condition("RGX-2", "the option s is taken for m", tree.Regex)
def s_is_m(test):
    return with_options(test, test.options.replace("s", "m"))


@with_comparison("RGX-3", "$regex reads the text of other values", tree.Regex)
def regex_reads_everything(value, test):
    return None if isinstance(value, str) else compile_pattern(test).search(str(value)) is not None


@with_comparison("RGX-3", "$regex of None raises", tree.Regex)
def regex_cannot_take_none(value, test):
    if value is None:
        raise TypeError("expected string or bytes-like object, got 'NoneType'")


@with_rewritten_operators("RGX-4", "a pattern that is none matches nothing")
def bad_pattern_matches_nothing(name, operand):
    if name != "$regex" or not isinstance(operand, str):
        return name, operand
    try:
        re.compile(operand)
    except (re.error, OverflowError, RecursionError):
        return name, r"(?!)"
    return name, operand


@with_rewritten_operands("RGX-4", "options that are unknown are ignored", "$options")
def unknown_options_are_ignored(operand):
    return "".join(c for c in operand if c in "ims") if isinstance(operand, str) else operand


@with_rewritten_operands("RGX-4", "the option x is taken, and ignored", "$options")
def x_is_taken(operand):
    return operand.replace("x", "") if isinstance(operand, str) else operand


@broken("RGX-4", "$options without $regex are ignored")
class OptionsNeedNoRegex(StepwiseModel):
    def parse_query(self, check):
        if isinstance(check, dict):
            check = {name: add_pattern(value) for name, value in check.items()}
        return super().parse_query(check)


def add_pattern(value):
    """Return a condition in which `$options` without `$regex` get one that matches every text."""
    lonely = isinstance(value, dict) and "$options" in value and "$regex" not in value
    return {"$regex": "", **value} if lonely else value


@with_rewritten_operands("RGX-4", "$regex takes bytes", "$regex")
def regex_takes_bytes(operand):
    return operand.decode(errors="replace") if isinstance(operand, bytes) else operand


@broken("RGX-2", "$options are ignored if they stand before $regex")
class LeadingOptionsAreIgnored(StepwiseModel):
    def parse_query(self, check):
        if isinstance(check, dict):
            super().parse_query(check)
            check = {name: without_leading_options(value) for name, value in check.items()}
        return super().parse_query(check)


def without_leading_options(value):
    """Return a condition without the `$options` that stand before its `$regex`."""
    names = list(value) if isinstance(value, dict) else []
    if "$options" in names and "$regex" in names[names.index("$options") :]:
        return {name: operand for name, operand in value.items() if name != "$options"}
    return value


@with_comparison("RGX-1", "an anchored prefix is looked up, whatever follows", tree.Regex)
def regex_prefix_is_a_range(value, test):
    found = re.match(r"\^([a-z]+)", test.pattern)
    if not found or test.options or not isinstance(value, str) or value.startswith(found[1]):
        return None
    return False
