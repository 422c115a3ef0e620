"""The public strategies: valid, simple where they shrink, and never dull."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from taskdb_spec import CORE, TASK_FIELDS, QueryError, compile_query, new_record
from taskdb_spec import strategies as tasks
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.core.program import Program
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.language.parser import check_keys
from taskdb_spec.language.tree import LOGICAL_OPERATORS
from taskdb_spec.records.fields import checked_fields
from taskdb_spec.records.timestamps import truncate_to_milliseconds

T = TypeVar("T")

EXAMPLES = 2_000
LEAST_SHARE = 0.01
"""The share of the examples in which each operator and each class of values appears."""
OPERATORS = (
    *("$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$in", "$nin", "$exists", "$glob", "$regex"),
    *("$mod", "$all", "$size", "$elemMatch", "$and", "$or", "$nor", "$not"),
)
SUBSETS = st.sets(st.sampled_from(sorted(QUERY_CAPABILITIES)))
FEW = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    # A strategy of a few capabilities filters more.
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def minimal(strategy: st.SearchStrategy[T], condition: Callable[[T], Any] = lambda _: True) -> T:
    return find(strategy, condition, settings=settings(FEW, max_examples=2_000))


def examples_of(strategy: st.SearchStrategy[T]) -> list[T]:
    drawn: list[T] = []

    @seed(0)
    @settings(FEW, max_examples=EXAMPLES, phases=[Phase.generate], derandomize=False)
    @given(strategy)
    def collect(example: T) -> None:
        drawn.append(example)

    collect()
    return drawn


def parts_of(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from parts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from parts_of(item)


# Validity


@FEW
@given(tasks.task_records())
def test_records_are_complete_and_valid(record: Any) -> None:
    assert tuple(record) == TASK_FIELDS
    assert new_record(record["msg_id"], **record) == record


@FEW
@given(st.data(), tasks.msg_ids())
def test_partial_records_and_updates_are_valid(data: st.DataObject, msg_id: str) -> None:
    checked_fields(msg_id, data.draw(tasks.partial_records()))
    checked_fields(msg_id, data.draw(tasks.updates()))


@FEW
@given(tasks.values())
def test_values_may_stand_in_a_document(value: Any) -> None:
    checked_fields("a", {"header": {"a": value}})


@FEW
@given(st.data(), SUBSETS)
def test_queries_need_no_other_capability(data: st.DataObject, claimed: set[Capability]) -> None:
    compile_query(data.draw(tasks.queries(capabilities=claimed)), capabilities=claimed)


@FEW
@given(st.data(), SUBSETS)
def test_refused_queries_are_refused(data: st.DataObject, claimed: set[Capability]) -> None:
    query = data.draw(tasks.refused_queries(capabilities=claimed))
    with pytest.raises(QueryError):
        compile_query(query, capabilities=claimed)


@FEW
@given(tasks.keys())
def test_keys_are_valid(keys: Any) -> None:
    check_keys(keys)


@FEW
@given(tasks.programs(clauses=["EQ-4"]))
def test_a_program_exercises_the_clause(program: Program) -> None:
    assert any(operation.target_clause == "EQ-4" for operation in program)


@FEW
@given(tasks.values(max_depth=0))
def test_values_of_no_depth_are_scalars(value: Any) -> None:
    assert not isinstance(value, list | dict)


@FEW
@given(tasks.queries(max_depth=0, near=[{"label": "a"}]))
def test_queries_of_no_depth_combine_no_queries(query: dict[str, Any]) -> None:
    assert not query.keys() & set(LOGICAL_OPERATORS)


@FEW
@given(tasks.partial_records(fields=["label", "completed"], resolution="millisecond"))
def test_the_caller_chooses_the_fields_and_the_resolution(rec: dict[str, Any]) -> None:
    assert rec.keys() <= {"label", "completed"}
    at = rec.get("completed")
    assert at is None or truncate_to_milliseconds(at) == at


# Shrinking


def test_the_simplest_examples() -> None:
    assert minimal(tasks.msg_ids()) == "a"
    assert minimal(tasks.values()) is None
    assert minimal(tasks.task_records()) == new_record("a")
    assert minimal(tasks.partial_records()) == {}
    assert minimal(tasks.updates()) == {}
    assert minimal(tasks.queries()) == {}
    assert minimal(tasks.keys()) is None


def test_a_record_shrinks_to_the_field_that_matters() -> None:
    record = minimal(tasks.task_records(), lambda r: r["completed"] is not None)
    assert record == new_record("a", completed=EPOCH)
    assert minimal(tasks.updates(), lambda r: r.get("stdout")) == {"stdout": "a"}


def test_a_value_shrinks_to_the_member_that_matters() -> None:
    has_list = minimal(tasks.values(), lambda v: isinstance(v, dict) and [] in v.values())
    assert has_list == {"a": []}


@pytest.mark.parametrize("operator", [name for name in OPERATORS if name not in LOGICAL_OPERATORS])
def test_a_query_shrinks_to_one_condition(operator: str) -> None:
    query = minimal(tasks.queries(), lambda query: operator in parts_of(query))
    [condition] = query.values()
    assert list(condition) == [operator]


@pytest.mark.parametrize("operator", LOGICAL_OPERATORS)
def test_a_combination_shrinks_to_one_query(operator: str) -> None:
    query = minimal(tasks.queries(), lambda query: operator in query)
    assert list(query) == [operator]
    assert len(query[operator]) == 1


# Dullness


def test_every_operator_is_drawn() -> None:
    drawn = Counter(
        name
        for query in examples_of(tasks.queries())
        for name in {part for part in parts_of(query) if isinstance(part, str)}
    )
    assert min(drawn[name] for name in OPERATORS) >= LEAST_SHARE * EXAMPLES, drawn


def test_most_queries_near_records_find_some() -> None:
    records = [
        new_record("a", label="b", completed=EPOCH, header={"msg_type": "execute_request"}),
        new_record("b", label="c"),
    ]
    drawn = examples_of(tasks.queries(near=records))
    decisive = sum(
        len({compile_query(query)(record) for record in records}) == 2 for query in drawn
    )
    assert decisive >= len(drawn) / 4


def test_every_class_of_values_is_drawn() -> None:
    kinds = Counter(
        kind
        for value in examples_of(tasks.values())
        for kind in {type(part).__name__ for part in parts_of(value)}
    )
    wanted = ("NoneType", "bool", "int", "float", "str", "bytes", "datetime", "list", "dict")
    assert min(kinds[kind] for kind in wanted) >= LEAST_SHARE * EXAMPLES, kinds


@pytest.mark.parametrize("strategy", [tasks.task_records(), tasks.updates()])
def test_every_field_is_drawn(strategy: st.SearchStrategy[dict[str, Any]]) -> None:
    default = new_record("a")
    fields = Counter(
        name
        for record in examples_of(strategy)
        for name, value in record.items()
        if value != default[name]  # type: ignore[literal-required]
    )
    assert min(fields[name] for name in TASK_FIELDS[1:]) >= LEAST_SHARE * EXAMPLES, fields


def test_every_clause_of_refusals_is_drawn() -> None:
    words = [" ".join(map(repr, parts_of(query))) for query in examples_of(tasks.refused_queries())]
    for sign in ("$exists", "$regex", "$mod", "$size", "$elemMatch", "$nor", "$not"):
        assert sum(sign in text for text in words) >= LEAST_SHARE * EXAMPLES, sign


# Arguments


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        (lambda: tasks.task_records(fields=["labels"]), "fields: no such field: labels; there are"),
        (lambda: tasks.updates(fields="label"), "fields: must be a set or list of names"),
        (lambda: tasks.queries(capabilities=["path"]), "no such capability: path; there are"),
        (
            lambda: tasks.programs(clauses=["EQ-99"]),
            "clauses: 'EQ-99' is not a clause with a check",
        ),
        (lambda: tasks.programs(clauses=[]), "clauses: name one at least"),
        (lambda: tasks.values(max_depth=-1), "max_depth: must be 0 or more, not -1"),
    ],
)
def test_wrong_arguments_are_refused_at_once(strategy: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        strategy()


def test_a_store_of_the_required_part_gets_simple_queries() -> None:
    for query in examples_of(tasks.queries(capabilities=CORE)):
        assert not {part for part in parts_of(query) if part in ("$and", "$regex", "$exists")}
