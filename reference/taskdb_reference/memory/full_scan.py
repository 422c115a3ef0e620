"""Records looked at one by one, for what no index knows."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from operator import eq, ne
from types import NoneType
from typing import Any, TypeAlias

from taskdb_reference.memory.stored_record import SIMPLE_FIELDS, Held
from taskdb_spec.language import tree
from taskdb_spec.language.evaluation import compile_condition, compile_selector
from taskdb_spec.language.paths import single_match

OfValue: TypeAlias = Callable[[Any], object]
_SIMPLE = (str, datetime, NoneType)


def selected(records: Iterable[Held], part: tree.Query) -> list[Held]:
    """Those of the records that `part` of a query selects.

    >>> from taskdb_spec import parse_query
    >>> records = [Held({"msg_id": "a"}, 1), Held({"msg_id": "b", "stdout": "x"}, 2)]
    >>> [record.msg_id for record in selected(records, parse_query({"stdout": "x"}))]
    ['b']
    """
    if isinstance(part, tree.Field) and not part.path.rest and part.path.root in SIMPLE_FIELDS:
        field, passes = part.path.root, passing(part.tests)
        return [record for record in records if passes(record.fields[field])]
    selects = compile_selector(part)
    return [record for record in records if selects(record.fields)]


def passing(tests: tuple[tree.Test, ...]) -> OfValue:
    """The function that says whether a str, a datetime or None passes the tests."""
    if len(tests) == 1:
        [test] = tests
        make = _OF_VALUES.get(type(test), _of_any)
        return make(test)
    each = [passing((test,)) for test in tests]
    return lambda value: all(passes(value) for passes in each)


def _of_any(test: tree.Test) -> OfValue:
    check = compile_condition(test)
    return lambda value: check(single_match(value))


def _equal(test: tree.Eq) -> OfValue:
    return partial(eq, test.operand) if isinstance(test.operand, _SIMPLE) else _of_any(test)


def _other(test: tree.Ne) -> OfValue:
    return partial(ne, test.operand) if isinstance(test.operand, _SIMPLE) else _of_any(test)


def _among(test: tree.In) -> OfValue:
    return frozenset(value for value in test.operands if isinstance(value, _SIMPLE)).__contains__


def _glob(test: tree.Glob) -> OfValue:
    match = re.compile(fnmatch.translate(test.pattern)).match
    return lambda value: type(value) is str and match(value)


_OF_VALUES: dict[type, Callable[[Any], OfValue]] = {
    tree.Eq: _equal,
    tree.Ne: _other,
    tree.In: _among,
    tree.Glob: _glob,
}
"""Short cuts of the common tests. They are exact, for such values equal no others."""
