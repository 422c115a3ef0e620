"""`compile_query`: from a query dict to a predicate on records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Selector, selector
from taskdb_spec.language.parser import parse_query
from taskdb_spec.records.fields import TASK_FIELDS


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
