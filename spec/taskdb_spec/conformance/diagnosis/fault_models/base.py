"""The stepwise model, and fault models as stepwise models with other steps.

`StepwiseModel` answers every call as `Model` does, but each step of a call is a method of its own.
`StepwiseSemantics` does the same for the meaning of queries. A fault model replaces some of these
steps. `constructors` makes fault models of common shapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from taskdb_spec.capabilities import Capability
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Condition, Selector, compile_condition
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.model import Model
from taskdb_spec.records.domain import deep_copy
from taskdb_spec.records.errors import DuplicateRecord, RecordError, RecordNotFound
from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord, checked_fields, with_defaults
from taskdb_spec.records.ordering import MISSING

Walk: TypeAlias = Iterator[tuple[Any, bool]]
"""The values that a path yields, each with whether its elements are candidates if it is a list."""

Steps: TypeAlias = Mapping[str, Callable[..., Any]]
"""Replacements of steps, by the name of the step."""

METHOD_OF_CONDITION: dict[type, str] = {
    tree.Eq: "eq",
    tree.Ne: "ne",
    tree.Lt: "lt",
    tree.Lte: "lte",
    tree.Gt: "gt",
    tree.Gte: "gte",
    tree.In: "in_",
    tree.Nin: "nin",
    tree.All: "all_",
    tree.Exists: "exists",
    tree.Mod: "mod",
    tree.Size: "size",
    tree.Regex: "regex",
    tree.Glob: "glob",
    tree.Not: "not_",
    tree.ElemMatch: "elem_match",
    tree.ElemQuery: "elem_query",
}
"""The method of `StepwiseSemantics` that compiles a condition, by the class of the condition."""


class StepwiseSemantics:
    """The meaning of queries, with one method per step.

    Each operator has a method of its name, which compiles its conditions.
    """

    # Queries

    def compile_selector(self, query: tree.Query) -> Selector:
        """Return the function that says whether a query selects a record."""
        if isinstance(query, tree.Field):
            return self.compile_field(query)
        parts = [self.compile_selector(part) for part in query.parts]
        if isinstance(query, tree.And):
            return self.and_(parts)
        return self.or_(parts) if isinstance(query, tree.Or) else self.nor(parts)

    def compile_field(self, query: tree.Field) -> Selector:
        """Return the function that says whether the values at a path satisfy the conditions."""
        path, condition = query.path, self.compile_conditions(query.tests)
        return lambda record: condition(self.resolve_path(record, path))

    def and_(self, parts: list[Selector]) -> Selector:
        """Combine the parts of ``$and``, or of a query with several keys."""
        return lambda record: all(part(record) for part in parts)

    def or_(self, parts: list[Selector]) -> Selector:
        """Combine the parts of ``$or``."""
        return lambda record: any(part(record) for part in parts)

    def nor(self, parts: list[Selector]) -> Selector:
        """Combine the parts of ``$nor``."""
        return lambda record: not any(part(record) for part in parts)

    # Conditions

    def compile_conditions(self, nodes: tuple[tree.Test, ...]) -> Condition:
        """Return the function that says whether all conditions are true."""
        return self.join_conditions([self.compile_condition(node) for node in nodes])

    def join_conditions(self, conditions: list[Condition]) -> Condition:
        """Combine several conditions on the same values."""
        return lambda matches: all(condition(matches) for condition in conditions)

    def compile_condition(self, node: tree.Test) -> Condition:
        """Return the function that says whether a condition is true for the values of a path."""
        condition: Condition = getattr(self, METHOD_OF_CONDITION[type(node)])(node)
        return condition

    def _compile_simple(self, node: tree.Test) -> Condition:
        return compile_condition(node)

    eq = ne = lt = lte = gt = gte = in_ = nin = _compile_simple
    all_ = exists = mod = size = regex = glob = _compile_simple

    def not_(self, node: tree.Not) -> Condition:
        """Compile ``$not``."""
        return complement(self.compile_conditions(node.tests))

    def elem_match(self, node: tree.ElemMatch) -> Condition:
        """Compile ``$elemMatch`` with operators."""
        condition = self.compile_conditions(node.tests)
        return lambda matches: any(condition(single_match(item)) for item in iter_elements(matches))

    def elem_query(self, node: tree.ElemQuery) -> Condition:
        """Compile ``$elemMatch`` with a query."""
        selects = self.compile_selector(node.query)
        return lambda matches: any(
            selects(item)
            for item in map(as_document, iter_elements(matches))
            if isinstance(item, dict)
        )

    # Paths

    def resolve_path(self, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
        """Follow a path in a record."""
        matches = PathMatches([], [])
        for value, is_opened in self.walk(
            record.get(path.root, MISSING), path.rest, by_index=False
        ):
            matches.values.append(value)
            if is_opened and isinstance(value, list):
                matches.candidates.extend(value)
            matches.candidates.append(value)
        return matches

    def walk(self, value: Any, rest: tuple[str, ...], *, by_index: bool) -> Walk:
        """Follow the rest of a path from `value`, which was reached `by_index` or by a key."""
        if not rest:
            yield value, not by_index
        elif isinstance(value, dict):
            yield from self.walk_dict(value, rest)
        elif isinstance(value, list):
            yield from self.walk_list(value, rest)
        else:
            yield from self.walk_scalar(value, rest)

    def walk_dict(self, value: dict[str, Any], rest: tuple[str, ...]) -> Walk:
        """Follow the rest of a path through a dict."""
        yield from self.walk(value.get(rest[0], MISSING), rest[1:], by_index=False)

    def walk_list(self, value: list[Any], rest: tuple[str, ...]) -> Walk:
        """Follow the rest of a path through the dicts in a list, and through one element."""
        for item in value:
            if isinstance(item, dict):
                yield from self.walk(item, rest, by_index=False)
        index = self.parse_index(rest[0])
        if index is not None and index < len(value):
            item = value[index]
            if len(rest) == 1 or isinstance(item, dict | list):
                yield from self.walk(item, rest[1:], by_index=True)

    def walk_scalar(self, _value: Any, _rest: tuple[str, ...]) -> Walk:
        """Follow the rest of a path from a value that has no members."""
        yield MISSING, True

    def parse_index(self, part: str) -> int | None:
        """Return the index of a list that a part of a path means, or None."""
        return int(part) if re.fullmatch("0|[1-9][0-9]{0,18}", part, re.ASCII) else None


class StepwiseModel(Model):
    """The model with one method per step; it answers as `Model` does."""

    semantics = StepwiseSemantics()

    # The calls

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a copy of a new record."""
        fields = self.normalize_record(msg_id, rec)
        if msg_id in self.records:
            raise DuplicateRecord(f"there is a record {msg_id!r} already")
        self.records[msg_id] = with_defaults(fields)

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return a copy of a record."""
        self.require_record(msg_id)
        copy: TaskRecord = self.copy_record(self.records[msg_id])
        return copy

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace fields of a record."""
        self.require_record(msg_id)
        fields = self.normalize_record(msg_id, rec)
        self.records[msg_id] = with_defaults({**self.records[msg_id], **fields})

    def drop_record(self, msg_id: str, /) -> None:
        """Remove a record."""
        self.require_record(msg_id)
        del self.records[msg_id]

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the selected records."""
        for msg_id in self.select_ids_to_drop(check):
            del self.records[msg_id]

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Return copies of the selected records, with the fields that `keys` names."""
        selected, names = self.select_ids(check), self.parse_keys(keys)
        return {msg_id: self.project_record(self.records[msg_id], names) for msg_id in selected}

    # What the calls are made of

    def normalize_record(self, msg_id: str, rec: Any) -> dict[str, Any]:
        """Validate a record or an update, and return a private copy of its fields."""
        return checked_fields(msg_id, rec)

    def require_record(self, msg_id: object) -> None:
        """Raise an error if an id is not a str, or if no record has it."""
        if not isinstance(msg_id, str):
            raise RecordError(f"msg_id: must be a str, not {msg_id!r}")
        if msg_id not in self.records:
            raise RecordNotFound(f"there is no record {msg_id!r}")

    def parse_query(self, check: Any) -> tree.Query:
        """Validate a query, and return its syntax tree."""
        return parse_query(check, TASK_FIELDS, self.capabilities)

    def select_ids(self, check: Any) -> list[str]:
        """Return the ids of the records that a query selects."""
        selects = self.semantics.compile_selector(self.parse_query(check))
        return [msg_id for msg_id, record in self.records.items() if selects(record)]

    def select_ids_to_drop(self, check: Any) -> list[str]:
        """Return the ids of the records that `drop_matching_records` removes."""
        return self.select_ids(check)

    def parse_keys(self, keys: Any) -> list[str] | None:
        """Validate the argument `keys`, and return its names; None stands for all fields."""
        return check_keys(keys)

    def copy_record(self, record: Any, names: list[str] | None = None) -> Any:
        """Return a copy of a record for the caller, with `msg_id` and the fields `names`."""
        wanted = record.keys() if names is None else {"msg_id", *names}
        return {name: deep_copy(record[name]) for name in record if name in wanted}

    def project_record(self, record: Any, names: list[str] | None) -> Any:
        """Return the copy of a record that `find_records` returns."""
        return self.copy_record(record, names)


