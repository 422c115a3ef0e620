"""Mutants made of one function: each decorator puts it into one step of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition
from taskdb_spec.language.paths import PathMatches, single_match
from taskdb_spec.records.domain import MAX_DEPTH
from taskdb_spec.records.fields import DICT_FIELDS
from tests.mutation.base import Mutant, broken
from tests.mutation.language import Check, Language
from tests.mutation.store import Store

Decorator = Callable[[Callable[..., Any]], Mutant]
LOGIC = ("$and", "$or", "$nor")


def with_language(clause: str, why: str, **options: Any) -> Callable[[type[Language]], Mutant]:
    """A store whose queries mean what the decorated class says."""

    def decorate(spoken: type[Language]) -> Mutant:
        class Speaking(Store):
            language = spoken()

        Speaking.__name__ = spoken.__name__
        return broken(clause, why, **options)(Speaking)

    return decorate


def _leaf(clause: str, why: str, name: str, leaf: Callable[[tree.Test], Check], **options: Any):
    class Leafed(Language):
        def leaf(self, test: tree.Test) -> Check:
            return leaf(test)

    Leafed.__name__ = name
    return with_language(clause, why, **options)(Leafed)


def rewriting(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(test) -> test: each test of those kinds is replaced by another one."""

    def decorate(rewrite: Callable[..., Any]) -> Mutant:
        def leaf(test: tree.Test) -> Check:
            return compile_condition(rewrite(test) if isinstance(test, kinds) else test)

        return _leaf(clause, why, rewrite.__name__, leaf, **options)

    return decorate


