"""Tables of queries: every condition, with each value of a group of easily confused values.

A table is a function that returns the records of a program, and the queries over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, product
from typing import Any, TypeAlias

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.builders import add, find
from taskdb_spec.conformance.generation.combinatorial.value_groups import (
    ATTRIBUTE_LIKE_PARTS,
    BASE_TIMESTAMPS,
    BRANCHES,
    BUFFER_LISTS,
    DOCUMENT_GROUPS,
    LIST_GROUPS,
    MOD_OPERANDS,
    NESTED_VALUES,
    PATHS_INTO_HEADER,
    PATTERN_CASES,
    PRESENCE_CONDITIONS,
    RECORD_OF_ROOT_VALUES,
    SCALAR_GROUPS,
    TEXT_GROUPS,
    Group,
    select_claimed_values,
)
from taskdb_spec.conformance.generation.queries.registry import select_claimed
from taskdb_spec.conformance.generation.values import UTC_OFFSETS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS

ROWS_PER_PROGRAM = 6
"""Patterns, or first branches, per program: more would make a program longer than the others."""

Queries: TypeAlias = Iterable[dict[str, Any]]
RecordsAndQueries: TypeAlias = tuple[list[dict[str, Any]], Queries]
"""The records of a program, and the queries over them."""
Table: TypeAlias = Callable[[], RecordsAndQueries]


def query_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Return the tables for the claimed capabilities, as functions that generate programs."""
    return (partial(_table_program, generator, table) for table in _list_tables(generator))


def _table_program(generator: ValueGenerator, table: Table) -> Iterator[Operation]:
    """Store the records of a table, and execute its queries as far as they are claimed."""
    records, queries = table()
    for number, record in enumerate(records):
        yield add(f"id{number}", record)
    yield from map(find, select_claimed(generator, queries))


def _list_tables(generator: ValueGenerator) -> list[Table]:
    capabilities = generator.capabilities
    # The order is part of what a seed means, because programs rotate over the tables.
    tables: list[Table] = [partial(_field_table, "label", group) for group in TEXT_GROUPS]
    tables += [
        partial(_field_table, path, _neighbours(generator, base))
        for base, path in (
            *product(BASE_TIMESTAMPS, ("completed", "resubmitted")),
            (EPOCH, "submitted"),
        )
    ]
    tables.append(partial(_field_table, "resubmitted", (EPOCH, str(EPOCH), EPOCH.isoformat())))
    if Capability.paths in capabilities:
        groups = [
            *SCALAR_GROUPS,
            *DOCUMENT_GROUPS,
            *(LIST_GROUPS if Capability.arrays in capabilities else ()),
        ]
        tables += [partial(_member_table, generator, group) for group in groups]
        tables += [partial(_path_table, generator, f"header.{path}") for path in PATHS_INTO_HEADER]
        tables.append(_root_paths_table)
        tables.append(partial(_two_paths_table, generator))
    if Capability.arrays in capabilities:
        tables.append(_buffers_table)
    tables.append(partial(_many_records_table, generator))
    if capabilities & {Capability.glob, Capability.regex}:
        tables += [partial(_patterns_table, generator, cases) for cases in _chunks(PATTERN_CASES)]
    if Capability.logic in capabilities:
        tables += [partial(_branches_table, branches) for branches in _chunks(BRANCHES)]
    return tables


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while chunk := list(islice(left, ROWS_PER_PROGRAM)):
        yield chunk


def _neighbours(generator: ValueGenerator, base: datetime) -> Group:
    """Return a timestamp, its neighbours at several distances, and the same with another offset."""
    again = base.astimezone(UTC_OFFSETS[1])
    return base, base + generator.tick, base - generator.tick, base + timedelta(seconds=1), again


def _field_table(path: str, group: Group) -> RecordsAndQueries:
    """Return records with each value of the group twice in a root field, and queries on it."""
    conditions = [c for value in (*group, None) for c in _conditions_with(value, group[0])]
    conditions += _conditions_without_operand(group[0])
    return [{path: value} for value in (*group, *group, None)], _queries_on(path, conditions)


def _member_table(generator: ValueGenerator, group: Group) -> RecordsAndQueries:
    """Return records with each value as a member of a dict, alone and in containers."""
    values: list[Any] = [*group, *({"a": value} for value in group)]
    if Capability.arrays in generator.capabilities:
        values += [*([value] for value in group), [*group], [*group[1:], {"a": group[0]}]]
    records: list[dict[str, Any]] = [{}, {"header": {}}]
    conditions = [c for value in group for c in _conditions_on_any_value(value, group[0])]
    conditions += _conditions_without_operand(group[0])
    return [{"header": {"x": value}} for value in values] + records, _queries_on(
        "header.x", conditions
    )


