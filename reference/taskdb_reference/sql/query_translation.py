"""Translate the syntax tree of a query to a condition on the columns of a record.

A condition is exact, or it selects more than the query does, and the compiled predicate decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_reference.sql.columns import TEXT_COLUMNS, TIME_COLUMNS
from taskdb_reference.sql.conditions import (
    ALWAYS,
    NEVER,
    UNDECIDED,
    SqlCondition,
    all_of,
    any_of,
    complement,
)
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.json_codec import encode_json
from taskdb_reference.sql.nul_escaping import escape_nul, get_prefix_end
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition, compile_selector
from taskdb_spec.language.paths import resolve_path
from taskdb_spec.records.fields import DICT_FIELDS
from taskdb_spec.records.timestamps import to_microseconds

Rule: TypeAlias = Callable[[tree.Path, Any], SqlCondition]

_ORDER_OPERATORS = {tree.Lt: "<", tree.Lte: "<=", tree.Gt: ">", tree.Gte: ">="}
_WILDCARD = re.compile(r"[*?\[]")
_MAX_SEARCHES = 8
"""Searching the text of a document more often than this takes longer than decoding it."""


class QueryTranslator:
    """Translates queries to conditions in one dialect.

    The methods are the rules. The tables map the class of a condition to its rule: `_scalar_rules`
    for text and time columns, `_document_rules` for all others. The values in text and time columns
    are scalars, for which nearly all rules are exact. SQL does not look into the values of other
    columns, but it knows whether they are None.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._query_rules: dict[type, Callable[[Any], SqlCondition]] = {
            tree.Field: self._translate_field,
            tree.And: lambda query: all_of(map(self.translate, query.parts)),
            tree.Or: lambda query: any_of(map(self.translate, query.parts)),
            tree.Nor: lambda query: all_of(complement(self.translate(q)) for q in query.parts),
        }
        self._scalar_rules: dict[type, Rule] = {
            tree.Eq: self._translate_eq,
            tree.Ne: lambda path, condition: self._translate_ne(
                self._translate_eq, path, condition
            ),
            **dict.fromkeys(_ORDER_OPERATORS, self._translate_order),
            tree.In: self._translate_in,
            tree.Nin: lambda path, condition: complement(self._translate_in(path, condition)),
            tree.All: lambda path, condition: self._translate_all(
                self._translate_eq, path, condition
            ),
            tree.Exists: self._translate_exists,
            tree.Regex: lambda path, _condition: self._match_any_text(path),
            tree.Glob: self._translate_glob,
            tree.Not: self._translate_not,
        }
        self._document_rules: dict[type, Rule] = {
            tree.Eq: self._search_eq,
            tree.Ne: lambda path, condition: self._translate_ne(self._search_eq, path, condition),
            tree.In: self._search_in,
            tree.All: lambda path, condition: self._translate_all(self._search_eq, path, condition),
            tree.Exists: lambda path, condition: (
                self._leave_undecided(path, condition)
                if path.rest
                else self._translate_exists(path, condition)
            ),
            tree.Not: self._translate_not,
        }

    def translate(self, query: tree.Query) -> SqlCondition:
        """Translate a query."""
        return self._query_rules[type(query)](query)

    def _translate_field(self, query: tree.Field) -> SqlCondition:
        path = query.path
        fallback: Rule
        if path.root not in TEXT_COLUMNS and path.root not in TIME_COLUMNS:
            rules, fallback = self._document_rules, self._leave_undecided
        elif path.rest:
            # A path below a scalar matches nothing, as in a record without the field.
            return ALWAYS if compile_selector(query)({}) else NEVER
        else:
            rules, fallback = self._scalar_rules, self._match_nothing
        return all_of(
            rules.get(type(condition), fallback)(path, condition) for condition in query.tests
        )

    # For all columns

    def _is_null(self, path: tree.Path) -> SqlCondition:
        return all_of(SqlCondition(f"{column} IS NULL") for column in _columns(path))

    def _translate_ne(self, equal: Rule, path: tree.Path, condition: tree.Ne) -> SqlCondition:
        if condition.operand is None and not path.rest:
            # Not the complement of IS NULL, because an index supports IS NOT NULL only.
            return any_of(SqlCondition(f"{column} IS NOT NULL") for column in _columns(path))
        return complement(equal(path, tree.Eq(condition.operand)))

    def _translate_all(self, equal: Rule, path: tree.Path, condition: tree.All) -> SqlCondition:
        if not condition.operands:
            return NEVER
        return all_of(equal(path, tree.Eq(operand)) for operand in condition.operands)

    def _translate_exists(self, _path: tree.Path, condition: tree.Exists) -> SqlCondition:
        return ALWAYS if condition.present else NEVER  # a record has all root fields

    def _translate_not(self, path: tree.Path, condition: tree.Not) -> SqlCondition:
        return complement(self._translate_field(tree.Field(path, condition.tests)))

    # For text and time columns

    def _match_nothing(self, _path: tree.Path, _condition: tree.Test) -> SqlCondition:
        return NEVER

    def _compare(self, path: tree.Path, operator: str, operand: Any) -> SqlCondition:
        if isinstance(operand, str) and path.root in TEXT_COLUMNS:
            sql = f"{TEXT_COLUMNS[path.root]} {operator} {self._dialect.placeholder}"
            return SqlCondition(sql, (escape_nul(operand),))
        if isinstance(operand, datetime) and path.root in TIME_COLUMNS:
            sql = f"{TIME_COLUMNS[path.root]} {operator} {self._dialect.placeholder}"
            return SqlCondition(sql, (to_microseconds(operand),))
        return NEVER  # values of different classes are neither equal nor ordered

    def _translate_eq(self, path: tree.Path, condition: tree.Eq) -> SqlCondition:
        if condition.operand is None:
            return self._is_null(path)
        return self._compare(path, "=", condition.operand)

    def _translate_order(
        self, path: tree.Path, condition: tree.Lt | tree.Lte | tree.Gt | tree.Gte
    ) -> SqlCondition:
        if condition.operand is None:
            is_or_equal = isinstance(condition, tree.Lte | tree.Gte)
            return self._is_null(path) if is_or_equal else NEVER
        return self._compare(path, _ORDER_OPERATORS[type(condition)], condition.operand)

    def _translate_in(self, path: tree.Path, condition: tree.In | tree.Nin) -> SqlCondition:
        operands = condition.operands
        texts = [escape_nul(operand) for operand in operands if isinstance(operand, str)]
        times = [to_microseconds(operand) for operand in operands if isinstance(operand, datetime)]
        parts = [self._is_null(path)] if None in operands else []
        if texts and path.root in TEXT_COLUMNS:
            sql = self._dialect.text_in.format(column=TEXT_COLUMNS[path.root])
            parts.append(SqlCondition(sql, (self._dialect.to_array(texts),)))
        if times and path.root in TIME_COLUMNS:
            sql = self._dialect.time_in.format(column=TIME_COLUMNS[path.root])
            parts.append(SqlCondition(sql, (self._dialect.to_array(times),)))
        return any_of(parts)

    def _match_any_text(self, path: tree.Path) -> SqlCondition:
        if path.root not in TEXT_COLUMNS:
            return NEVER
        return SqlCondition(f"{TEXT_COLUMNS[path.root]} IS NOT NULL", is_exact=False)

    def _translate_glob(self, path: tree.Path, condition: tree.Glob) -> SqlCondition:
        wildcard = _WILDCARD.search(condition.pattern)
        if wildcard is None:
            return self._compare(path, "=", condition.pattern)
        prefix = condition.pattern[: wildcard.start()]
        end = get_prefix_end(prefix)
        if end is None:
            return self._match_any_text(path)
        bounds = (self._compare(path, ">=", prefix), self._compare(path, "<", end))
        return all_of([*bounds, UNDECIDED])

    # For the columns of documents and buffers

    def _leave_undecided(self, path: tree.Path, condition: tree.Test) -> SqlCondition:
        """Select all rows, or only those with a value if the condition is false for None."""
        if compile_condition(condition)(resolve_path({path.root: None}, path)):
            return UNDECIDED
        return SqlCondition(f"{path.root} IS NOT NULL", is_exact=False)

    def _search_eq(self, path: tree.Path, condition: tree.Eq) -> SqlCondition:
        operand = condition.operand
        if operand is None and not path.rest:
            return self._is_null(path)
        if path.root in DICT_FIELDS and isinstance(operand, str | bytes | datetime):
            # The JSON text of a document contains the JSON texts of all values in it. This holds
            # for these classes only: a number may be written in more than one way.
            sql = self._dialect.contains.format(column=path.root)
            return SqlCondition(sql, (encode_json(operand),), is_exact=False)
        return self._leave_undecided(path, condition)

    def _search_in(self, path: tree.Path, condition: tree.In) -> SqlCondition:
        if len(condition.operands) > _MAX_SEARCHES:
            return self._leave_undecided(path, condition)
        return any_of(self._search_eq(path, tree.Eq(operand)) for operand in condition.operands)


def _columns(path: tree.Path) -> list[str]:
    """Return the columns of a root field. At most one of them is not NULL."""
    typed = [columns[path.root] for columns in (TEXT_COLUMNS, TIME_COLUMNS) if path.root in columns]
    return typed or [path.root]
