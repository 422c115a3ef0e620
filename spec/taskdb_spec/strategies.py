"""Hypothesis strategies for task records, queries and programs, for tests of your own.

The strategies draw from the tables of the suite: pools of values that are small enough to collide,
and that stores were seen to confuse. Each strategy shrinks towards the simplest example: a record
without fields, a query without conditions.

>>> from hypothesis import given, settings
>>> from taskdb_spec import compile_query, new_record
>>> @settings(deadline=None)
... @given(task_records(), queries())
... def test_a_query_says_yes_or_no(record, query):
...     assert compile_query(query)(record) in (True, False)
>>> test_a_query_says_yes_or_no()
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from taskdb_spec.capabilities import (
    ALL,
    QUERY_CAPABILITIES,
    Capability,
    capability_set,
    refuse_str,
)
from taskdb_spec.clauses import by_id, clauses
from taskdb_spec.conformance.core.config import EXPENSIVE_CLAUSES
from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.invalid import INVALID_QUERIES, applicable_invalid_queries
from taskdb_spec.conformance.generation.queries.drawer import QueryDrawer, find_paths
from taskdb_spec.conformance.generation.queries.registry import is_claimed
from taskdb_spec.conformance.generation.records import (
    FIELDS_WITHOUT_ID,
    draw_fields,
    draw_keys,
    draw_record,
    draw_update,
)
from taskdb_spec.conformance.generation.targeted import program_for
from taskdb_spec.conformance.generation.values import (
    BYTES,
    FLOATS,
    INTS,
    WORDS,
    Resolution,
    ValueGenerator,
)
from taskdb_spec.records.fields import TASK_FIELDS, TaskRecord, new_record

__all__ = [
    "keys",
    "msg_ids",
    "partial_records",
    "programs",
    "queries",
    "refused_queries",
    "task_records",
    "updates",
    "values",
]

T = TypeVar("T")

TYPICAL_RECORDS: list[dict[str, Any]] = [
    dict(
        new_record(
            "a",
            client_uuid="c1",
            engine_uuid="e1",
            queue="q",
            label="b",
            submitted=EPOCH,
            started=EPOCH,
            completed=EPOCH + timedelta(seconds=1),
            header={"msg_type": "apply_request", "n": 1, "after": ["b", "c"], "x": {"y": 2.5}},
            buffers=[b"ab", b""],
            result_header={"status": "ok", "date": EPOCH},
            result_content={"values": [{"x": 1}, {"x": 2}]},
            resubmitted="b",
        )
    ),
    dict(
        new_record(
            "b",
            client_uuid="c2",
            queue="q",
            label="",
            submitted=EPOCH,
            header={"msg_type": "execute_request", "n": 0, "after": [], "x": None},
            content={"code": "a", "silent": False},
            buffers=[],
        )
    ),
]
"""A completed task and one that was submitted: what queries are near if the caller names none."""
SCALARS = (None, *WORDS, "", *INTS, *FLOATS, *BYTES, False, True, EPOCH)
"""Operands of queries that are not taken from a record."""
VARIANTS = 256
"""The numbers of programs of a clause. The tables of a clause have at most about 100 rows."""


class _HypothesisSource:
    """A source of choices that Hypothesis draws, and so shrinks, one by one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def randbelow(self, bound: int, /) -> int:
        """Return an integer in [0, bound)."""
        return self._draw(_integers_below(bound))


@cache
def _integers_below(bound: int) -> SearchStrategy[int]:
    return st.integers(0, bound - 1)


def _make_strategy(
    generate: Callable[[ValueGenerator], T],
    *,
    capabilities: Collection[Capability | str] = ALL,
    resolution: Resolution = "microsecond",
) -> SearchStrategy[T]:
    """Return a strategy of what a generator of the suite generates."""
    claimed = capability_set(capabilities) & QUERY_CAPABILITIES

    @st.composite
    def strategy(draw: st.DrawFn) -> T:
        return generate(ValueGenerator(_HypothesisSource(draw), claimed, resolution))

    return strategy()