def _path_table(generator: ValueGenerator, path: str) -> RecordsAndQueries:
    """Return records with values of each shape, and queries on one path into them."""
    values = select_claimed_values(generator, NESTED_VALUES)
    records: list[dict[str, Any]] = [{"header": {"x": value}} for value in values]
    conditions = [
        *_conditions_on_any_value("a", "b"),
        *_conditions_with(None, "a"),
        *PRESENCE_CONDITIONS,
    ]
    conditions += [{"$not": presence} for presence in PRESENCE_CONDITIONS]
    return records, _queries_on(path, conditions)


def _root_paths_table() -> RecordsAndQueries:
    """Return a record, and queries on paths below fields of each class."""
    conditions = (None, "a", {"$ne": None}, {"$exists": True}, {"$gte": ""}, {"$nin": ["a", 2024]})
    paths = [
        f"{root}.{part}" for root, part in product(RECORD_OF_ROOT_VALUES, ATTRIBUTE_LIKE_PARTS)
    ]
    return [RECORD_OF_ROOT_VALUES, {}], (
        {path: condition} for path, condition in product(paths, conditions)
    )


def _two_paths_table(generator: ValueGenerator) -> RecordsAndQueries:
    """Return records with two members, and queries on both: of one dict, or of two in a list."""
    values: list[Any] = [{"y": a, "z": b} for a, b in product("ab", "ab")]
    if Capability.arrays in generator.capabilities:
        values += [[one, other] for one, other in product(values, values)]
        values += [["a"], ["b"], ["a", "b"]]
    conditions = ("a", "b", {"$ne": "a"}, {"$gt": "a"})
    queries: list[dict[str, Any]] = []
    for one, other in product(conditions, conditions):
        queries.append({"header.x.y": one, "header.x.z": other})
        queries.append({"header.x": {"$elemMatch": {"y": one, "z": other}}})
        queries += [
            {name: [{"header.x.y": one}, {"header.x.z": other}]} for name in LOGICAL_OPERATORS
        ]
    for one, other in (({"y": "a"}, {"z": "b"}), ({"$lt": "b"}, {"$gt": "a"})):
        queries.append(
            {"$and": [{"header.x": {"$elemMatch": condition}} for condition in (one, other)]}
        )
    return [{"header": {"x": value}} for value in values], queries


def _buffers_table() -> RecordsAndQueries:
    """Return records with lists of buffers, and queries on the lists and on an element."""
    conditions = [c for value in BUFFER_LISTS for c in _conditions_with(value, BUFFER_LISTS[0])]
    conditions += [c for value in (b"a", b"b", b"") for c in _conditions_on_any_value(value, b"b")]
    conditions += PRESENCE_CONDITIONS
    queries = [*_queries_on("buffers", conditions), *_queries_on("buffers.0", conditions)]
    return [{"buffers": value} for value in (*BUFFER_LISTS, None)], queries


def _queries_on(path: str, conditions: Iterable[Any]) -> Queries:
    return ({path: condition} for condition in conditions)


def _conditions_with(value: Any, other: Any) -> Iterator[Any]:
    """Yield conditions that compare with a value, alone or together with another one."""
    yield value
    yield from ({name: value} for name in ("$eq", "$ne", *ORDER_OPERATORS))
    yield from ({name: [value]} for name in ("$in", "$nin", "$all"))
    yield from ({name: [other, value]} for name in ("$in", "$nin", "$all"))
    yield from ({"$not": {name: value}} for name in ("$eq", "$lt", "$gte"))
    yield from ({"$gte": value, "$lte": other}, {"$lt": value, "$ne": other})
    yield from ({"$gt": value, "$gte": other}, {"$lt": value, "$lte": other})
    yield from ({"$in": [other, value], "$ne": value}, {"$in": [value, other], "$gt": other})
    yield {"$not": {"$gt": value, "$lt": other}}


def _conditions_without_operand(value: Any) -> list[Any]:
    """Return conditions with an empty list, and `$exists` beside other operators."""
    lists: list[Any] = [{"$in": []}, {"$nin": []}]
    there = (
        {"$exists": exists, **condition}
        for exists in (True, False)
        for condition in _conditions_beside_exists(value)
    )
    return [*lists, *({"$not": condition} for condition in lists), *there]


def _conditions_beside_exists(value: Any) -> Iterator[dict[str, Any]]:
    """Yield conditions that None meets or does not meet."""
    yield from ({"$ne": value}, {"$nin": [value]}, {"$in": [None, value]}, {"$lte": value})


