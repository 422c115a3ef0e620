"""Constructors of fault models: each makes one of a clause, a name, a hint and a few functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.conformance.diagnosis.fault_models.base import (
    METHOD_OF_CONDITION,
    FaultModel,
    StepwiseModel,
    StepwiseSemantics,
    complement,
)
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Condition, compile_condition
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.records.traversal import map_values


def with_steps(clause: str, name: str, hint: str, **steps: Callable[..., Any]) -> FaultModel:
    """Make a fault model of replaced steps, given by their names."""
    return FaultModel(clause, name, hint, steps)


def with_compiler(
    clause: str,
    name: str,
    hint: str,
    kinds: type | tuple[type, ...],
    compile_node: Callable[[StepwiseSemantics, Any], Condition],
) -> FaultModel:
    """Replace the compiler of the conditions of some classes.

    Most stores implement ``$ne`` as the complement of ``$eq``, and ``$nin`` as the complement of
    ``$in``. So a defect of ``$eq`` or ``$in`` is one of its complement too, unless `kinds` says
    otherwise.
    """
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    steps: dict[str, Any] = {METHOD_OF_CONDITION[kind]: compile_node for kind in kinds}
    if "eq" in steps:
        steps.setdefault("ne", lambda self, node: complement(self.eq(tree.Eq(node.operand))))
    if "in_" in steps:
        steps.setdefault("nin", lambda self, node: complement(self.in_(tree.In(node.operands))))
    return FaultModel(clause, name, hint, steps)


def with_rewritten_condition(
    clause: str,
    name: str,
    hint: str,
    kinds: type | tuple[type, ...],
    rewrite: Callable[[Any], tree.Test],
) -> FaultModel:
    """Read each condition of some classes as another condition: `rewrite(node)`."""
    return with_compiler(
        clause, name, hint, kinds, lambda _self, node: compile_condition(rewrite(node))
    )


def with_condition(
    clause: str,
    name: str,
    hint: str,
    kinds: type | tuple[type, ...],
    is_true: Callable[[Any, PathMatches, Condition], bool],
) -> FaultModel:
    """Decide the conditions of some classes by `is_true(node, matches, correct_condition)`."""

    def compile_node(self: StepwiseSemantics, node: Any) -> Condition:
        correct = getattr(StepwiseSemantics, METHOD_OF_CONDITION[type(node)])(self, node)
        return lambda matches: is_true(node, matches, correct)

    return with_compiler(clause, name, hint, kinds, compile_node)


def with_comparison(
    clause: str,
    name: str,
    hint: str,
    kinds: type | tuple[type, ...],
    compare: Callable[[Any, Any], bool | None],
) -> FaultModel:
    """Decide the conditions of some classes by `compare(value, node)` of each candidate.

    If `compare` returns None, the candidate is compared correctly.
    """

    def is_true(node: Any, matches: PathMatches, correct: Condition) -> bool:
        for value in matches.candidates:
            result = compare(value, node)
            if correct(single_match(value)) if result is None else result:
                return True
        return False

    return with_condition(clause, name, hint, kinds, is_true)


def with_rewritten_operands(
    clause: str, name: str, hint: str, rewrite: Callable[[str, Any], Any]
) -> FaultModel:
    """Replace each operand of a query by `rewrite(operator, operand)` before it is parsed."""

    def rewrite_dict(item: Any) -> Any:
        if isinstance(item, tuple):
            return list(item)
        if not isinstance(item, dict):
            return item
        return {
            key: rewrite(key, value) if str(key).startswith("$") else value
            for key, value in item.items()
        }

    def parse_query(self: StepwiseModel, check: Any) -> tree.Query:
        return StepwiseModel.parse_query(self, map_values(check, rewrite_dict))

    return with_steps(clause, name, hint, parse_query=parse_query)


def with_stored_values(
    clause: str, name: str, hint: str, change: Callable[[Any], Any]
) -> FaultModel:
    """Apply `change` to each value, at every depth, when it is stored."""

    def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
        fields = StepwiseModel.normalize_record(self, msg_id, rec)
        return {
            key: value if key == "msg_id" else map_values(value, change)
            for key, value in fields.items()
        }

    return with_steps(clause, name, hint, normalize_record=normalize_record)


def with_accepted_values(
    clause: str, name: str, hint: str, change: Callable[[str, Any], Any]
) -> FaultModel:
    """Replace the value of each field by `change(field, value)` before it is validated."""

    def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
        if isinstance(rec, dict):
            rec = {key: change(key, value) for key, value in rec.items()}
        return StepwiseModel.normalize_record(self, msg_id, rec)

    return with_steps(clause, name, hint, normalize_record=normalize_record)
