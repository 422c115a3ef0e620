"""Records and updates that have to be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from taskdb_spec.conformance.generation.invalid.registry import NAIVE, Fault, fault
from taskdb_spec.conformance.generation.values import DICT_PLACES, TEXT_PLACES, TIME_PLACES, Pools
from taskdb_spec.records.domain import MAX_DEPTH

RECORDS: dict[str, Fault] = {}


def _among_good(pools: Pools, name: Any, value: Any) -> dict[Any, Any]:
    """A fault somewhere among fields that are fine."""
    good = {"label": pools.word(), "client_uuid": "c9", "completed": pools.instant()}
    fields = [(name, value), *((k, v) for k, v in good.items() if k != name and pools.chance(6))]
    return dict(pools.shuffled(fields))


@fault(RECORDS, "REC-4")
def unknown_record_field(pools: Pools) -> tuple[Any, Any]:
    name: Any = pools.deal(
        (
            *("nope", "_id", "Label", "", "label ", "label = 'x' --", "msg_ids", "$set"),
            "__class__",
            *(1, None, b"label", ("label",)),
        )
    )
    value = pools.one_of(("a", None))
    return _among_good(pools, name, value), _among_good(pools, "queue", "a")


@fault(RECORDS, "UPD-6")
def dotted_field(pools: Pools) -> tuple[Any, Any]:
    name = pools.deal(("header.a", "label.", "content.a.b", "buffers.0"))
    value = pools.one_of(("a", None))
    return _among_good(pools, name, value), _among_good(pools, "header", {"a": "b"})


@fault(RECORDS, "REC-6")
def no_datetime(pools: Pools) -> tuple[Any, Any]:
    at = pools.instant()
    text = at.isoformat()
    values: tuple[Any, ...] = (text, 1709208000, 0.0, "", {}, [at], False, at.date(), text[:10])
    bad, place = pools.deal(tuple(product(values, TIME_PLACES[:5])))
    return _among_good(pools, place, bad), _among_good(pools, place, at)


@fault(RECORDS, "REC-7")
def another_class(pools: Pools) -> tuple[Any, Any]:
    if pools.chance(4):
        place = pools.one_of(DICT_PLACES)
        good: Any = {"a": "b"}
        bad: Any = pools.one_of(("a", [], 5, True))
    elif pools.chance(4):
        place, bad, good = "buffers", pools.one_of((b"a", "a", {}, 5)), [b"a"]
    else:
        place, bad, good = pools.one_of(TEXT_PLACES), pools.one_of((5, {}, b"a", True, [])), "a"
    return _among_good(pools, place, bad), _among_good(pools, place, good)


DEEP: list[Any] = []
for _ in range(MAX_DEPTH):
    DEEP = [DEEP]  # deeper than values may nest (L-24)


@fault(RECORDS, "REC-8")
def outside_domain(pools: Pools) -> tuple[Any, Any]:
    place = pools.one_of(DICT_PLACES)
    if pools.chance(2):
        buffers = [b"a", pools.one_of(("a", None, 5))]
        return _among_good(pools, "buffers", buffers), {"buffers": [b"a"]}
    bad, shape = pools.deal(tuple(product(BEYOND, INSIDE)))
    good = {"a": 2**63 - 1}
    return _among_good(pools, place, shape(bad)), _among_good(pools, place, good)


BEYOND: tuple[Any, ...] = (
    *({"a"}, object(), 2**63, -(2**63) - 1, 2**64, -(2**100), 1 + 2j, ("a",)),
    *("\ud800", {"\ud800": 1}, {5: "a"}, {None: 1}, DEEP),
    *(bytearray(b"a"), memoryview(b"a"), NAIVE.date(), timedelta(1), range(3), frozenset("a")),
    *(Decimal("1.5"), UUID(int=1), SimpleNamespace(a=1), int, Ellipsis),
)
INSIDE: tuple[Callable[[Any], dict[str, Any]], ...] = (
    *(lambda bad: {"a": bad}, lambda bad: {"a": [bad]}, lambda bad: {"a": {"b": ["c", bad]}}),
    *(lambda bad: {"a": ["c", bad, "d"]}, lambda bad: {"a": [{"b": bad}]}),
)


@fault(RECORDS, "REC-9")
def naive_datetime(pools: Pools) -> tuple[Any, Any]:
    good = pools.instant()
    if pools.chance(5):
        place = pools.one_of(TIME_PLACES)
        return _among_good(pools, place, NAIVE), _among_good(pools, place, good)
    shape, place = pools.below(3), pools.one_of(DICT_PLACES)
    bad_value, good_value = (
        ({"a": at}, {"a": [at]}, {"a": {"b": at}})[shape] for at in (NAIVE, good)
    )
    return _among_good(pools, place, bad_value), _among_good(pools, place, good_value)


def bad_fields(pools: Pools) -> Any:
    """What any backend has to refuse; a field of another class, not all have to (clause REC-7)."""
    bad, _ = RECORDS[pools.one_of(sorted(RECORDS.keys() - {"REC-7"}))](pools)
    return bad


NO_IDS: tuple[tuple[str, Any], ...] = (
    *(("a", b"a"), ("a", ["a"]), ("a", ("a",)), ("a", {"$ne": None}), ("a", {"$eq": "a"})),
    *(("10", 10), ("None", None), ("1.5", 1.5), ("True", True), ("a", bytearray(b"a"))),
)
"""An id that is there, and what no str is but may be taken for it (clause REC-11)."""