def _step_names(owner: type) -> frozenset[str]:
    return frozenset(
        name for name in dir(owner) if not name.startswith("_") and callable(getattr(owner, name))
    )


MODEL_STEPS = _step_names(StepwiseModel)
SEMANTICS_STEPS = _step_names(StepwiseSemantics)


def replace_steps(steps: Steps) -> type[StepwiseModel]:
    """Return a class of stepwise models in which some steps are replaced.

    Args:
        steps: The replacements: functions with the parameters of the step, including `self`.

    Raises:
        ValueError: A name is not the name of a step.
    """
    if unknown := steps.keys() - MODEL_STEPS - SEMANTICS_STEPS:
        raise ValueError(f"not a step: {', '.join(sorted(unknown))}")
    attributes: dict[str, Any] = {name: steps[name] for name in steps if name in MODEL_STEPS}
    of_semantics = {name: steps[name] for name in steps if name in SEMANTICS_STEPS}
    if of_semantics:
        semantics = type("ReplacedSemantics", (StepwiseSemantics,), of_semantics)
        attributes["semantics"] = semantics()
    return type("ReplacedModel", (StepwiseModel,), attributes)


@dataclass(frozen=True)
class FaultModel:
    """A model with one known defect.

    Attributes:
        clause: The clause that the defect breaks.
        name: The defect in words.
        hint: Where such a defect usually is.
        steps: The steps that have the defect.
    """

    clause: str
    name: str
    hint: str
    steps: Steps

    def __str__(self) -> str:
        return f"{self.name}: look at {self.hint}"

    def open(self, capabilities: frozenset[Capability]) -> StepwiseModel:
        """Return an empty store with the defect."""
        return self._model_class(capabilities)

    @cached_property
    def _model_class(self) -> type[StepwiseModel]:
        return replace_steps(self.steps)


# Helpers for steps


def complement(condition: Condition) -> Condition:
    """Return the negation of a condition."""
    return lambda matches: not condition(matches)


def iter_elements(matches: PathMatches) -> Iterator[Any]:
    """Yield the elements of the lists that a path yields."""
    return (item for value in matches.values if isinstance(value, list) for item in value)


def as_document(item: Any) -> Any:
    """Return a list as a dict with its indices as keys, as ``$elemMatch`` needs (ELEM-3)."""
    return {str(i): value for i, value in enumerate(item)} if isinstance(item, list) else item
