"""A deviation, and the store that has it: the model in steps, one of which is replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from taskdb_spec.capabilities import Capability
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition
from taskdb_spec.language.parser import parse_query
from taskdb_spec.language.paths import PathMatches, resolve_path, single_match
from taskdb_spec.model import Model
from taskdb_spec.records.fields import TASK_FIELDS

Check = Callable[[PathMatches], bool]
Selects = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class FaultModel:
    """One way of being wrong: its name in words, where to look for it, and a store that has it."""

    name: str
    hint: str
    store: Callable[[frozenset[Capability]], Model]

    def __str__(self) -> str:
        return f"{self.name}: look at {self.hint}"


class StepwiseSemantics:
    """How queries are read. `kinds` are the tests that `changed` reads in its own way."""

    kinds: tuple[type, ...] = ()

    def changed(self, test: Any) -> Check:
        return self.right(test)

    def selector(self, query: tree.Query) -> Selects:
        if isinstance(query, tree.Field):
            return self.field(query)
        return self.joined(type(query), [self.selector(part) for part in query.parts])

    def joined(self, kind: type, parts: list[Selects]) -> Selects:
        every = all if kind is tree.And else any
        return lambda record: every(part(record) for part in parts) != (kind is tree.Nor)

    def field(self, query: tree.Field) -> Selects:
        check = self.together([self.check(test) for test in query.tests])
        return lambda record: check(self.find(record, query.path))

    def together(self, checks: list[Check]) -> Check:
        return lambda found: all(check(found) for check in checks)

    def find(self, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
        return resolve_path(record, path)

    def check(self, test: tree.Test) -> Check:
        return self.changed(test) if isinstance(test, self.kinds) else self.right(test)

    def right(self, test: tree.Test) -> Check:
        """What the test means; the tests that it is made of are read by `check` again."""
        match test:
            case tree.Ne(operand):
                return complement(self.check(tree.Eq(operand)))
            case tree.Nin(operands):
                return complement(self.check(tree.In(operands)))
            case tree.Not(tests):
                return complement(self.together([self.check(each) for each in tests]))
            case tree.ElemMatch(tests):
                check = self.together([self.check(each) for each in tests])
                return lambda found: any(check(single_match(item)) for item in elements(found))
            case tree.ElemQuery(query):
                selects = self.selector(query)
                return lambda found: any(selects(item) for item in documents(found))
            case _:
                return compile_condition(test)


def complement(check: Check) -> Check:
    return lambda found: not check(found)


def elements(found: PathMatches) -> Iterator[Any]:
    """The elements of the lists that a path found."""
    return (item for value in found.values if isinstance(value, list) for item in value)


def documents(found: PathMatches) -> Iterator[Mapping[str, Any]]:
    """Those that are documents, as a list inside a list is one of its indices."""
    for item in elements(found):
        if isinstance(item, list):
            yield {str(index): value for index, value in enumerate(item)}
        elif isinstance(item, dict):
            yield item


class StepwiseModel(Model):
    """Does what the model does, with queries in steps that a deviation replaces as well."""

    semantics = StepwiseSemantics()

    def parsed(self, check: Any) -> tree.Query:
        return parse_query(check, TASK_FIELDS, self.capabilities)

    def select_ids(self, check: Any) -> list[str]:
        """The ids of the records that a query selects."""
        selects = self.semantics.selector(self.parsed(check))
        return [msg_id for msg_id, record in self.records.items() if selects(record)]


# What deviations are made of


def with_methods(name: str, hint: str, **steps: Any) -> FaultModel:
    """A store with other steps, by name."""
    return FaultModel(name, hint, type("FaultyModel", (StepwiseModel,), steps))


def with_semantics(name: str, hint: str, **steps: Any) -> FaultModel:
    """A store that reads queries with other steps."""
    return with_methods(
        name, hint, semantics=type("FaultySemantics", (StepwiseSemantics,), steps)()
    )


def with_rewritten_test(
    name: str, hint: str, kinds: Any, change: Callable[[Any], tree.Test]
) -> FaultModel:
    """Each test of those kinds is read as another."""
    return with_semantics(
        name, hint, kinds=_kinds(kinds), changed=lambda self, t: compile_condition(change(t))
    )


def with_test(
    name: str, hint: str, kinds: Any, holds: Callable[[Any, PathMatches, Check], bool]
) -> FaultModel:
    """`holds` says it of what was found, and may ask the right check."""

    def changed(self: StepwiseSemantics, test: Any) -> Check:
        right = self.right(test)
        return lambda found: holds(test, found, right)

    return with_semantics(name, hint, kinds=_kinds(kinds), changed=changed)


def with_comparison(
    name: str, hint: str, kinds: Any, holds: Callable[[Any, Any], Any]
) -> FaultModel:
    """`holds(value, test)` says it of each candidate; None leaves it to the right check."""

    def said(test: Any, value: Any, right: Check) -> bool:
        verdict = holds(value, test)
        return right(single_match(value)) if verdict is None else bool(verdict)

    return with_test(
        name,
        hint,
        kinds,
        lambda test, found, right: any(said(test, value, right) for value in found.candidates),
    )


def with_rewritten_query(name: str, hint: str, change: Callable[[str, Any], Any]) -> FaultModel:
    """`change(operator, operand)` rewrites each operand before the query is parsed."""
    return with_methods(
        name, hint, parsed=lambda self, check: StepwiseModel.parsed(self, reworded(check, change))
    )


def with_stored_values(name: str, hint: str, change: Callable[[Any], Any]) -> FaultModel:
    """Every value, at every depth, is changed on its way in."""

    def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
        fields = StepwiseModel.normalize_record(self, msg_id, rec)
        return {
            key: value if key == "msg_id" else mapped(value, change)
            for key, value in fields.items()
        }

    return with_methods(name, hint, normalize_record=normalize_record)


def with_accepted_values(name: str, hint: str, change: Callable[[str, Any], Any]) -> FaultModel:
    """`change(field, value)` rewrites what is given before it is checked."""

    def normalize_record(self: StepwiseModel, msg_id: str, rec: Any) -> dict[str, Any]:
        if isinstance(rec, dict):
            rec = {key: change(key, value) for key, value in rec.items()}
        return StepwiseModel.normalize_record(self, msg_id, rec)

    return with_methods(name, hint, normalize_record=normalize_record)


def _kinds(kinds: Any) -> tuple[type, ...]:
    return kinds if isinstance(kinds, tuple) else (kinds,)


def mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """A copy with `change` done to each part, from the inside out."""
    if isinstance(value, dict):
        value = {key: mapped(item, change) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        value = [mapped(item, change) for item in value]
    return change(value)


def reworded(check: Any, change: Callable[[str, Any], Any]) -> Any:
    """A copy of a query with the operand of each operator changed."""
    if isinstance(check, list | tuple):
        return [reworded(item, change) for item in check]
    if not isinstance(check, dict):
        return check
    return {
        key: change(key, reworded(value, change))
        if str(key).startswith("$")
        else reworded(value, change)
        for key, value in check.items()
    }
