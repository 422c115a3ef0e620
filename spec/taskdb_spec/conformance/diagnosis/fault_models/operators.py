"""Deviations of the other operators, of paths and lists, and of how conditions are joined."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    Check,
    FaultModel,
    Selects,
    StepwiseSemantics,
    with_comparison,
    with_rewritten_query,
    with_rewritten_test,
    with_semantics,
    with_test,
)
from taskdb_spec.conformance.diagnosis.fault_models.comparison_operators import null
from taskdb_spec.language import tree
from taskdb_spec.language.paths import PathMatches, resolve_path
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.ordering import MISSING

NAMES: dict[str, tuple[type, ...]] = {
    "$all": (tree.All,),
    "$size": (tree.Size,),
    "$exists": (tree.Exists,),
    "$mod": (tree.Mod,),
    "$glob": (tree.Glob,),
    "$regex": (tree.Regex,),
    "$not": (tree.Not,),
    "$nin": (tree.Nin,),
    "$elemMatch": (tree.ElemMatch, tree.ElemQuery),
}
BRANCHES = "how the parts of a query are joined"
FNMATCH = "how a glob is translated; fnmatch and the globs of SQL differ"


def _missing_operator(name: str) -> FaultModel:
    def changed(self: StepwiseSemantics, test: Any) -> Check:
        raise KeyError(name)

    return with_semantics(
        f"`{name}` is not known", "the table of operators", kinds=NAMES[name], changed=changed
    )


def _glob(match: Any) -> Any:
    def holds(value: Any, test: tree.Glob) -> bool:
        return isinstance(value, str) and bool(match(value, test.pattern))

    return holds


def _literally(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in pattern)


def _no_negation(pattern: str) -> str:
    return fnmatch.translate(pattern.replace("[!", "[\uffff"))


def _regex(how: str, options: bool = True) -> Any:
    def holds(value: Any, test: tree.Regex) -> bool:
        flags = re.NOFLAG
        for name in test.options if options else "":
            flags |= re.RegexFlag[name.upper()]
        pattern = re.compile(test.pattern, flags)
        return isinstance(value, str) and getattr(pattern, how)(value) is not None

    return holds


def _remainder(value: Any, test: tree.Mod) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value % test.divisor == test.remainder


def _needs_text(value: Any, test: Any) -> Any:
    if not null(value) and not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return None


def _needs_number(value: Any, test: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} has no remainder")
    return None


def _each_in_text(test: tree.All, found: PathMatches, right: Check) -> bool:
    return all(found.values[0] in operand for operand in test.operands)


def _absent_or_none(test: tree.Exists, found: PathMatches, right: Check) -> bool:
    return any(not null(value) for value in found.values) == test.present


def _size(compare: Any) -> Any:
    def holds(test: tree.Size, found: PathMatches, right: Check) -> bool:
        return any(compare(value, test.length) for value in found.values)

    return holds


def _only(which: slice) -> Any:
    def joined(self: StepwiseSemantics, kind: type, parts: list[Selects]) -> Selects:
        chosen = parts[which] if kind is tree.And else parts
        return StepwiseSemantics.joined(self, kind, chosen)

    return joined


def _joined_as(kind: type, other: type) -> Any:
    return lambda self, given, parts: StepwiseSemantics.joined(
        self, other if given is kind and parts else given, parts
    )


def _last_equality(self: StepwiseSemantics, query: tree.Query) -> Selects:
    """Plain equalities are all compared with the operand of the last condition."""
    if isinstance(query, tree.And) and all(isinstance(p, tree.Field) for p in query.parts):
        tests = query.parts[-1].tests  # type: ignore[union-attr]
        last = tests if len(tests) == 1 and isinstance(tests[0], tree.Eq) else (tree.In(()),)
        query = tree.And(tuple(_with(part, last) for part in query.parts))
    return StepwiseSemantics.selector(self, query)


def _with(part: Any, tests: tuple[tree.Test, ...]) -> tree.Field:
    plain = len(part.tests) == 1 and isinstance(part.tests[0], tree.Eq)
    return tree.Field(part.path, tests) if plain else part


def _whole_name(self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
    if not path.rest:
        return resolve_path(record, path)
    return resolve_path({**record, "": record.get(str(path), MISSING)}, tree.Path(""))


def _unopened(self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
    values = resolve_path(record, path).values
    return PathMatches(values, values)


def _elements_alone(
    self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    found = resolve_path(record, path)
    lists = [value for value in found.values if isinstance(value, list)]
    opened = len(found.candidates) > len(found.values)
    candidates = [
        c for c in found.candidates if not (opened and any(c is value for value in lists))
    ]
    return PathMatches(found.values, candidates)


def _no_index(self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
    rest = tuple("-" if part.isdecimal() else part for part in path.rest)
    return resolve_path(record, tree.Path(path.root, rest))


def _index_alone(
    self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    value: Any = record.get(path.root, MISSING)
    for part in path.rest:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
    return resolve_path({"": value}, tree.Path(""))


def _any_member(test: tree.Eq, found: PathMatches, right: Check) -> bool:
    """A document matches if it has the members of the operand."""
    if not isinstance(test.operand, dict):
        return right(found)
    return any(
        isinstance(value, dict)
        and all(
            name in value and strictly_equal(value[name], v) for name, v in test.operand.items()
        )
        for value in found.candidates
    )


OPERATORS = (
    *map(_missing_operator, NAMES),
    with_test(
        "`$exists` takes None for absence",
        "a test for None where one for presence is meant",
        tree.Exists,
        _absent_or_none,
    ),
    with_rewritten_test(
        "`$exists` behaves as its negation",
        "negations",
        tree.Exists,
        lambda t: tree.Exists(not t.present),
    ),
    with_rewritten_test(
        "`$exists` does not look at its operand",
        "the operand False",
        tree.Exists,
        lambda t: tree.Exists(True),
    ),
    with_rewritten_query(
        "`$exists` takes any operand for a truth value",
        "checks of the operand",
        lambda name, operand: bool(operand) if name == "$exists" else operand,
    ),
    with_rewritten_test(
        "`$all` means any", "the loop over its list", tree.All, lambda t: tree.In(t.operands)
    ),
    with_rewritten_test(
        "`$all []` matches everything",
        "Python's `all([])`",
        tree.All,
        lambda t: t if t.operands else tree.Not((t,)),
    ),
    with_test(
        "`$all` tests whether the value is in each of its items",
        "the sides of an `in`",
        tree.All,
        _each_in_text,
    ),
    with_test(
        "`$size` takes its operand for the least length",
        "the comparison of lengths",
        tree.Size,
        _size(lambda v, n: isinstance(v, list) and len(v) >= n),
    ),
    with_test(
        "`$size` also measures texts and documents",
        "the class of what is measured",
        tree.Size,
        _size(lambda v, n: isinstance(v, list | dict | str) and len(v) == n),
    ),
    with_comparison(
        "`$glob` is case-insensitive",
        "collations; LIKE of SQLite folds case",
        tree.Glob,
        _glob(lambda v, p: re.compile(fnmatch.translate(p), re.IGNORECASE).match(v)),
    ),
    with_comparison(
        "`$glob` is a search",
        "patterns that are not anchored",
        tree.Glob,
        _glob(
            lambda v, p: re.search(fnmatch.translate(p).replace(r"\Z", "").replace(r"\z", ""), v)
        ),
    ),
    with_comparison(
        "`$glob` does not negate with `[!...]`",
        FNMATCH,
        tree.Glob,
        _glob(lambda v, p: re.match(_no_negation(p), v)),
    ),
    with_comparison(
        "`$glob` takes `[...]` literally",
        FNMATCH,
        tree.Glob,
        _glob(lambda v, p: re.fullmatch(_literally(p), v, re.DOTALL)),
    ),
    with_comparison(
        "`$glob` does not match line breaks with `*` or `?`",
        FNMATCH,
        tree.Glob,
        _glob(lambda v, p: re.match(fnmatch.translate(p).replace("(?s:", "(?:"), v)),
    ),
    with_comparison(
        "`$glob` of what is no text raises TypeError",
        "values that are no text",
        tree.Glob,
        _needs_text,
    ),
    with_rewritten_query(
        "`$glob` takes any operand",
        "checks of the operand",
        lambda name, operand: operand if name != "$glob" or isinstance(operand, str) else "\ue000",
    ),
    with_comparison(
        "`$regex` matches at the start only",
        "re.match where re.search is meant",
        tree.Regex,
        _regex("match"),
    ),
    with_comparison(
        "`$regex` matches the whole text only",
        "re.fullmatch where re.search is meant",
        tree.Regex,
        _regex("fullmatch"),
    ),
    with_comparison(
        "`$regex` ignores its options",
        "flags that are not handed on",
        tree.Regex,
        _regex("search", options=False),
    ),
    with_comparison(
        "`$regex` of what is no text raises TypeError",
        "values that are no text",
        tree.Regex,
        _needs_text,
    ),
    with_comparison(
        "`$mod` takes Python's sign",
        "the sign of a remainder: it is the dividend's",
        tree.Mod,
        _remainder,
    ),
    with_comparison(
        "`$mod` of what is no number raises TypeError",
        "values that are no number",
        tree.Mod,
        _needs_number,
    ),
)

SHAPES = (
    with_semantics(
        "of several conditions only the last counts", BRANCHES, joined=_only(slice(-1, None))
    ),
    with_semantics("of several conditions only the first counts", BRANCHES, joined=_only(slice(1))),
    with_semantics(
        "several conditions are joined with or", BRANCHES, joined=_joined_as(tree.And, tree.Or)
    ),
    with_semantics(
        "plain values are all compared with that of the last condition",
        "closures made in a loop, which see its last value",
        selector=_last_equality,
    ),
    with_semantics(
        "of several operators on a field only the last counts",
        BRANCHES,
        together=lambda self, checks: checks[-1],
    ),
    with_semantics(
        "several operators on a field are joined with or",
        BRANCHES,
        together=lambda self, checks: lambda found: any(check(found) for check in checks),
    ),
    with_semantics("`$or` behaves as `$and`", BRANCHES, joined=_joined_as(tree.Or, tree.And)),
    with_semantics("`$nor` behaves as `$or`", BRANCHES, joined=_joined_as(tree.Nor, tree.Or)),
    with_rewritten_test(
        "`$not` does nothing", "negations", tree.Not, lambda t: tree.Not((tree.Not(t.tests),))
    ),
    with_semantics(
        "dotted paths are looked up as whole names",
        "where a path is split at its dots",
        resolve_path=_whole_name,
    ),
    with_semantics(
        "the elements of a list are not looked at",
        "fields that hold a list",
        resolve_path=_unopened,
    ),
    with_semantics(
        "a list is never compared whole", "fields that hold a list", resolve_path=_elements_alone
    ),
    with_semantics(
        "numbers in a path are not taken for positions in a list",
        "how a path is followed",
        resolve_path=_no_index,
    ),
    with_semantics(
        "a path does not go through the elements of a list",
        "how a path is followed",
        resolve_path=_index_alone,
    ),
    with_test(
        "an empty document matches every document",
        "documents that are compared member by member",
        tree.Eq,
        lambda test, found, right: (
            right(found)
            or (test.operand == {} and any(isinstance(v, dict) for v in found.candidates))
        ),
    ),
    with_test(
        "a document matches if it has the members of the operand",
        "documents that are compared member by member",
        tree.Eq,
        lambda test, found, right: (
            _any_member(test, found, right) if test.operand != {} else right(found)
        ),
    ),
)
