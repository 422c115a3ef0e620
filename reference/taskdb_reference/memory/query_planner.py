"""Query planner: choose the indexes that answer a query, and scan only what they leave.

`RULES` maps the class of a condition to a function. The function returns the ids of the records
that satisfy this condition on a root field, if an index knows them. The planner splits a query into
such conditions, as far as all of them must hold. It iterates over the smallest of the candidate
sets and only asks the others whether they contain an id. A full scan evaluates the conditions that
no rule can answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from taskdb_reference.memory.candidate_sets import RangeCandidates, ValueCandidates
from taskdb_reference.memory.full_scan import compile_scalar_predicate, filter_records
from taskdb_reference.memory.hash_index import LOW_CARDINALITY_FIELDS, NOT_NONE
from taskdb_reference.memory.record_table import RecordTable
from taskdb_reference.memory.sorted_index import MAX_KEY, MIN_KEY, Key, make_end_key, make_start_key
from taskdb_reference.memory.stored_record import StoredRecord
from taskdb_spec.language import tree
from taskdb_spec.records.fields import TIME_FIELDS

CandidateSet: TypeAlias = Collection[str]
Rule: TypeAlias = Callable[[RecordTable, str, Any], CandidateSet | None]
"""Takes a table, a root field and a condition.

Returns the ids of exactly the records that satisfy it, or None if no index knows them.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to execute a query.

    Attributes:
        table: The records and their indexes.
        candidate_sets: The results of the indexes, smallest first. The query selects from their
            intersection, or from all records if there are none.
        remainder: The parts of the query that a full scan of the candidates must evaluate.
    """

    table: RecordTable
    candidate_sets: tuple[CandidateSet, ...]
    remainder: tuple[tree.Query, ...]

    @property
    def candidate_count(self) -> int:
        """The number of records that `execute` iterates over."""
        return len(self.candidate_sets[0]) if self.candidate_sets else len(self.table.records)

    def execute(self) -> list[StoredRecord]:
        """Return the records that the query selects."""
        found = list(self._candidates())
        for part in self.remainder:
            found = filter_records(found, part)
        return found

    def _candidates(self) -> Iterator[StoredRecord]:
        records = self.table.records
        if not self.candidate_sets:
            return iter(records.values())
        smallest, *others = self.candidate_sets
        ids: Any = smallest
        for candidate_set in others:
            ids = filter(candidate_set.__contains__, ids)
        return map(records.__getitem__, ids)


def make_plan(table: RecordTable, query: tree.Query) -> Plan:
    """Plan the execution of a parsed query.

    >>> from taskdb_spec import parse_query
    >>> table = RecordTable()
    >>> for msg_id in "abc":
    ...     _ = table.insert({"msg_id": msg_id, "label": "x"})
    >>> make_plan(table, parse_query({"msg_id": "b", "label": "x"})).candidate_count
    1
    """
    parts = list(_conjuncts(query))
    candidate_sets, remainder = _apply_rules(table, parts, RULES.get)
    if not candidate_sets:
        # Evaluating a condition on every value of an index costs more than a rule, but less than a
        # full scan. So it is the last resort before one.
        candidate_sets, remainder = _apply_rules(table, parts, lambda _: _match_each_value)
    merged = _intersect_ranges(candidate_sets)
    return Plan(table, tuple(sorted(merged, key=len)), tuple(remainder))


def _apply_rules(
    table: RecordTable, parts: list[tree.Query], find_rule: Callable[[type], Rule | None]
) -> tuple[list[CandidateSet], list[tree.Query]]:
    """Return the candidate sets that the rules find, and the parts without one."""
    candidate_sets: list[CandidateSet] = []
    remainder: list[tree.Query] = []
    for part in parts:
        candidates = None
        if isinstance(part, tree.Field) and not part.path.rest:
            [condition] = part.tests
            rule = find_rule(type(condition))
            candidates = rule(table, part.path.root, condition) if rule else None
        if candidates is None:
            remainder.append(part)
        else:
            candidate_sets.append(candidates)
    return candidate_sets, remainder


def _conjuncts(query: tree.Query) -> Iterator[tree.Query]:
    """Split a query into the smallest parts that must all hold."""
    if isinstance(query, tree.And):
        for part in query.parts:
            yield from _conjuncts(part)
    elif isinstance(query, tree.Field) and len(query.tests) > 1:
        for condition in query.tests:
            yield tree.Field(query.path, (condition,))
    else:
        yield query


def _intersect_ranges(candidate_sets: list[CandidateSet]) -> list[CandidateSet]:
    """Replace the ranges of one index by their intersection."""
    others = [found for found in candidate_sets if not isinstance(found, RangeCandidates)]
    ranges: dict[int, RangeCandidates] = {}
    for found in candidate_sets:
        if isinstance(found, RangeCandidates):
            index = id(found.index)
            ranges[index] = ranges[index] & found if index in ranges else found
    return [*others, *ranges.values()]


def _match_eq(table: RecordTable, field: str, condition: tree.Eq) -> CandidateSet | None:
    operand = condition.operand
    if field == "msg_id":
        return _find_ids(table, (operand,))
    if field in TIME_FIELDS and isinstance(operand, datetime):
        index = table.get_sorted_index(field)
        low, high = make_start_key(operand), make_end_key(operand)
        return RangeCandidates(index, low, high, table.records)
    if operand is None or (field in LOW_CARDINALITY_FIELDS and isinstance(operand, str)):
        return table.get_hash_index(field).get_ids(operand)
    return None


def _match_ne(table: RecordTable, field: str, condition: tree.Ne) -> CandidateSet | None:
    if condition.operand is None and field not in LOW_CARDINALITY_FIELDS and field != "msg_id":
        return table.get_hash_index(field).get_ids(NOT_NONE)
    return None


def _match_in(table: RecordTable, field: str, condition: tree.In) -> CandidateSet | None:
    operands = condition.operands
    if field == "msg_id":
        return _find_ids(table, operands)
    if len(operands) == 1:
        return _match_eq(table, field, tree.Eq(operands[0]))
    if field in LOW_CARDINALITY_FIELDS:
        values = [operand for operand in operands if isinstance(operand, str | None)]
        return ValueCandidates(table.get_hash_index(field), values, table.records)
    return None


def _find_ids(table: RecordTable, operands: tuple[Any, ...]) -> CandidateSet:
    # Operands of other classes match no record, and may be unhashable.
    texts = (operand for operand in operands if isinstance(operand, str))
    return dict.fromkeys(operand for operand in texts if operand in table.records)


def _match_order(table: RecordTable, field: str, condition: Any) -> CandidateSet | None:
    if field not in TIME_FIELDS or not isinstance(condition.operand, datetime):
        return None
    low, high = _KEY_RANGES[type(condition)](condition.operand)
    return RangeCandidates(table.get_sorted_index(field), low, high, table.records)


def _match_each_value(table: RecordTable, field: str, condition: tree.Test) -> CandidateSet | None:
    """Evaluate the condition once for each value in the index, not once for each record."""
    if field not in LOW_CARDINALITY_FIELDS:
        return None
    index = table.get_hash_index(field)
    values = list(filter(compile_scalar_predicate((condition,)), index))
    return ValueCandidates(index, values, table.records)


_KEY_RANGES: dict[type, Callable[[datetime], tuple[Key, Key]]] = {
    tree.Lt: lambda instant: (MIN_KEY, make_start_key(instant)),
    tree.Lte: lambda instant: (MIN_KEY, make_end_key(instant)),
    tree.Gt: lambda instant: (make_end_key(instant), MAX_KEY),
    tree.Gte: lambda instant: (make_start_key(instant), MAX_KEY),
}

RULES: dict[type, Rule] = {
    tree.Eq: _match_eq,
    tree.In: _match_in,
    tree.Ne: _match_ne,
    tree.Lt: _match_order,
    tree.Lte: _match_order,
    tree.Gt: _match_order,
    tree.Gte: _match_order,
}
"""The rule for each class of condition. If no rule applies, `_match_each_value` is tried."""