def _conditions_on_any_value(value: Any, other: Any) -> Iterator[Any]:
    """Yield conditions that are of use only where values of every class are stored."""
    yield from _conditions_with(value, other)
    yield from ({"$elemMatch": {name: value}} for name in ("$eq", "$ne", "$gt", "$lte"))
    yield from ({"$elemMatch": {"a": value}}, {"$elemMatch": {"$gte": value, "$lte": other}})
    for low, high in ((value, other), (other, value)):
        yield {"$elemMatch": {"$gt": low, "$lt": high, "$ne": None}}
    yield from ({"$in": [(value,)]}, {"$in": (other, value)}, {"$all": ((value,), value)})
    for wrapped in ([value], {"a": value}):
        yield from (wrapped, {"$ne": wrapped}, {"$in": [other, wrapped]}, {"$all": [wrapped]})
        yield from ({name: wrapped} for name in ORDER_OPERATORS)
    yield from ({"$not": {"$elemMatch": {name: value}}} for name in ("$eq", "$gt"))
    if isinstance(value, int | float):
        yield from ({"$mod": [*divisor]} for divisor in MOD_OPERANDS)
        yield from ({"$not": {"$mod": [*divisor]}} for divisor in MOD_OPERANDS)
        yield from ({"$gt": value, "$lt": 1e300}, {"$gte": -1e300, "$lt": value})


def _patterns_table(generator: ValueGenerator, cases: list[Any]) -> RecordsAndQueries:
    """Return records with the texts of all cases, and each pattern as a glob and as a regex."""
    texts = list(dict.fromkeys(text for *_, some, others in cases for text in (*some, *others)))
    records: list[dict[str, Any]] = [{"label": text} for text in texts]
    paths = ["label"]
    if {Capability.arrays, Capability.paths} <= generator.capabilities:
        records = [{"label": text, "header": {"x": ["zz", text]}} for text in texts]
        paths.append("header.x")
    queries = (
        {path: c} for pattern, *_ in cases for c in _pattern_conditions(pattern) for path in paths
    )
    return records, queries


def _pattern_conditions(pattern: str) -> Iterator[dict[str, Any]]:
    """Yield conditions with a pattern, also under `$not` and with each option."""
    yield from ({"$glob": pattern.swapcase()}, {"$regex": pattern.swapcase()})
    yield from ({"$glob": pattern}, {"$regex": pattern}, {"$not": {"$glob": pattern}})
    for options in ("i", "m", "s", ""):
        search = {"$regex": pattern, "$options": options}
        yield from (search, {"$not": search})


def _branches_table(branches: list[dict[str, Any]]) -> RecordsAndQueries:
    """Return records with two fields, and combinations of any two conditions on them."""
    values = ("a", "b", None)
    records = [{"label": label, "queue": queue} for label, queue in product(values, values)]
    queries: list[dict[str, Any]] = [
        {n: [a, b]} for n, a, b in product(LOGICAL_OPERATORS, branches, BRANCHES)
    ]
    queries += [
        {n: (a,)} for n, a in product(LOGICAL_OPERATORS, branches)
    ]  # one branch, in a tuple
    queries += [
        {**beside, n: [a]} for n, a, beside in product(LOGICAL_OPERATORS, branches, BRANCHES)
    ]
    return records, queries


def _many_records_table(generator: ValueGenerator) -> RecordsAndQueries:
    """Return 120 records, and queries with many operands or branches.

    A store may answer these page by page, or from an index that it uses only for many records.
    """
    texts, numbers = ("A", "a", "B", "b", "", None), (1, True, 2, None, "1", 0.5, 50)
    records: list[dict[str, Any]] = [
        {
            "label": texts[i % 6],
            "completed": EPOCH + i * generator.tick if i % 4 else None,
            "header": {"x": numbers[i % 7]},
        }
        for i in range(120)
    ]
    queries = [
        q for value in ("a", "B", None) for q in _queries_on("label", _conditions_with(value, "b"))
    ]
    queries += _queries_on("completed", _conditions_with(EPOCH + 50 * generator.tick, EPOCH))
    queries += [
        q for value in (1, True, None) for q in _queries_on("header.x", _conditions_with(value, 2))
    ]
    # 61 operands or branches: more than a store may put into one statement, or evaluate one by one.
    for last in ("a", None):
        words = [*(f"n{i}" for i in range(60)), last]
        queries += [{"label": {name: words}} for name in ("$in", "$nin", "$all")]
        queries += [{name: [{"label": word} for word in words]} for name in LOGICAL_OPERATORS]
    queries += [{"header.x": {name: [*range(1, 60)]}} for name in ("$in", "$nin")]
    return records, queries
