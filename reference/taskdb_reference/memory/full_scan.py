"""Full scan: evaluate a part of a query on each record, where no index can answer it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from operator import eq, ne
from types import NoneType
from typing import Any, TypeAlias

from taskdb_reference.memory.stored_record import SCALAR_FIELDS, StoredRecord
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition, compile_selector
from taskdb_spec.language.paths import single_match

ScalarPredicate: TypeAlias = Callable[[Any], object]
_SCALARS = (str, datetime, NoneType)


def filter_records(records: Iterable[StoredRecord], part: tree.Query) -> list[StoredRecord]:
    """Return the records that a part of a query selects.

    >>> from taskdb_spec import parse_query
    >>> records = [StoredRecord({"msg_id": "a", "stdout": text}, 1) for text in "xyx"]
    >>> len(filter_records(records, parse_query({"stdout": "x"})))
    2
    """
    if isinstance(part, tree.Field) and not part.path.rest and part.path.root in SCALAR_FIELDS:
        field, is_match = part.path.root, compile_scalar_predicate(part.tests)
        return [record for record in records if is_match(record.fields[field])]
    selects = compile_selector(part)
    return [record for record in records if selects(record.fields)]


def compile_scalar_predicate(conditions: tuple[tree.Test, ...]) -> ScalarPredicate:
    """Compile conditions into a function of a str, a datetime or None.

    The function returns a true value if the scalar satisfies all conditions.
    """
    if len(conditions) == 1:
        [condition] = conditions
        compile_one = _SHORTCUTS.get(type(condition), _compile_general)
        return compile_one(condition)
    predicates = [compile_scalar_predicate((condition,)) for condition in conditions]
    return lambda value: all(predicate(value) for predicate in predicates)


def _compile_general(condition: tree.Test) -> ScalarPredicate:
    is_match = compile_condition(condition)
    return lambda value: is_match(single_match(value))


def _compile_eq(condition: tree.Eq) -> ScalarPredicate:
    if isinstance(condition.operand, _SCALARS):
        return partial(eq, condition.operand)
    return _compile_general(condition)


def _compile_ne(condition: tree.Ne) -> ScalarPredicate:
    if isinstance(condition.operand, _SCALARS):
        return partial(ne, condition.operand)
    return _compile_general(condition)


def _compile_in(condition: tree.In) -> ScalarPredicate:
    scalars = (operand for operand in condition.operands if isinstance(operand, _SCALARS))
    return frozenset(scalars).__contains__


def _compile_glob(condition: tree.Glob) -> ScalarPredicate:
    match = re.compile(fnmatch.translate(condition.pattern)).match
    return lambda value: type(value) is str and match(value)


_SHORTCUTS: dict[type, Callable[[Any], ScalarPredicate]] = {
    tree.Eq: _compile_eq,
    tree.Ne: _compile_ne,
    tree.In: _compile_in,
    tree.Glob: _compile_glob,
}
"""Faster predicates for common conditions.

They give the same answers, because a str, a datetime and None equal no value of another class.
"""
