"""Which records a query has to be put to: those that the indexes leave, if any can help.

`RULES` says, for one test on one root field, which records pass it. A query is split into such
tests as far as all of them must hold. The smallest of the sets of records that the rules give is
walked, the others are only asked, and what no rule knows is left to the compiled predicate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_reference.memory.candidate_sets import Chosen, Range
from taskdb_reference.memory.full_scan import passing, selected
from taskdb_reference.memory.hash_index import SOMETHING, VALUED_FIELDS
from taskdb_reference.memory.record_table import Shelf
from taskdb_reference.memory.sorted_index import FIRST, LAST, Key, after, before
from taskdb_reference.memory.stored_record import Held
from taskdb_spec.language import tree
from taskdb_spec.records.fields import TIME_FIELDS

Source: TypeAlias = Collection[str]
Rule: TypeAlias = Callable[[Shelf, str, Any], Source | None]
"""From a shelf, a root field and a test: the ids of just the records that pass, if it can tell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The records to look at, and what of the query remains to be asked of them."""

    shelf: Shelf
    sources: tuple[Source, ...]
    remainder: tuple[tree.Query, ...]

    @property
    def candidates(self) -> int:
        """How many records will be looked at."""
        return len(self.sources[0]) if self.sources else len(self.shelf.records)

    def records(self) -> list[Held]:
        """The records that the query selects."""
        found = list(self._candidates())
        for part in self.remainder:
            found = selected(found, part)
        return found

    def _candidates(self) -> Iterator[Held]:
        records = self.shelf.records
        if not self.sources:
            return iter(records.values())
        walked, *asked = self.sources
        ids: Any = walked
        for source in asked:
            ids = filter(source.__contains__, ids)
        return map(records.__getitem__, ids)


def plan(shelf: Shelf, query: tree.Query) -> Plan:
    """The plan for a parsed query.

    >>> from taskdb_spec import parse_query
    >>> shelf = Shelf()
    >>> for msg_id in "abc":
    ...     _ = shelf.put({"msg_id": msg_id, "label": "x"})
    >>> plan(shelf, parse_query({"msg_id": "b", "label": "x"})).candidates
    1
    """
    parts = list(_parts(query))
    sources, remainder = _split(shelf, parts, RULES.get)
    if not sources:
        sources, remainder = _split(shelf, parts, lambda test: _by_value)
    return Plan(shelf, tuple(sorted(_joined(sources), key=len)), tuple(remainder))


def _split(
    shelf: Shelf, parts: list[tree.Query], rule_of: Callable[[type], Rule | None]
) -> tuple[list[Source], list[tree.Query]]:
    """What the rules give, and the parts for which they give nothing."""
    sources: list[Source] = []
    remainder: list[tree.Query] = []
    for part in parts:
        source = None
        if isinstance(part, tree.Field) and not part.path.rest:
            [test] = part.tests
            rule = rule_of(type(test))
            source = rule(shelf, part.path.root, test) if rule else None
        if source is None:
            remainder.append(part)
        else:
            sources.append(source)
    return sources, remainder


def _parts(query: tree.Query) -> Iterator[tree.Query]:
    """Queries that must all hold, as small as may be."""
    if isinstance(query, tree.And):
        for part in query.parts:
            yield from _parts(part)
    elif isinstance(query, tree.Field) and len(query.tests) > 1:
        for test in query.tests:
            yield tree.Field(query.path, (test,))
    else:
        yield query


def _joined(sources: list[Source]) -> list[Source]:
    """The same, with one range for all that are of one order."""
    joined: list[Source] = [source for source in sources if not isinstance(source, Range)]
    ranges: dict[int, Range] = {}
    for source in sources:
        if isinstance(source, Range):
            order = id(source.order)
            ranges[order] = ranges[order] & source if order in ranges else source
    return [*joined, *ranges.values()]


def _equal(shelf: Shelf, field: str, test: tree.Eq) -> Source | None:
    operand = test.operand
    if field == "msg_id":
        return _among_ids(shelf, (operand,))
    if field in TIME_FIELDS and isinstance(operand, datetime):
        order = shelf.order(field)
        return Range(order, before(operand), after(operand), shelf.records)
    if operand is None or (field in VALUED_FIELDS and isinstance(operand, str)):
        return shelf.groups(field).of(operand)
    return None


def _other(shelf: Shelf, field: str, test: tree.Ne) -> Source | None:
    if test.operand is None and field not in VALUED_FIELDS and field != "msg_id":
        return shelf.groups(field).of(SOMETHING)
    return None


def _among(shelf: Shelf, field: str, test: tree.In) -> Source | None:
    if field == "msg_id":
        return _among_ids(shelf, test.operands)
    if len(test.operands) == 1:
        return _equal(shelf, field, tree.Eq(test.operands[0]))
    if field in VALUED_FIELDS:
        texts = [value for value in test.operands if isinstance(value, str | None)]
        return Chosen(shelf.groups(field), texts, shelf.records)
    return None


def _among_ids(shelf: Shelf, operands: tuple[Any, ...]) -> Source:
    texts = (operand for operand in operands if isinstance(operand, str))
    return dict.fromkeys(operand for operand in texts if operand in shelf.records)


def _within(shelf: Shelf, field: str, test: Any) -> Source | None:
    if field not in TIME_FIELDS or not isinstance(test.operand, datetime):
        return None
    low, high = _BOUNDS[type(test)](test.operand)
    return Range(shelf.order(field), low, high, shelf.records)


def _by_value(shelf: Shelf, field: str, test: tree.Test) -> Source | None:
    """Put the test to each value that there is, rather than to each record that has it."""
    if field not in VALUED_FIELDS:
        return None
    groups = shelf.groups(field)
    return Chosen(groups, list(filter(passing((test,)), groups)), shelf.records)


_BOUNDS: dict[type, Callable[[datetime], tuple[Key, Key]]] = {
    tree.Lt: lambda instant: (FIRST, before(instant)),
    tree.Lte: lambda instant: (FIRST, after(instant)),
    tree.Gt: lambda instant: (after(instant), LAST),
    tree.Gte: lambda instant: (before(instant), LAST),
}

RULES: dict[type, Rule] = {
    tree.Eq: _equal,
    tree.In: _among,
    tree.Ne: _other,
    tree.Lt: _within,
    tree.Lte: _within,
    tree.Gt: _within,
    tree.Gte: _within,
}
"""Where no rule applies to any part, `_by_value` is tried, and then all records are looked at."""
