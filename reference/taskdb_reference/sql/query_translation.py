"""From the tree of a query to a condition on the columns of a record, by a rule for each node.

A condition is exact, or selects more than the query does; the compiled predicate decides the rest.
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
    Condition,
    all_of,
    any_of,
    complement,
)
from taskdb_reference.sql.dialect import Dialect
from taskdb_reference.sql.json_codec import encoded
from taskdb_reference.sql.nul_escaping import after_prefix, escaped
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition, compile_selector
from taskdb_spec.language.paths import resolve_path
from taskdb_spec.records.fields import DICT_FIELDS
from taskdb_spec.records.timestamps import to_microseconds

Rule: TypeAlias = Callable[[tree.Path, Any], Condition]

_COMPARISONS = {tree.Lt: "<", tree.Lte: "<=", tree.Gt: ">", tree.Gte: ">="}
_WILD = re.compile(r"[*?\[]")
_SEARCHES = 8
"""To search a text more often than this takes longer than to decode it."""


class Translator:
    """Writes conditions in one dialect. Its methods are the rules, its tables say which is whose.

    Values in a text or time column are scalars: for them nearly every rule is exact. Values in any
    other column are not looked into, but it is known whether they are None.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.queries: dict[type, Callable[[Any], Condition]] = {
            tree.Field: self.field,
            tree.And: lambda query: all_of(map(self.query, query.parts)),
            tree.Or: lambda query: any_of(map(self.query, query.parts)),
            tree.Nor: lambda query: all_of(complement(self.query(q)) for q in query.parts),
        }
        self.scalars: dict[type, Rule] = {
            tree.Eq: self.equal,
            tree.Ne: lambda path, test: self.unequal(self.equal, path, test),
            **dict.fromkeys(_COMPARISONS, self.compared),
            tree.In: self.among,
            tree.Nin: lambda path, test: complement(self.among(path, test)),
            tree.All: lambda path, test: self.all_equal(self.equal, path, test),
            tree.Exists: self.exists,
            tree.Regex: lambda path, test: self.some_text(path),
            tree.Glob: self.glob,
            tree.Not: self.negated,
        }
        self.others: dict[type, Rule] = {
            tree.Eq: self.equal_inside,
            tree.Ne: lambda path, test: self.unequal(self.equal_inside, path, test),
            tree.In: self.among_inside,
            tree.All: lambda path, test: self.all_equal(self.equal_inside, path, test),
            tree.Exists: lambda path, test: (
                self.unknown(path, test) if path.rest else self.exists(path, test)
            ),
            tree.Not: self.negated,
        }

    def query(self, query: tree.Query) -> Condition:
        """The condition for a query."""
        return self.queries[type(query)](query)

    def field(self, query: tree.Field) -> Condition:
        path = query.path
        if path.root not in TEXT_COLUMNS and path.root not in TIME_COLUMNS:
            rules, fallback = self.others, self.unknown
        elif path.rest:  # nothing is ever found below a scalar
            return ALWAYS if compile_selector(query)({}) else NEVER
        else:
            rules, fallback = self.scalars, self.never
        return all_of(rules.get(type(test), fallback)(path, test) for test in query.tests)

    # Of both kinds

    def none(self, path: tree.Path) -> Condition:
        return all_of(Condition(f"{column} IS NULL") for column in _columns(path))

    def unequal(self, equal: Rule, path: tree.Path, test: tree.Ne) -> Condition:
        if test.operand is None and not path.rest:  # an index finds this, but not IS NOT TRUE
            return any_of(Condition(f"{column} IS NOT NULL") for column in _columns(path))
        return complement(equal(path, tree.Eq(test.operand)))

    def all_equal(self, equal: Rule, path: tree.Path, test: tree.All) -> Condition:
        if not test.operands:
            return NEVER
        return all_of(equal(path, tree.Eq(operand)) for operand in test.operands)

    def exists(self, path: tree.Path, test: tree.Exists) -> Condition:
        return ALWAYS if test.present else NEVER  # a record has all its root fields

    def negated(self, path: tree.Path, test: tree.Not) -> Condition:
        return complement(self.field(tree.Field(path, test.tests)))

    # Texts and instants

    def never(self, path: tree.Path, test: tree.Test) -> Condition:
        return NEVER

    def comparison(self, path: tree.Path, sign: str, operand: Any) -> Condition:
        if isinstance(operand, str) and path.root in TEXT_COLUMNS:
            sql = f"{TEXT_COLUMNS[path.root]} {sign} {self.dialect.mark}"
            return Condition(sql, (escaped(operand),))
        if isinstance(operand, datetime) and path.root in TIME_COLUMNS:
            sql = f"{TIME_COLUMNS[path.root]} {sign} {self.dialect.mark}"
            return Condition(sql, (to_microseconds(operand),))
        return NEVER  # another class is neither equal nor above nor below

    def equal(self, path: tree.Path, test: tree.Eq) -> Condition:
        if test.operand is None:
            return self.none(path)
        return self.comparison(path, "=", test.operand)

    def compared(self, path: tree.Path, test: tree.Lt | tree.Lte | tree.Gt | tree.Gte) -> Condition:
        if test.operand is None:
            return self.none(path) if isinstance(test, tree.Lte | tree.Gte) else NEVER
        return self.comparison(path, _COMPARISONS[type(test)], test.operand)

    def among(self, path: tree.Path, test: tree.In | tree.Nin) -> Condition:
        texts = [escaped(operand) for operand in test.operands if isinstance(operand, str)]
        times = [to_microseconds(o) for o in test.operands if isinstance(o, datetime)]
        parts = [self.none(path)] if None in test.operands else []
        if texts and path.root in TEXT_COLUMNS:
            sql = self.dialect.text_among.format(column=TEXT_COLUMNS[path.root])
            parts.append(Condition(sql, (self.dialect.array(texts),)))
        if times and path.root in TIME_COLUMNS:
            sql = self.dialect.time_among.format(column=TIME_COLUMNS[path.root])
            parts.append(Condition(sql, (self.dialect.array(times),)))
        return any_of(parts)

    def some_text(self, path: tree.Path) -> Condition:
        if path.root not in TEXT_COLUMNS:
            return NEVER
        return Condition(f"{TEXT_COLUMNS[path.root]} IS NOT NULL", exact=False)

    def glob(self, path: tree.Path, test: tree.Glob) -> Condition:
        wild = _WILD.search(test.pattern)
        if wild is None:
            return self.comparison(path, "=", test.pattern)
        prefix = test.pattern[: wild.start()]
        after = after_prefix(prefix)
        if after is None:
            return self.some_text(path)
        bounds = (self.comparison(path, ">=", prefix), self.comparison(path, "<", after))
        return all_of([*bounds, UNDECIDED])

    # Documents and buffers

    def unknown(self, path: tree.Path, test: tree.Test) -> Condition:
        """Any record, or any that has a value there, if the test does not hold of None."""
        if compile_condition(test)(resolve_path({path.root: None}, path)):
            return UNDECIDED
        return Condition(f"{path.root} IS NOT NULL", exact=False)

    def equal_inside(self, path: tree.Path, test: tree.Eq) -> Condition:
        if test.operand is None and not path.rest:
            return self.none(path)
        if path.root in DICT_FIELDS and isinstance(test.operand, str | bytes | datetime):
            # The text of a document has in it the texts of all that it holds.
            sql = self.dialect.contains.format(column=path.root)
            return Condition(sql, (encoded(test.operand),), exact=False)
        return self.unknown(path, test)

    def among_inside(self, path: tree.Path, test: tree.In) -> Condition:
        if len(test.operands) > _SEARCHES:
            return self.unknown(path, test)
        return any_of(self.equal_inside(path, tree.Eq(operand)) for operand in test.operands)


def _columns(path: tree.Path) -> list[str]:
    """The columns of a root field, of which one is set unless the field is None."""
    typed = [columns[path.root] for columns in (TEXT_COLUMNS, TIME_COLUMNS) if path.root in columns]
    return typed or [path.root]
