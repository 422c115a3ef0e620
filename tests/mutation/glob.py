"""Mutants of `$glob`: clauses GLB."""

from __future__ import annotations

import fnmatch
import re

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel, StepwiseSemantics
from taskdb_spec.language import tree
from tests.mutation.base import broken
from tests.mutation.decorators import (
    with_comparison,
    with_rewritten_condition,
    with_rewritten_operands,
)


def compare_by(match):
    """Return fn(value, test), which decides for texts by match(pattern, text)."""
    return lambda value, test: match(test.pattern, value) if isinstance(value, str) else None


def translate_unanchored(pattern):
    """Return the regular expression of a glob without the anchor at its end."""
    return fnmatch.translate(pattern).removesuffix(r"\Z").removesuffix(r"\z")


@with_comparison("GLB-1", "$glob searches for its pattern", tree.Glob)
def glob_searches(value, test):
    return compare_by(lambda p, text: re.search(translate_unanchored(p), text) is not None)(
        value, test
    )


@with_comparison("GLB-1", "$glob matches the beginning", tree.Glob)
def glob_matches_the_beginning(value, test):
    return compare_by(lambda p, text: re.match(translate_unanchored(p), text) is not None)(
        value, test
    )


@with_comparison("GLB-1", "* and ? do not match a newline", tree.Glob)
def glob_stops_at_newlines(value, test):
    def match(pattern, text):
        expression = translate_unanchored(pattern).replace("(?s:", "(?:")
        return re.fullmatch(expression, text) is not None

    return compare_by(match)(value, test)


@with_comparison("GLB-1", "a newline at the end of the text does not count", tree.Glob)
def glob_ignores_a_last_newline(value, test):
    def match(pattern, text):
        ends = (text, text[:-1]) if text.endswith("\n") else (text,)
        return any(fnmatch.fnmatchcase(end, pattern) for end in ends)

    return compare_by(match)(value, test)


@with_comparison("GLB-1", "* stands for one character at least", tree.Glob)
def star_is_not_empty(value, test):
    return compare_by(lambda p, text: fnmatch.fnmatchcase(text, p.replace("*", "?*")))(value, test)


@with_comparison("GLB-1", "? stands for no character as well", tree.Glob)
def question_mark_may_be_empty(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, pattern) or (
            "[" not in pattern and fnmatch.fnmatchcase(text, pattern.replace("?", "", 1))
        )

    return compare_by(match)(value, test)


@with_comparison("GLB-2", "$glob folds case", tree.Glob)
def glob_folds_case(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text.lower(), pattern.lower())

    return compare_by(match)(value, test)


@with_comparison("GLB-2", "$glob folds the case of plain patterns only", tree.Glob)
def plain_glob_folds_case(value, test):
    def match(pattern, text):
        plain = not set("*?[") & set(pattern)
        return text.lower() == pattern.lower() if plain else fnmatch.fnmatchcase(text, pattern)

    return compare_by(match)(value, test)


@with_rewritten_condition("GLB-3", "a set negates with ^, and ! stands for itself", tree.Glob)
def glob_negates_with_a_caret(test):
    swapped = re.sub(r"\[!([^\]]+)\]", r"[\1!]", test.pattern)
    return tree.Glob(swapped.replace("[^", "[!"))


@with_comparison("GLB-3", "[ and ] stand for themselves", tree.Glob)
def glob_has_no_sets(value, test):
    return compare_by(lambda p, text: fnmatch.fnmatchcase(text, p.replace("[", "[[]")))(value, test)


@with_comparison("GLB-3", "a range in a set is three characters", tree.Glob)
def glob_has_no_ranges(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, re.sub(r"\[(!?)(\w)-(\w)\]", r"[\1\2\3-]", pattern))

    return compare_by(match)(value, test)


@with_comparison("GLB-3", "[]] is an empty set and a bracket", tree.Glob)
def bracket_ends_an_empty_set(value, test):
    return compare_by(lambda p, text: "[]]" not in p and fnmatch.fnmatchcase(text, p))(value, test)


def match_unescaped(value, test, *characters):
    """Match by a regular expression in which these characters are not escaped."""

    def match(pattern, text):
        expression = fnmatch.translate(pattern)
        for character in characters:
            expression = expression.replace("\\" + character, character)
        try:
            return re.match(expression, text) is not None
        except re.error:
            return False

    return compare_by(match)(value, test)


