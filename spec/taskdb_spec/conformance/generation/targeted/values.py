"""Programs that keep values of every class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.generation.builders import (
    SCENARIOS,
    Scenario,
    add,
    change,
    find,
    get,
    ids,
    scenario,
)
from taskdb_spec.conformance.generation.values import (
    BUFFER_KINDS,
    BUFFER_PLACES,
    BYTES,
    DICT_PLACES,
    INTS,
    LONG_WORDS,
    LOOKALIKES,
    ODD_KEYS,
    ODD_WORDS,
    TAGGED,
    TEXT_PLACES,
    TIME_PLACES,
    Pools,
)

DEPTHS = (2, 3, 4, 5, 6, 8, 20, 90)
_ENDS = ("inf", "-inf", "nan")
_VALUES: dict[str, Callable[[Pools], Any]] = {
    "VAL-1": lambda pools: pools.deal((*LONG_WORDS, *ODD_WORDS)),
    "VAL-2": lambda pools: pools.deal(LOOKALIKES),
    "VAL-3": lambda pools: pools.deal(([], {}, "", b"", [[]], {"a": {}}, [None], None)),
    "VAL-4": lambda pools: pools.one_of((True, False)),
    "VAL-5": lambda pools: pools.deal(INTS),
    "VAL-6": lambda pools: pools.deal((1.0, -0.0, 0.1, 1e17, 1e300, 5e-324, *map(float, _ENDS))),
    "VAL-7": lambda pools: pools.deal(BYTES),
    "VAL-8": lambda pools: pools.instant(),
    "VAL-9": lambda pools: {
        pools.deal(ODD_KEYS): "x",
        pools.deal(ODD_KEYS): "y",
        "a": "z",
        "b": [pools.deal(TAGGED)],
    },
    "VAL-10": lambda pools: pools.one_of((pools.value(4), _nest(pools, pools.deal(DEPTHS)))),
}


def _nest(pools: Pools, depth: int) -> Any:
    """A value at the bottom of lists and dicts, with others beside it on the way."""
    if depth == 0:
        return pools.scalar()
    inner = _nest(pools, depth - 1)
    return pools.one_of(([inner], [1, inner, "b"], {"a": inner}, {"a": "b", "c": inner}))


def _values(clause: str) -> Scenario:
    def make(pools: Pools) -> list[Operation]:
        value, other, third = (_VALUES[clause](pools) for _ in range(3))
        shapes = ({"a": value}, {"a": [value, other]}, {"a": {"b": [other, value]}, "c": other})
        fields: dict[str, Any] = {pools.one_of(DICT_PLACES): pools.one_of(shapes)}
        if isinstance(third, str):
            fields |= dict.fromkeys(TEXT_PLACES, third)
            fields[pools.one_of(DICT_PLACES)] = {third: value}
        if clause == "VAL-9":
            fields = {pools.one_of(DICT_PLACES): value}
        if clause == "VAL-3":
            fields[pools.one_of(BUFFER_PLACES)] = pools.one_of(([], [b""]))
            fields[pools.one_of(DICT_PLACES)] = {}
        return _write_and_read(pools, fields)

    return make


for _clause in _VALUES:
    SCENARIOS[_clause] = _values(_clause)


def _write_and_read(pools: Pools, fields: dict[str, Any]) -> list[Operation]:
    one, other = ids(pools, 2)
    return [add(one, fields), add(other, {}), change(other, fields), get(one), find({})]


@scenario("BUF-1", "BUF-2")
def buffers(pools: Pools) -> list[Operation]:
    given = [pools.deal(BUFFER_KINDS)(pools.one_of(BYTES)) for _ in range(3)]
    plain = pools.some(BYTES, 1, 3)
    twelve = [b"%d" % index for index in range(12)]
    fields = {"buffers": pools.one_of((given, plain)), "result_buffers": plain}
    if pools.chance(2):
        fields["buffers"] = twelve
    return _write_and_read(pools, fields)


@scenario("BUF-3")
def large_buffers(pools: Pools) -> list[Operation]:
    one, other = ids(pools, 2)
    kind = pools.deal((bytes, bytearray, memoryview))
    large = kind(pools.deal((b"x", b"\x00")) * 2**20)
    fields = {"buffers": [b"a", large], "result_buffers": [large]}
    return [add(one, fields), get(one), add(other, {}), change(other, fields), get(other)]


@scenario("TIME-1")
def timestamps(pools: Pools) -> list[Operation]:
    return _write_and_read(pools, {name: pools.instant() for name in pools.some(TIME_PLACES, 1, 3)})