def msg_ids() -> SearchStrategy[str]:
    """Draw ids of records: so few that they collide, and one in ten with unusual characters.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(msg_ids(), lambda msg_id: True, random=Random(0))
    'a'
    """
    return _make_strategy(ValueGenerator.msg_id)


def values(*, max_depth: int = 2, resolution: Resolution = "microsecond") -> SearchStrategy[Any]:
    """Draw values that a document may hold: of each class, alone and in lists and dicts.

    Args:
        max_depth: how deep lists and dicts are nested; 0 draws neither.
        resolution: the resolution of timestamps.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(values(), lambda value: isinstance(value, dict) and value, random=Random(0))
    {'a': None}
    """
    _refuse_negative_depth(max_depth)
    return _make_strategy(lambda generator: generator.value(max_depth), resolution=resolution)


def task_records(
    *, fields: Collection[str] | None = None, resolution: Resolution = "microsecond"
) -> SearchStrategy[TaskRecord]:
    """Draw complete records, as `get_record` returns them.

    Args:
        fields: the root fields that may have another value than their default; None means all.
        resolution: the resolution of timestamps.

    >>> from random import Random
    >>> from hypothesis import find
    >>> record = find(task_records(), lambda record: record["engine_uuid"], random=Random(0))
    >>> {name: value for name, value in record.items() if value}
    {'msg_id': 'a', 'engine_uuid': 'e1'}
    """
    draw = _field_drawer(fields, draw_record)
    return _make_strategy(
        lambda generator: new_record(generator.msg_id(), **draw(generator)), resolution=resolution
    )


def partial_records(
    *, fields: Collection[str] | None = None, resolution: Resolution = "microsecond"
) -> SearchStrategy[dict[str, Any]]:
    """Draw the argument `rec` of `add_record`: some fields of a task, at some stage of its life.

    Args:
        fields: the root fields to draw from; None means all.
        resolution: the resolution of timestamps.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(partial_records(fields=["label"]), lambda rec: rec.get("label"), random=Random(0))
    {'label': 'a'}
    """
    return _make_strategy(_field_drawer(fields, draw_record), resolution=resolution)


def updates(
    *, fields: Collection[str] | None = None, resolution: Resolution = "microsecond"
) -> SearchStrategy[dict[str, Any]]:
    """Draw the argument `rec` of `update_record`: as the Hub updates, or with random fields.

    Args:
        fields: the root fields to draw from; None means all.
        resolution: the resolution of timestamps.

    >>> from random import Random
    >>> from hypothesis import find
    >>> list(find(updates(), lambda rec: "stdout" in rec, random=Random(0)))
    ['stdout']
    """
    return _make_strategy(_field_drawer(fields, draw_update), resolution=resolution)


def queries(
    *,
    capabilities: Collection[Capability | str] = ALL,
    near: Sequence[Mapping[str, Any]] = (),
    max_depth: int = 3,
) -> SearchStrategy[dict[str, Any]]:
    """Draw queries that every backend with the capabilities must answer.

    Args:
        capabilities: what the queries may use.
        near: records; most operands are then equal or similar to their values, at the same paths,
            so that many queries select some of the records. Without any, typical records are used.
        max_depth: how deep ``$and``, ``$or`` and ``$nor`` are nested.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(queries(), lambda query: True, random=Random(0))
    {}
    >>> find(queries(near=[{"label": "b"}]), lambda query: query, random=Random(0))
    {'label': 'b'}
    """
    _refuse_negative_depth(max_depth)
    claimed = capability_set(capabilities)
    records = [dict(record) for record in near] or TYPICAL_RECORDS
    paths = find_paths(records, claimed) or ["label"]

    def generate(generator: ValueGenerator) -> dict[str, Any]:
        if generator.randbelow(10) == 0:
            return {}
        drawer = QueryDrawer(generator, records, SCALARS, paths, max_depth=max_depth)
        return drawer.query(0)

    # Few queries are filtered: those with an operand that needs an unclaimed capability.
    strategy = _make_strategy(generate, capabilities=claimed)
    return strategy.filter(lambda query: is_claimed(query, claimed))