@with_comparison("GLB-4", "a dot stands for any character", tree.Glob)
def dot_is_not_escaped(value, test):
    return match_unescaped(value, test, ".")


@with_comparison("GLB-4", "^, $, + and ( have the meaning of a regular expression", tree.Glob)
def signs_are_not_escaped(value, test):
    return match_unescaped(value, test, "^", "$", "+", "(", ")")


@with_comparison("GLB-4", "% and _ are wildcards", tree.Glob)
def glob_is_like(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, pattern.replace("%", "*").replace("_", "?"))

    return compare_by(match)(value, test)


@with_comparison("GLB-4", "a backslash escapes what follows", tree.Glob)
def glob_has_escapes(value, test):
    def match(pattern, text):
        return fnmatch.fnmatchcase(text, re.sub(r"\\(.)", r"[\1]", pattern))

    return compare_by(match)(value, test)


@with_comparison("GLB-4", "a lone [ matches nothing", tree.Glob)
def lone_bracket_matches_nothing(value, test):
    return False if "[" in test.pattern and "]" not in test.pattern else None


@with_comparison("GLB-5", "$glob reads the text of other values", tree.Glob)
def glob_reads_everything(value, test):
    return None if isinstance(value, str) else fnmatch.fnmatchcase(str(value), test.pattern)


@with_comparison("GLB-5", "$glob of None raises", tree.Glob)
def glob_cannot_take_none(value, test):
    if value is None:
        raise TypeError("expected str, bytes or os.PathLike object, not NoneType")


@with_comparison("GLB-5", "$glob takes None for empty text", tree.Glob)
def glob_takes_none_for_empty(value, test):
    return fnmatch.fnmatchcase("", test.pattern) if value is None else None


@broken("GLB-6", "$glob replaces the other operators on its field")
class GlobStandsAlone(StepwiseSemantics):
    def compile_conditions(self, tests):
        globs = tuple(test for test in tests if isinstance(test, tree.Glob))
        return super().compile_conditions(globs or tests)


@broken("GLB-6", "$glob is not looked at beside another operator")
class GlobIsDroppedBesideOthers(StepwiseSemantics):
    def compile_conditions(self, tests):
        others = tuple(test for test in tests if not isinstance(test, tree.Glob))
        return super().compile_conditions(others or tests)


def has_glob(check):
    """Return whether a query has `$glob` on a field."""
    return any(isinstance(value, dict) and "$glob" in value for value in check.values())


@broken("GLB-7", "drop_matching_records with $glob drops nothing")
class PurgeKnowsNoGlob(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        return [] if has_glob(check) else found


@broken("GLB-7", "drop_matching_records takes a $glob for the text itself")
class PurgeTakesGlobForText(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        if not has_glob(check):
            return found
        return super().select_ids_to_drop({
            name: {("$eq" if k == "$glob" else k): v for k, v in value.items()}
            if isinstance(value, dict) else value
            for name, value in check.items()
        })  # fmt: skip


@broken("GLB-7", "drop_matching_records refuses $glob")
class PurgeRefusesGlob(StepwiseModel):
    def select_ids_to_drop(self, check):
        found = super().select_ids_to_drop(check)
        if has_glob(check):
            raise ValueError("unknown operator '$glob'")
        return found


@with_rewritten_operands("GLB-8", "$glob takes the text of any operand", "$glob")
def glob_takes_anything(operand):
    return operand if isinstance(operand, str) else str(operand)


@with_rewritten_operands("GLB-8", "$glob takes bytes", "$glob")
def glob_takes_bytes(operand):
    return operand.decode(errors="replace") if isinstance(operand, bytes) else operand


@with_rewritten_operands("GLB-8", "$glob takes None for a pattern that matches everything", "$glob")
def glob_takes_none(operand):
    return "*" if operand is None else operand


@with_comparison("GLB-1", "what is before a star and what is after it may overlap", tree.Glob)
def glob_parts_overlap(value, test):
    before, star, after = test.pattern.partition("*")
    if not star or not isinstance(value, str) or set(before + after) & set("*?["):
        return None
    return value.startswith(before) and value.endswith(after)
