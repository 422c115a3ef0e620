"""A few near values, bare and in lists and dicts, and all that can be asked with any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, product
from typing import Any, TypeAlias

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import add, find
from taskdb_spec.conformance.generation.combinatorial.value_groups import (
    BASES,
    BELOW,
    BRANCHES,
    BUFFERS,
    DIVISORS,
    DOCUMENTS,
    LISTS,
    NESTS,
    PATHS,
    PATTERNS,
    PRESENCE,
    ROOTS,
    SCALARS,
    TEXTS,
    Group,
    claimed_nests,
)
from taskdb_spec.conformance.generation.queries.registry import select_claimed
from taskdb_spec.conformance.generation.values import EPOCH, UTC_OFFSETS, ValueGenerator
from taskdb_spec.language.tree import LOGICAL_OPERATORS, ORDER_OPERATORS

_AT_ONCE = 6
"""So many patterns, or first branches, share a program."""

Asked: TypeAlias = Iterable[dict[str, Any]]
Plan: TypeAlias = tuple[list[dict[str, Any]], Asked]
"""The records of a program, and the queries that are put to them."""
Table: TypeAlias = Callable[[], Plan]


def query_tables(generator: ValueGenerator) -> Iterator[Callable[[], Iterator[Operation]]]:
    """Programs that store records, and put queries to them."""
    return (partial(_program, generator, table) for table in _tables(generator))


def _program(generator: ValueGenerator, table: Table) -> Iterator[Operation]:
    records, asked = table()
    for number, record in enumerate(records):
        yield add(f"id{number}", record)
    yield from map(find, select_claimed(generator, asked))


def _tables(generator: ValueGenerator) -> list[Table]:
    capabilities = generator.capabilities
    tables: list[Table] = [partial(_of_field, "label", group) for group in TEXTS]
    tables += [
        partial(_of_field, place, _near_instants(generator, base))
        for base, place in (*product(BASES, ("completed", "resubmitted")), (EPOCH, "submitted"))
    ]
    tables.append(partial(_of_field, "resubmitted", (EPOCH, str(EPOCH), EPOCH.isoformat())))
    if Capability.paths in capabilities:
        groups = [*SCALARS, *DOCUMENTS, *(LISTS if Capability.arrays in capabilities else ())]
        tables += [partial(_of_member, generator, group) for group in groups]
        tables += [partial(_of_path, generator, f"header.{path}") for path in PATHS]
        tables.append(_of_roots)
        tables.append(partial(_of_two_paths, generator))
    if Capability.arrays in capabilities:
        tables.append(partial(_of_buffers, generator))
    tables.append(partial(_of_many, generator))
    if capabilities & {Capability.glob, Capability.regex}:
        tables += [partial(_of_patterns, generator, rows) for rows in _chunks(PATTERNS)]
    if Capability.logic in capabilities:
        tables += [partial(_of_branches, branches) for branches in _chunks(BRANCHES)]
    return tables


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while chunk := list(islice(left, _AT_ONCE)):
        yield chunk


def _near_instants(generator: ValueGenerator, base: datetime) -> Group:
    again = base.astimezone(UTC_OFFSETS[1])
    return base, base + generator.tick, base - generator.tick, base + timedelta(seconds=1), again


def _of_field(place: str, group: Group) -> Plan:
    """A root field, of which the values are of one class, and each is there twice."""
    conditions = [c for value in (*group, None) for c in _conditions(value, group[0])]
    conditions += _of_none_or_some(group[0])
    return [{place: value} for value in (*group, *group, None)], _at(place, conditions)


def _of_member(generator: ValueGenerator, group: Group) -> Plan:
    """A member of a dict, which may be anything, or a list or a dict of it."""
    held: list[Any] = [*group, *({"a": value} for value in group)]
    if Capability.arrays in generator.capabilities:
        held += [*([value] for value in group), [*group], [*group[1:], {"a": group[0]}]]
    records: list[dict[str, Any]] = [{}, {"header": {}}]
    conditions = [c for value in group for c in _of_anything(value, group[0])]
    conditions += _of_none_or_some(group[0])
    return [{"header": {"x": value}} for value in held] + records, _at("header.x", conditions)


def _of_path(generator: ValueGenerator, path: str) -> Plan:
    """A path, over all that may lie on its way."""
    nests = claimed_nests(generator, NESTS)
    records: list[dict[str, Any]] = [{"header": {"x": nest}} for nest in nests]
    conditions = [*_of_anything("a", "b"), *_conditions(None, "a"), *PRESENCE]
    conditions += [{"$not": presence} for presence in PRESENCE]
    return records, _at(path, conditions)


def _of_roots() -> Plan:
    """Paths that go on randbelow any root field."""
    tests = (None, "a", {"$ne": None}, {"$exists": True}, {"$gte": ""}, {"$nin": ["a", 2024]})
    paths = [f"{root}.{part}" for root, part in product(ROOTS, BELOW)]
    return [ROOTS, {}], ({path: test} for path, test in product(paths, tests))


def _of_two_paths(generator: ValueGenerator) -> Plan:
    """Two members of one dict, or of the dicts of one list."""
    held: list[Any] = [{"y": a, "z": b} for a, b in product("ab", "ab")]
    if Capability.arrays in generator.capabilities:
        held += [[one, other] for one, other in product(held, held)]
        held += [["a"], ["b"], ["a", "b"]]
    tests = ("a", "b", {"$ne": "a"}, {"$gt": "a"})
    asked: list[dict[str, Any]] = []
    for one, other in product(tests, tests):
        asked.append({"header.x.y": one, "header.x.z": other})
        asked.append({"header.x": {"$elemMatch": {"y": one, "z": other}}})
        asked += [
            {name: [{"header.x.y": one}, {"header.x.z": other}]} for name in LOGICAL_OPERATORS
        ]
    for one, other in (({"y": "a"}, {"z": "b"}), ({"$lt": "b"}, {"$gt": "a"})):
        asked.append({"$and": [{"header.x": {"$elemMatch": test}} for test in (one, other)]})
    return [{"header": {"x": value}} for value in held], asked


def _of_buffers(generator: ValueGenerator) -> Plan:
    """The buffers of records, as lists and one by one."""
    conditions = [c for value in BUFFERS for c in _conditions(value, BUFFERS[0])]
    conditions += [c for value in (b"a", b"b", b"") for c in _of_anything(value, b"b")]
    conditions += PRESENCE
    asked = [*_at("buffers", conditions), *_at("buffers.0", conditions)]
    return [{"buffers": value} for value in (*BUFFERS, None)], asked


def _at(place: str, conditions: Iterable[Any]) -> Asked:
    return ({place: condition} for condition in conditions)


def _conditions(value: Any, other: Any) -> Iterator[Any]:
    """What can be asked with a value, another being at hand."""
    yield value
    yield from ({name: value} for name in ("$eq", "$ne", *ORDER_OPERATORS))
    yield from ({name: [value]} for name in ("$in", "$nin", "$all"))
    yield from ({name: [other, value]} for name in ("$in", "$nin", "$all"))
    yield from ({"$not": {name: value}} for name in ("$eq", "$lt", "$gte"))
    yield from ({"$gte": value, "$lte": other}, {"$lt": value, "$ne": other})
    yield from ({"$gt": value, "$gte": other}, {"$lt": value, "$lte": other})
    yield from ({"$in": [other, value], "$ne": value}, {"$in": [value, other], "$gt": other})
    yield {"$not": {"$gt": value, "$lt": other}}


def _of_none_or_some(value: Any) -> list[Any]:
    """What can be asked of lists without operands, and of presence beside something else."""
    lists: list[Any] = [{"$in": []}, {"$nin": []}]
    there = ({"$exists": exists, **test} for exists in (True, False) for test in _beside(value))
    return [*lists, *({"$not": test} for test in lists), *there]


def _beside(value: Any) -> Iterator[dict[str, Any]]:
    yield from ({"$ne": value}, {"$nin": [value]}, {"$in": [None, value]}, {"$lte": value})


def _of_anything(value: Any, other: Any) -> Iterator[Any]:
    """What else can be asked where any value may be."""
    yield from _conditions(value, other)
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
        yield from ({"$mod": [*divisor]} for divisor in DIVISORS)
        yield from ({"$not": {"$mod": [*divisor]}} for divisor in DIVISORS)
        yield from ({"$gt": value, "$lt": 1e300}, {"$gte": -1e300, "$lt": value})


def _of_patterns(generator: ValueGenerator, rows: list[Any]) -> Plan:
    """Each pattern as one and as the other kind, and with each option."""
    texts = list(dict.fromkeys(text for *_, some, others in rows for text in (*some, *others)))
    records: list[dict[str, Any]] = [{"label": text} for text in texts]
    places = ["label"]
    if {Capability.arrays, Capability.paths} <= generator.capabilities:
        records = [{"label": text, "header": {"x": ["zz", text]}} for text in texts]
        places.append("header.x")
    asked = ({place: c} for pattern, *_ in rows for c in _kinds(pattern) for place in places)
    return records, asked


def _kinds(pattern: str) -> Iterator[dict[str, Any]]:
    yield from ({"$glob": pattern.swapcase()}, {"$regex": pattern.swapcase()})
    yield from ({"$glob": pattern}, {"$regex": pattern}, {"$not": {"$glob": pattern}})
    for options in ("i", "m", "s", ""):
        search = {"$regex": pattern, "$options": options}
        yield from (search, {"$not": search})


def _of_branches(branches: list[dict[str, Any]]) -> Plan:
    """Combinations of any two conditions on two fields."""
    values = ("a", "b", None)
    records = [{"label": label, "queue": queue} for label, queue in product(values, values)]
    asked: list[dict[str, Any]] = [
        {n: [a, b]} for n, a, b in product(LOGICAL_OPERATORS, branches, BRANCHES)
    ]
    asked += [{n: (a,)} for n, a in product(LOGICAL_OPERATORS, branches)]  # of one, and in a tuple
    asked += [{**beside, n: [a]} for n, a, beside in product(LOGICAL_OPERATORS, branches, BRANCHES)]
    return records, asked


def _of_many(generator: ValueGenerator) -> Plan:
    """More records, operands and branches than fit a page, or than it is worth an index."""
    texts, numbers = ("A", "a", "B", "b", "", None), (1, True, 2, None, "1", 0.5, 50)
    records: list[dict[str, Any]] = [
        {
            "label": texts[i % 6],
            "completed": EPOCH + i * generator.tick if i % 4 else None,
            "header": {"x": numbers[i % 7]},
        }
        for i in range(120)
    ]
    asked = [q for value in ("a", "B", None) for q in _at("label", _conditions(value, "b"))]
    asked += _at("completed", _conditions(EPOCH + 50 * generator.tick, EPOCH))
    asked += [q for value in (1, True, None) for q in _at("header.x", _conditions(value, 2))]
    for last in ("a", None):
        words = [*(f"n{i}" for i in range(60)), last]
        asked += [{"label": {name: words}} for name in ("$in", "$nin", "$all")]
        asked += [{name: [{"label": word} for word in words]} for name in LOGICAL_OPERATORS]
    asked += [{"header.x": {name: [*range(1, 60)]}} for name in ("$in", "$nin")]
    return records, asked
