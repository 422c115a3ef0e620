"""`compile_query`: from a query dict to a predicate on records.

`parse_query` validates the query and makes its syntax tree, which is then compiled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from taskdb_spec.capabilities import ALL, Capability
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import Selector, compile_selector
from taskdb_spec.language.parser import parse_query
from taskdb_spec.records.fields import TASK_FIELDS


@dataclass(frozen=True, slots=True)
class Predicate:
    """A compiled query: a function of a record that returns whether the query selects it.

    Attributes:
        tree: The syntax tree of the query.
    """

    tree: tree.Query
    _selects: Selector

    def __call__(self, record: Mapping[str, Any]) -> bool:
        """Return whether the query selects the record."""
        return self._selects(record)


def compile_query(
    check: object,
    fields: Collection[str] | None = TASK_FIELDS,
    capabilities: Collection[Capability | str] = ALL,
) -> Predicate:
    """Compile a query.

    `parse_query` validates the query first, independent of the stored records (QRY-9, QRY-10). The
    predicate reads the record without copying it, and does not raise for values of the domain.

    Args:
        check: The query.
        fields: The root fields of the records; None allows any.
        capabilities: The capabilities that the query may use.

    Raises:
        UnsupportedOperator: The query needs a capability that is not in `capabilities`.
        QueryError: The specification does not allow the query.

    >>> predicate = compile_query({"completed": None, "label": {"$in": ["a", "b"]}})
    >>> predicate({"label": "b"}), predicate({"label": "c"})
    (True, False)
    >>> compile_query({"completed": {"$le": None}})
    Traceback (most recent call last):
    taskdb_spec.language.errors.UnknownOperator: check['completed']: unknown operator '$le'; \
did you mean '$lte'?
    """
    query = parse_query(check, fields=fields, capabilities=capabilities)
    return Predicate(query, compile_selector(query))
