"""Decorators that make a mutant of one function, which becomes part of a step.

The comment ``fn(...)`` in a docstring says how the decorated function is called. All decorators
take the clause, a sentence about the defect, and the options of `broken`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    METHOD_OF_CONDITION,
    StepwiseModel,
    StepwiseSemantics,
)
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Condition, compile_condition
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.records.domain import MAX_DEPTH
from taskdb_spec.records.fields import DICT_FIELDS
from taskdb_spec.records.traversal import map_values
from tests.mutation.base import Mutant, broken_steps

Decorator: TypeAlias = Callable[[Callable[..., Any]], Mutant]


# Conditions


def with_rewritten_condition(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(node) -> node: each condition of those kinds is read as another one."""

    def decorate(rewrite: Callable[..., Any]) -> Mutant:
        def compile_node(_self: StepwiseSemantics, node: tree.Test) -> Condition:
            return compile_condition(rewrite(node))

        steps = {METHOD_OF_CONDITION[kind]: compile_node for kind in kinds}
        return broken_steps(rewrite.__name__, clause, why, steps, **options)

    return decorate


def with_condition(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(node, matches, holds) -> bool: decides each condition of those kinds.

    `holds` is the correct decision.
    """

    def decorate(decide: Callable[..., Any]) -> Mutant:
        def compile_node(_self: StepwiseSemantics, node: tree.Test) -> Condition:
            correct = compile_condition(node)
            return lambda matches: decide(node, matches, correct(matches))

        steps = {METHOD_OF_CONDITION[kind]: compile_node for kind in kinds}
        return broken_steps(decide.__name__, clause, why, steps, **options)

    return decorate


def with_comparison(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(value, node) -> bool | None: decides for each candidate; None leaves it as it should be.

    This is for conditions that hold if some candidate satisfies them, not for complements.
    """

    def decorate(compare: Callable[..., Any]) -> Mutant:
        def compile_node(_self: StepwiseSemantics, node: tree.Test) -> Condition:
            correct = compile_condition(node)

            def holds(value: Any) -> bool:
                result = compare(value, node)
                return correct(single_match(value)) if result is None else result

            return lambda matches: any(map(holds, matches.candidates))

        steps = {METHOD_OF_CONDITION[kind]: compile_node for kind in kinds}
        return broken_steps(compare.__name__, clause, why, steps, **options)

    return decorate


def with_path_matches(clause: str, why: str, **options: Any) -> Decorator:
    """fn(matches, path) -> PathMatches: changes what a path yields."""

    def decorate(change: Callable[..., Any]) -> Mutant:
        def resolve_path(
            self: StepwiseSemantics, record: Mapping[str, Any], path: tree.Path
        ) -> PathMatches:
            return change(StepwiseSemantics.resolve_path(self, record, path), path)

        steps = {"resolve_path": resolve_path}
        return broken_steps(change.__name__, clause, why, steps, **options)

    return decorate


# Queries before they are parsed


def with_rewritten_query(
    clause: str, why: str, *, strict: bool = False, **options: Any
) -> Decorator:
    """fn(check) -> check: rewrites each query that is a dict, before it is parsed.

    If `strict`, queries that are invalid before are refused all the same.
    """

    def decorate(rewrite: Callable[..., Any]) -> Mutant:
        def parse_query(self: StepwiseModel, check: Any) -> tree.Query:
            if strict:
                StepwiseModel.parse_query(self, check)
            rewritten = rewrite(check) if isinstance(check, dict) else check
            return StepwiseModel.parse_query(self, rewritten)

        return broken_steps(rewrite.__name__, clause, why, {"parse_query": parse_query}, **options)

    return decorate


def with_rewritten_operands(clause: str, why: str, *operators: str, **options: Any) -> Decorator:
    """fn(operand) -> operand: rewrites the operands of those operators."""

    def decorate(rewrite: Callable[..., Any]) -> Mutant:
        def rewrite_operator(name: str, operand: Any) -> tuple[str, Any]:
            return name, rewrite(operand) if name in operators else operand

        rewrite_operator.__name__ = rewrite.__name__
        return with_rewritten_operators(clause, why, **options)(rewrite_operator)

    return decorate


def with_rewritten_operators(clause: str, why: str, **options: Any) -> Decorator:
    """fn(name, operand) -> (name, operand) | None: rewrites or, by None, removes operators."""

    def decorate(rewrite: Callable[..., Any]) -> Mutant:
        def rewrite_query(check: dict[str, Any]) -> dict[str, Any]:
            return rewrite_operators(check, rewrite)

        rewrite_query.__name__ = rewrite.__name__
        return with_rewritten_query(clause, why, **options)(rewrite_query)

    return decorate


def rewrite_operators(check: Any, rewrite: Callable[[str, Any], Any], depth: int = 0) -> Any:
    """Return a copy of a query with each operator on a field rewritten, or removed by None."""
    if not isinstance(check, dict) or depth > MAX_DEPTH:
        return check
    copy: dict[Any, Any] = {}
    for key, operand in check.items():
        if key in tree.LOGICAL_OPERATORS and isinstance(operand, list):
            copy[key] = [rewrite_operators(part, rewrite, depth + 1) for part in operand]
        elif has_operators(operand):
            operand = _rewrite_condition(operand, rewrite, depth)
            if operand:
                copy[key] = operand
        else:
            copy[key] = operand
    return copy


def _rewrite_condition(operators: dict[Any, Any], rewrite: Callable[..., Any], depth: int) -> Any:
    copy = {}
    for name, operand in operators.items():
        if name == "$not" and has_operators(operand) and depth < MAX_DEPTH:
            operand = _rewrite_condition(operand, rewrite, depth + 1)
        pair = rewrite(name, operand)
        if pair is not None:
            copy[pair[0]] = pair[1]
    return copy


def has_operators(operand: Any) -> bool:
    """Return whether a condition is a dict with operators in it."""
    return isinstance(operand, dict) and any(str(name).startswith("$") for name in operand)


# Records


def with_stored_values(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: changes each value, at every depth, when it is stored."""

    def decorate(change: Callable[..., Any]) -> Mutant:
        def change_field(field: str, value: Any) -> Any:
            return value if field == "msg_id" else map_values(value, change)

        return _with_changed_fields(clause, why, change.__name__, change_field, **options)

    return decorate


def with_stored_members(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: changes each value inside the dict fields when it is stored."""

    def decorate(change: Callable[..., Any]) -> Mutant:
        def change_field(field: str, value: Any) -> Any:
            if field not in DICT_FIELDS or value is None:
                return value
            return {key: map_values(item, change) for key, item in value.items()}

        return _with_changed_fields(clause, why, change.__name__, change_field, **options)

    return decorate


def with_stored_fields(clause: str, why: str, *fields: str, **options: Any) -> Decorator:
    """fn(value) -> value: changes those fields as a whole, unless None, when they are stored."""

    def decorate(change: Callable[..., Any]) -> Mutant:
        def change_field(field: str, value: Any) -> Any:
            return change(value) if field in fields and value is not None else value

        return _with_changed_fields(clause, why, change.__name__, change_field, **options)

    return decorate


def _with_changed_fields(
    clause: str, why: str, name: str, change_field: Callable[[str, Any], Any], **options: Any
) -> Mutant:
    def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
        fields = StepwiseModel.normalize_record(self, msg_id, rec)
        return {field: change_field(field, value) for field, value in fields.items()}

    return broken_steps(name, clause, why, {"normalize_record": normalize_record}, **options)


def with_accepted_values(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: changes each value that is given, at every depth, before validation."""

    def decorate(change: Callable[..., Any]) -> Mutant:
        def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
            if isinstance(rec, dict):
                rec = {name: map_given(value, change) for name, value in rec.items()}
            return StepwiseModel.normalize_record(self, msg_id, rec)

        steps = {"normalize_record": normalize_record}
        return broken_steps(change.__name__, clause, why, steps, **options)

    return decorate


def map_given(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return `map_values(value, change)`, or a value that contains itself as it is."""
    try:
        return map_values(value, change)
    except RecursionError:
        return value  # the validation refuses it
