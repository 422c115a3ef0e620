"""`compile_query`: from a query dict to a predicate on records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.language import tree
from taskdb_spec.language.operators import all_of
from taskdb_spec.language.paths import find
from taskdb_spec.language.syntax import parse_query
from taskdb_spec.records.fields import TASK_FIELDS

Selector: TypeAlias = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A compiled query: call it with a record; `tree` is what it was parsed into."""

    tree: tree.Query
    _selects: Selector

    def __call__(self, record: Mapping[str, Any]) -> bool:
        return self._selects(record)


def compile_query(
    check: object,
    fields: Collection[str] | None = TASK_FIELDS,
    capabilities: Collection[Capability | str] = ALL,
) -> Predicate:
    """Compile the query `check` for records with the root fields `fields` (None: any).

    All validation happens here, whatever is stored (clauses QRY-9 and QRY-10): raises a
    `QueryError`, with `UnsupportedOperator` for what needs a capability that is not among
    `capabilities`. The predicate reads the record as it is given and never raises on values of
    the domain.

    >>> predicate = compile_query({"completed": None, "label": {"$in": ["a", "b"]}})
    >>> predicate({"label": "b"}), predicate({"label": "c"})
    (True, False)
    >>> compile_query({"completed": {"$le": None}})
    Traceback (most recent call last):
    taskdb_spec.language.errors.UnknownOperator: check['completed']: unknown operator '$le'; \
did you mean '$lte'?
    """
    query = parse_query(check, fields=fields, capabilities=capabilities)
    return Predicate(query, selector(query))


def selector(query: tree.Query) -> Selector:
    """The function that says whether a record is selected by a parsed query."""
    return _SELECTORS[type(query)](query)


def _field(query: tree.Field) -> Selector:
    path, check = query.path, all_of(query.tests)
    return lambda record: check(find(record, path))


def _and(query: tree.And) -> Selector:
    parts = [selector(part) for part in query.parts]
    return lambda record: all(part(record) for part in parts)


def _or(query: tree.Or) -> Selector:
    parts = [selector(part) for part in query.parts]
    return lambda record: any(part(record) for part in parts)


def _nor(query: tree.Nor) -> Selector:
    either = _or(tree.Or(query.parts))
    return lambda record: not either(record)


_SELECTORS: dict[type, Callable[[Any], Selector]] = {
    tree.Field: _field,
    tree.And: _and,
    tree.Or: _or,
    tree.Nor: _nor,
}