def judging(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(test, found, holds) -> bool: has the last word on each test of those kinds."""

    def decorate(judge: Callable[..., Any]) -> Mutant:
        def leaf(test: tree.Test) -> Check:
            check = compile_condition(test)
            if not isinstance(test, kinds):
                return check
            return lambda found: judge(test, found, check(found))

        return _leaf(clause, why, judge.__name__, leaf, **options)

    return decorate


def comparing(clause: str, why: str, *kinds: type, **options: Any) -> Decorator:
    """fn(value, test) -> bool: says it of each candidate; None leaves it to the specification.

    For the tests that hold if some candidate satisfies them, not for complements.
    """

    def decorate(holds: Callable[..., Any]) -> Mutant:
        def leaf(test: tree.Test) -> Check:
            check = compile_condition(test)
            if not isinstance(test, kinds):
                return check

            def of_value(value: Any) -> bool:
                said = holds(value, test)
                return check(single_match(value)) if said is None else said

            return lambda found: any(map(of_value, found.candidates))

        return _leaf(clause, why, holds.__name__, leaf, **options)

    return decorate


def looking(clause: str, why: str, **options: Any) -> Decorator:
    """fn(found, path) -> Found: changes what a path has found."""

    def decorate(look: Callable[..., Any]) -> Mutant:
        class Looking(Language):
            def find(self, record: Mapping[str, Any], path: tree.Path) -> PathMatches:
                return look(super().find(record, path), path)

        Looking.__name__ = look.__name__
        return with_language(clause, why, **options)(Looking)

    return decorate


def rewording(clause: str, why: str, strict: bool = False, **options: Any) -> Decorator:
    """fn(check) -> check: rewrites each query before it is parsed, if it is a dict.

    A `strict` one refuses all the same what was malformed before.
    """

    def decorate(reword: Callable[..., Any]) -> Mutant:
        class Rewording(Store):
            def parsed(self, check: Any) -> tree.Query:
                if strict:
                    super().parsed(check)
                return super().parsed(reword(check) if isinstance(check, dict) else check)

        Rewording.__name__ = reword.__name__
        return broken(clause, why, **options)(Rewording)

    return decorate


def taking(clause: str, why: str, *operators: str, **options: Any) -> Decorator:
    """fn(operand) -> operand: rewrites the operand of those operators before it is parsed."""

    def decorate(take: Callable[..., Any]) -> Mutant:
        def by_operator(name: str, operand: Any) -> tuple[str, Any]:
            return name, take(operand) if name in operators else operand

        def reword(check: dict[str, Any]) -> dict[str, Any]:
            return reworded(check, by_operator)

        reword.__name__ = take.__name__
        return rewording(clause, why, **options)(reword)

    return decorate


def renaming(clause: str, why: str, **options: Any) -> Decorator:
    """fn(name, operand) -> (name, operand) or None, which leaves the operator out."""

    def decorate(rename: Callable[..., Any]) -> Mutant:
        def reword(check: dict[str, Any]) -> dict[str, Any]:
            return reworded(check, rename)

        reword.__name__ = rename.__name__
        return rewording(clause, why, **options)(reword)

    return decorate


def reworded(check: Any, by_operator: Callable[[str, Any], Any], depth: int = 0) -> Any:
    """A copy of a query with each operator on a field replaced; None leaves it out."""
    if not isinstance(check, dict) or depth > MAX_DEPTH:
        return check
    copy: dict[Any, Any] = {}
    for key, operand in check.items():
        if key in LOGIC and isinstance(operand, list):
            copy[key] = [reworded(part, by_operator, depth + 1) for part in operand]
        elif is_operators(operand):
            operand = _operators(operand, by_operator, depth)
            if operand:
                copy[key] = operand
        else:
            copy[key] = operand
    return copy


def _operators(operators: dict[Any, Any], by_operator: Callable[..., Any], depth: int) -> Any:
    copy = {}
    for name, operand in operators.items():
        if name == "$not" and is_operators(operand) and depth < MAX_DEPTH:
            operand = _operators(operand, by_operator, depth + 1)
        pair = by_operator(name, operand)
        if pair is not None:
            copy[pair[0]] = pair[1]
    return copy


def is_operators(operand: Any) -> bool:
    """Whether a condition is a dict with operators in it."""
    return isinstance(operand, dict) and any(str(name).startswith("$") for name in operand)


def storing(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: every value passes through it on its way in, at every depth."""

    def decorate(store: Callable[..., Any]) -> Mutant:
        def changed(name: str, value: Any) -> Any:
            return value if name == "msg_id" else mapped(value, store)

        return _storing(clause, why, store.__name__, changed, **options)

    return decorate


def storing_inside(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: every value inside of the dict fields passes through it."""

    def decorate(store: Callable[..., Any]) -> Mutant:
        def changed(name: str, value: Any) -> Any:
            if name not in DICT_FIELDS or value is None:
                return value
            return {key: mapped(item, store) for key, item in value.items()}

        return _storing(clause, why, store.__name__, changed, **options)

    return decorate


def storing_fields(clause: str, why: str, *names: str, **options: Any) -> Decorator:
    """fn(value) -> value: the values of those fields, unless None, pass through it whole."""

    def decorate(store: Callable[..., Any]) -> Mutant:
        def changed(name: str, value: Any) -> Any:
            return store(value) if name in names and value is not None else value

        return _storing(clause, why, store.__name__, changed, **options)

    return decorate


def _storing(clause: str, why: str, name: str, changed: Callable[..., Any], **options: Any):
    class Storing(Store):
        def normalize_record(self, msg_id: str, rec: Mapping[str, Any]) -> dict[str, Any]:
            fields = super().normalize_record(msg_id, rec)
            return {name: changed(name, value) for name, value in fields.items()}

    Storing.__name__ = name
    return broken(clause, why, **options)(Storing)


def accepting(clause: str, why: str, **options: Any) -> Decorator:
    """fn(value) -> value: rewrites what is given, at every depth, before it is checked."""

    def decorate(accept: Callable[..., Any]) -> Mutant:
        class Accepting(Store):
            def normalize_record(self, msg_id: str, rec: Any) -> dict[str, Any]:
                if isinstance(rec, dict):
                    rec = {name: mapped(value, accept) for name, value in rec.items()}
                return super().normalize_record(msg_id, rec)

        Accepting.__name__ = accept.__name__
        return broken(clause, why, **options)(Accepting)

    return decorate


def mapped(value: Any, change: Callable[[Any], Any], depth: int = 0) -> Any:
    """A copy of a value with `change` done to each part of it, from the inside out."""
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, dict):
        value = {key: mapped(item, change, depth + 1) for key, item in value.items()}
    elif isinstance(value, list):
        value = [mapped(item, change, depth + 1) for item in value]
    return change(value)
