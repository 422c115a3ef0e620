"""Fault models of the other operators, and of how conditions are combined."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import FaultModel, StepwiseSemantics
from taskdb_spec.conformance.diagnosis.fault_models.comparison_operators import is_null
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

COMBINATION = "how the parts of a query are joined"
FNMATCH = "how a glob is translated; fnmatch and the globs of SQL differ"
OPERAND = "checks of the operand"
NO_TEXT = "values that are no text"


def _unknown(clause: str, operator: str, *kinds: type) -> FaultModel:
    """Make a fault model that does not know an operator."""

    def compile_node(_self: StepwiseSemantics, _node: Any) -> Condition:
        raise KeyError(operator)

    return with_compiler(
        clause, f"`{operator}` is not known", "the table of operators", kinds, compile_node
    )


# $exists, $all, $size, $mod


def _exists_if_not_none(node: tree.Exists, matches: PathMatches, _correct: Condition) -> bool:
    return any(not is_null(value) for value in matches.values) == node.present


def _is_in_each_operand(node: tree.All, matches: PathMatches, _correct: Condition) -> bool:
    return all(matches.values[0] in operand for operand in node.operands)


def _some_value(is_true: Callable[[Any, Any], bool]) -> Any:
    """Decide `$size` by `is_true(value, length)` of each value."""

    def condition(node: tree.Size, matches: PathMatches, _correct: Condition) -> bool:
        return any(is_true(value, node.length) for value in matches.values)

    return condition


def _remainder_as_python(value: Any, node: tree.Mod) -> bool | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value % node.divisor == node.remainder


def _raise_unless_number(value: Any, _node: tree.Mod) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} has no remainder")


def _raise_unless_text(value: Any, _node: Any) -> None:
    if not is_null(value) and not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")


# $glob and $regex


def _glob_by(match: Callable[[str, str], object]) -> Any:
    """Decide `$glob` by the truth of `match(text, pattern)`."""

    def compare(value: Any, node: tree.Glob) -> bool:
        return isinstance(value, str) and bool(match(value, node.pattern))

    return compare


def _match_ignoring_case(text: str, pattern: str) -> object:
    return re.match(fnmatch.translate(pattern), text, re.IGNORECASE)


def _search_unanchored(text: str, pattern: str) -> object:
    # Python 3.14 writes the end of the text as \z.
    return re.search(fnmatch.translate(pattern).replace(r"\Z", "").replace(r"\z", ""), text)


def _match_without_negation(text: str, pattern: str) -> object:
    # After another character, "!" is an ordinary member of the class.
    return re.match(fnmatch.translate(pattern.replace("[!", "[\uffff")), text)


def _match_without_classes(text: str, pattern: str) -> object:
    wildcards = {"*": ".*", "?": "."}
    regex = "".join(wildcards.get(char) or re.escape(char) for char in pattern)
    return re.fullmatch(regex, text, re.DOTALL)


def _match_within_lines(text: str, pattern: str) -> object:
    return re.match(fnmatch.translate(pattern).replace("(?s:", "(?:"), text)


def _regex_by(method: str, *, with_options: bool = True) -> Any:
    """Decide `$regex` by a method of the compiled pattern."""

    def compare(value: Any, node: tree.Regex) -> bool:
        flags = re.NOFLAG
        for name in node.options if with_options else "":
            flags |= re.RegexFlag[name.upper()]
        pattern = re.compile(node.pattern, flags)
        return isinstance(value, str) and getattr(pattern, method)(value) is not None

    return compare


# Combinations of conditions


def _select_by_last_operand(self: StepwiseSemantics, query: tree.Query) -> Any:
    """Compare all plain values with the operand of the last condition."""
    if isinstance(query, tree.And) and all(isinstance(part, tree.Field) for part in query.parts):
        tests = query.parts[-1].tests  # type: ignore[union-attr]
        last = tests if _is_equality(tests) else (tree.In(()),)
        query = tree.And(tuple(_replace_equality(part, last) for part in query.parts))
    return StepwiseSemantics.compile_selector(self, query)


def _is_equality(tests: tuple[tree.Test, ...]) -> bool:
    return len(tests) == 1 and isinstance(tests[0], tree.Eq)


def _replace_equality(part: Any, tests: tuple[tree.Test, ...]) -> tree.Field:
    return tree.Field(part.path, tests) if _is_equality(part.tests) else part


OPERATORS = (
    _unknown("ALL-1", "$all", tree.All),
    _unknown("SIZE-1", "$size", tree.Size),
    _unknown("EXI-1", "$exists", tree.Exists),
    _unknown("MOD-1", "$mod", tree.Mod),
    _unknown("GLB-1", "$glob", tree.Glob),
    _unknown("RGX-1", "$regex", tree.Regex),
    _unknown("NOT-1", "$not", tree.Not),
    _unknown("NIN-2", "$nin", tree.Nin),
    _unknown("ELEM-1", "$elemMatch", tree.ElemMatch, tree.ElemQuery),
    with_condition(
        "EXI-1",
        "`$exists` takes None for absence",
        "a test for None where one for presence is meant",
        tree.Exists,
        _exists_if_not_none,
    ),
    with_rewritten_condition(
        "EXI-1",
        "`$exists` behaves as its negation",
        "negations",
        tree.Exists,
        lambda node: tree.Exists(not node.present),
    ),
    with_rewritten_condition(
        "EXI-1",
        "`$exists` does not look at its operand",
        "the operand False",
        tree.Exists,
        lambda _node: tree.Exists(present=True),
    ),
    with_rewritten_operands(
        "EXI-2",
        "`$exists` takes any operand for a truth value",
        OPERAND,
        lambda operator, operand: bool(operand) if operator == "$exists" else operand,
    ),
    with_rewritten_condition(
        "ALL-1",
        "`$all` means any",
        "the loop over its list",
        tree.All,
        lambda node: tree.In(node.operands),
    ),
    with_rewritten_condition(
        "ALL-2",
        "`$all []` matches everything",
        "Python's `all([])`",
        tree.All,
        lambda node: node if node.operands else tree.Not((node,)),
    ),
    with_condition(
        "ALL-1",
        "`$all` tests whether the value is in each of its items",
        "the sides of an `in`",
        tree.All,
        _is_in_each_operand,
    ),
    with_condition(
        "SIZE-1",
        "`$size` takes its operand for the least length",
        "the comparison of lengths",
        tree.Size,
        _some_value(lambda value, length: isinstance(value, list) and len(value) >= length),
    ),
    with_condition(
        "SIZE-1",
        "`$size` also measures texts and documents",
        "the class of what is measured",
        tree.Size,
        _some_value(
            lambda value, length: isinstance(value, list | dict | str) and len(value) == length
        ),
    ),
    with_comparison(
        "GLB-2",
        "`$glob` is case-insensitive",
        "collations; LIKE of SQLite folds case",
        tree.Glob,
        _glob_by(_match_ignoring_case),
    ),
    with_comparison(
        "GLB-1",
        "`$glob` is a search",
        "patterns that are not anchored",
        tree.Glob,
        _glob_by(_search_unanchored),
    ),
    with_comparison(
        "GLB-3",
        "`$glob` does not negate with `[!...]`",
        FNMATCH,
        tree.Glob,
        _glob_by(_match_without_negation),
    ),
    with_comparison(
        "GLB-2",
        "`$glob` takes `[...]` literally",
        FNMATCH,
        tree.Glob,
        _glob_by(_match_without_classes),
    ),
    with_comparison(
        "GLB-1",
        "`$glob` does not match line breaks with `*` or `?`",
        FNMATCH,
        tree.Glob,
        _glob_by(_match_within_lines),
    ),
    with_comparison(
        "GLB-5",
        "`$glob` of what is no text raises TypeError",
        NO_TEXT,
        tree.Glob,
        _raise_unless_text,
    ),
    with_rewritten_operands(
        "GLB-8",
        "`$glob` takes any operand",
        OPERAND,
        lambda operator, operand: (
            "\ue000" if operator == "$glob" and not isinstance(operand, str) else operand
        ),
    ),
    with_comparison(
        "RGX-1",
        "`$regex` matches at the start only",
        "re.match where re.search is meant",
        tree.Regex,
        _regex_by("match"),
    ),
    with_comparison(
        "RGX-1",
        "`$regex` matches the whole text only",
        "re.fullmatch where re.search is meant",
        tree.Regex,
        _regex_by("fullmatch"),
    ),
    with_comparison(
        "RGX-2",
        "`$regex` ignores its options",
        "flags that are not handed on",
        tree.Regex,
        _regex_by("search", with_options=False),
    ),
    with_comparison(
        "RGX-3",
        "`$regex` of what is no text raises TypeError",
        NO_TEXT,
        tree.Regex,
        _raise_unless_text,
    ),
    with_comparison(
        "MOD-4",
        "`$mod` takes Python's sign",
        "the sign of a remainder: it is the dividend's",
        tree.Mod,
        _remainder_as_python,
    ),
    with_comparison(
        "MOD-1",
        "`$mod` of what is no number raises TypeError",
        "values that are no number",
        tree.Mod,
        _raise_unless_number,
    ),
    with_steps(
        "QRY-2",
        "of several conditions only the last counts",
        COMBINATION,
        and_=lambda self, parts: StepwiseSemantics.and_(self, parts[-1:]),
    ),
    with_steps(
        "QRY-2",
        "of several conditions only the first counts",
        COMBINATION,
        and_=lambda self, parts: StepwiseSemantics.and_(self, parts[:1]),
    ),
    with_steps(
        "QRY-2",
        "several conditions are joined with or",
        COMBINATION,
        # The empty query has no parts, and still selects every record.
        and_=lambda self, parts: self.or_(parts) if parts else StepwiseSemantics.and_(self, parts),
    ),
    with_steps(
        "QRY-1",
        "plain values are all compared with that of the last condition",
        "closures made in a loop, which see its last value",
        compile_selector=_select_by_last_operand,
    ),
    with_steps(
        "QRY-3",
        "of several operators on a field only the last counts",
        COMBINATION,
        join_conditions=lambda _self, conditions: conditions[-1],
    ),
    with_steps(
        "QRY-3",
        "several operators on a field are joined with or",
        COMBINATION,
        join_conditions=lambda _self, conditions: (
            lambda matches: any(condition(matches) for condition in conditions)
        ),
    ),
    with_steps(
        "AND-1",
        "`$or` behaves as `$and`",
        COMBINATION,
        or_=lambda self, parts: self.and_(parts),
    ),
    with_steps(
        "AND-1",
        "`$nor` behaves as `$or`",
        COMBINATION,
        nor=lambda self, parts: self.or_(parts),
    ),
    with_rewritten_condition(
        "NOT-1",
        "`$not` does nothing",
        "negations",
        tree.Not,
        lambda node: tree.Not((tree.Not(node.tests),)),
    ),
)
"""The fault models of the other operators and of combinations."""