def refused_queries(*, capabilities: Collection[Capability | str] = ALL) -> SearchStrategy[Any]:
    """Draw queries that every backend must refuse: malformed, unclaimed, or not even a dict.

    Args:
        capabilities: what the backend claims; queries that need more are drawn too.

    >>> from random import Random
    >>> from hypothesis import find
    >>> from taskdb_spec import QueryError, compile_query
    >>> query = find(refused_queries(), lambda query: True, random=Random(0))
    >>> try:
    ...     compile_query(query)
    ... except QueryError:
    ...     print("refused")
    refused
    """
    claimed = capability_set(capabilities)
    applicable = applicable_invalid_queries(claimed)
    return _make_strategy(
        lambda generator: INVALID_QUERIES[generator.choice(applicable)](generator)[0],
        capabilities=claimed,
    )


def keys() -> SearchStrategy[Sequence[str] | None]:
    """Draw the argument `keys` of `find_records`: None, or a list or tuple of root fields.

    >>> from random import Random
    >>> from hypothesis import find
    >>> find(keys(), lambda keys: keys is not None and len(keys) == 1, random=Random(0))
    ['msg_id']
    """
    return _make_strategy(draw_keys)


def programs(
    *,
    clauses: Collection[str] | None = None,
    capabilities: Collection[Capability | str] = ALL,
) -> SearchStrategy[Program]:
    """Draw programs that the suite generates for a clause: sequences of calls of the interface.

    A program iterates over its operations. An operation has `call`, whose value is the name of the
    method, and `args`.

    Args:
        clauses: the ids of clauses; None means all that a program can exercise in little time.
        capabilities: what the programs may use.

    >>> from random import Random
    >>> from hypothesis import find
    >>> program = find(programs(clauses=["UPD-5"]), lambda program: True, random=Random(0))
    >>> [operation.call.value for operation in program][:3]
    ['add_record', 'add_record', 'update_record']
    """
    claimed = capability_set(capabilities)
    ids = _clauses_with_programs(claimed) if clauses is None else _known_clauses(clauses)

    def generate(generator: ValueGenerator) -> Program:
        clause, number = generator.choice(ids), generator.randbelow(VARIANTS)
        # A generator is a source of choices too; this one rotates over tables from `number` on.
        return program_for(
            clause, ValueGenerator(generator, generator.capabilities, rotation=number)
        )

    return _make_strategy(generate, capabilities=claimed)


def _refuse_negative_depth(max_depth: int) -> None:
    if max_depth < 0:
        raise ValueError(f"max_depth: must be 0 or more, not {max_depth}")


def _field_drawer(
    fields: Collection[str] | None, draw_any: Callable[[ValueGenerator], dict[str, Any]]
) -> Callable[[ValueGenerator], dict[str, Any]]:
    """Return a function that draws the named fields, or any."""
    if fields is None:
        return lambda generator: _leave_out_some(generator, draw_any(generator))
    refuse_str("fields", fields)
    unknown = sorted(set(fields) - {*FIELDS_WITHOUT_ID})
    if unknown:
        allowed = ", ".join(FIELDS_WITHOUT_ID)
        raise ValueError(f"fields: no such field: {', '.join(unknown)}; there are: {allowed}")
    names = [name for name in TASK_FIELDS if name in fields]
    return lambda generator: draw_fields(generator, names, len(names))


def _leave_out_some(generator: ValueGenerator, fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out one field in ten: so Hypothesis can remove any field while it shrinks."""
    return {name: value for name, value in fields.items() if generator.randbelow(10) > 0}


def _clauses_with_programs(claimed: frozenset[Capability]) -> list[str]:
    return [
        clause.id
        for clause in clauses().values()
        if clause.check and clause.id not in EXPENSIVE_CLAUSES and not clause.is_null_store
        if clause.applies_with(claimed)
    ]


def _known_clauses(names: Collection[str]) -> list[str]:
    refuse_str("clauses", names)
    for name in names:
        if name not in clauses() or clauses()[name].check is None:
            raise ValueError(
                f"clauses: {name!r} is not a clause with a check; see `taskdb clauses`"
            )
    if not names:
        raise ValueError("clauses: name one at least, or pass None for all")
    return sorted(names, key=by_id)
