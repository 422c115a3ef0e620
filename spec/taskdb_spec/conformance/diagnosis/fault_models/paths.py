"""Fault models of paths, of lists, and of documents as operands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseSemantics
from taskdb_spec.conformance.diagnosis.fault_models.constructors import with_condition, with_steps
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Condition
from taskdb_spec.language.paths import PathMatches, resolve_path
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.ordering import MISSING

LISTS = "fields that hold a list"
FOLLOWING = "how a path is followed"
MEMBERS = "documents that are compared member by member"


def _look_up_whole_name(
    _self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    if not path.rest:
        return resolve_path(record, path)
    return _matches_of(record.get(str(path), MISSING))


def _matches_of(value: Any) -> PathMatches:
    """Return what a field with this value yields."""
    return resolve_path({"field": value}, tree.Path("field"))


def _ignore_elements(
    _self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    values = resolve_path(record, path).values
    return PathMatches(values, values)


def _ignore_whole_lists(
    _self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    matches = resolve_path(record, path)
    if len(matches.candidates) == len(matches.values):  # no list has elements among the candidates
        return matches
    lists = [value for value in matches.values if isinstance(value, list)]
    candidates = [item for item in matches.candidates if not any(item is value for value in lists)]
    return PathMatches(matches.values, candidates)


def _ignore_numbers(
    _self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    """Find nothing by a number, neither an element of a list nor a member of a dict."""
    rest = tuple("-" if part.isdecimal() else part for part in path.rest)
    return resolve_path(record, tree.Path(path.root, rest))


def _follow_only_by_index(
    _self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
) -> PathMatches:
    """Never look for a key in the elements of a list."""
    value: Any = record.get(path.root, MISSING)
    for part in path.rest:
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = value.get(part, MISSING) if isinstance(value, dict) else MISSING
    return _matches_of(value)


def _equals_any_document(node: tree.Eq, matches: PathMatches, correct: Condition) -> bool:
    if correct(matches):
        return True
    return node.operand == {} and any(isinstance(value, dict) for value in matches.candidates)


def _equals_supersets(node: tree.Eq, matches: PathMatches, correct: Condition) -> bool:
    """Accept a document that has all members of the operand."""
    operand = node.operand
    if not isinstance(operand, dict) or operand == {}:
        return correct(matches)
    return any(
        isinstance(value, dict)
        and all(name in value and strictly_equal(value[name], operand[name]) for name in operand)
        for value in matches.candidates
    )


PATHS = (
    with_steps(
        "PATH-1",
        "dotted paths are looked up as whole names",
        "where a path is split at its dots",
        resolve_path=_look_up_whole_name,
    ),
    with_steps(
        "LIST-3",
        "the elements of a list are not looked at",
        LISTS,
        resolve_path=_ignore_elements,
    ),
    with_steps("LIST-1", "a list is never compared whole", LISTS, resolve_path=_ignore_whole_lists),
    with_steps(
        "PATH-1",
        "numbers in a path are not taken for positions in a list",
        FOLLOWING,
        resolve_path=_ignore_numbers,
    ),
    with_steps(
        "PATH-6",
        "a path does not go through the elements of a list",
        FOLLOWING,
        resolve_path=_follow_only_by_index,
    ),
    with_condition(
        "DOC-3", "an empty document matches every document", MEMBERS, tree.Eq, _equals_any_document
    ),
    with_condition(
        "DOC-1",
        "a document matches if it has the members of the operand",
        MEMBERS,
        tree.Eq,
        _equals_supersets,
    ),
)
"""The fault models of paths, lists and documents."""
