"""Programs that write values of every class and read them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.vocabulary import LOOKALIKES
from taskdb_spec.conformance.generation.builders import (
    add,
    draw_ids,
    find,
    get,
    update,
)
from taskdb_spec.conformance.generation.targeted.registry import (
    STEP_GENERATORS,
    StepGenerator,
    targeted_program,
)
from taskdb_spec.conformance.generation.values import (
    BUFFER_CONSTRUCTORS,
    BUFFER_FIELDS,
    BYTES,
    DICT_FIELDS,
    INTS,
    LONG_WORDS,
    TAGGED_DOCUMENTS,
    TEXT_FIELDS,
    TIMESTAMP_FIELDS,
    UNUSUAL_KEYS,
    UNUSUAL_WORDS,
    ValueGenerator,
    nest_levels,
)
from taskdb_spec.records.domain import MAX_DEPTH

NESTING_DEPTHS = (2, 3, 4, 5, 6, 8, 20, 90)
"""Shallow depths, at which stores may stop converting values, and deep ones below 100 (L-24)."""
_SPECIAL_FLOATS = ("inf", "-inf", "nan")
_VALUE_GENERATORS: dict[str, Callable[[ValueGenerator], Any]] = {
    "VAL-1": lambda generator: generator.next_in_rotation((*LONG_WORDS, *UNUSUAL_WORDS)),
    "VAL-2": lambda generator: generator.next_in_rotation(LOOKALIKES),
    "VAL-3": lambda generator: generator.next_in_rotation(
        ([], {}, "", b"", [[]], {"a": {}}, [None], None)
    ),
    "VAL-4": lambda generator: generator.choice((True, False)),
    "VAL-5": lambda generator: generator.next_in_rotation(INTS),
    "VAL-6": lambda generator: generator.next_in_rotation(
        (1.0, -0.0, 0.1, 1e17, 1e300, 5e-324, *map(float, _SPECIAL_FLOATS))
    ),
    "VAL-7": lambda generator: generator.next_in_rotation(BYTES),
    "VAL-8": lambda generator: generator.timestamp(),
    "VAL-9": lambda generator: {
        generator.next_in_rotation(UNUSUAL_KEYS): "x",
        generator.next_in_rotation(UNUSUAL_KEYS): "y",
        "a": "z",
        "b": [generator.next_in_rotation(TAGGED_DOCUMENTS)],
    },
    "VAL-10": lambda generator: generator.choice(
        (generator.value(4), _nest_value(generator, generator.next_in_rotation(NESTING_DEPTHS)))
    ),
}


def _nest_value(generator: ValueGenerator, depth: int) -> Any:
    """Return a scalar inside `depth` lists and dicts, with other members beside it."""
    if depth == 0:
        return generator.scalar()
    inner = _nest_value(generator, depth - 1)
    return generator.choice(([inner], [1, inner, "b"], {"a": inner}, {"a": "b", "c": inner}))


def _steps_for(clause: str) -> StepGenerator:
    """Return the generator of the steps for a clause about values of one class."""

    def generate(generator: ValueGenerator) -> list[Operation]:
        value, other, third = (_VALUE_GENERATORS[clause](generator) for _ in range(3))
        shapes = ({"a": value}, {"a": [value, other]}, {"a": {"b": [other, value]}, "c": other})
        fields: dict[str, Any] = {generator.choice(DICT_FIELDS): generator.choice(shapes)}
        if isinstance(third, str):  # a text can also be a key, and the value of a root field
            fields |= dict.fromkeys(TEXT_FIELDS, third)
            fields[generator.choice(DICT_FIELDS)] = {third: value}
        if clause == "VAL-9":  # about keys: the document itself, not one inside another
            fields = {generator.choice(DICT_FIELDS): value}
        if clause == "VAL-3":  # about empty values: root fields can be empty as well
            fields[generator.choice(BUFFER_FIELDS)] = generator.choice(([], [b""]))
            fields[generator.choice(DICT_FIELDS)] = {}
        steps = _write_and_read(generator, fields)
        if clause in _RARE_FIELDS:
            steps += [add("rare", generator.item_of_turn(_RARE_FIELDS[clause])), get("rare")]
        return steps

    return generate


_CONTROL_CHARACTERS = tuple(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_RARE_FIELDS: dict[str, tuple[dict[str, Any], ...]] = {
    # Each control character as a field, or as an element: some formats escape with one of them.
    "VAL-1": tuple(
        {
            **dict(zip(TEXT_FIELDS[:6], "\x01\x00\x02\x7f\x1b\x80"[turn:], strict=False)),
            "stdout": "".join(_CONTROL_CHARACTERS[turn:]),
            "header": {"a": [*_CONTROL_CHARACTERS[turn:]]},
        }
        for turn in range(4)
    ),
    # Documents that are nothing but what a format writes for another class of values.
    "VAL-9": tuple(
        dict(zip(DICT_FIELDS, TAGGED_DOCUMENTS[3 * turn :] + TAGGED_DOCUMENTS, strict=False))
        for turn in range(4)
    ),
    # As deep as a value may be: 100 dicts and lists around a text (L-24).
    "VAL-10": ({"header": nest_levels(MAX_DEPTH)},),
}
"""The fields of one more record for a clause, by rotation."""


for _clause in _VALUE_GENERATORS:
    STEP_GENERATORS[_clause] = _steps_for(_clause)


def _write_and_read(generator: ValueGenerator, fields: dict[str, Any]) -> list[Operation]:
    """Return steps that write the fields with an add and with an update, and read both records."""
    one, other = draw_ids(generator, 2)
    return [add(one, fields), add(other, {}), update(other, fields), get(one), find({})]


@targeted_program("BUF-1", "BUF-2")
def buffers(generator: ValueGenerator) -> list[Operation]:
    """Write buffers of all classes, and empty, repeated and many buffers."""
    mixed = [
        generator.next_in_rotation(BUFFER_CONSTRUCTORS)(generator.choice(BYTES)) for _ in range(3)
    ]
    plain = generator.choices(BYTES, 1, 3)
    # More than ten: a store that sorts buffers by a number in text puts the eleventh second.
    twelve = [b"%d" % index for index in range(12)]
    fields = {"buffers": generator.choice((mixed, plain)), "result_buffers": plain}
    if generator.chance(0.2):
        fields["buffers"] = twelve
    return _write_and_read(generator, fields)


@targeted_program("BUF-3")
def large_buffers(generator: ValueGenerator) -> list[Operation]:
    """Write buffers of one MiB, each of another class in turn."""
    one, other = draw_ids(generator, 2)
    kind = generator.next_in_rotation((bytes, bytearray, memoryview))
    large = kind(generator.next_in_rotation((b"x", b"\x00")) * 2**20)
    fields = {"buffers": [b"a", large], "result_buffers": [large]}
    return [add(one, fields), get(one), add(other, {}), update(other, fields), get(other)]


@targeted_program("TIME-1")
def timestamps(generator: ValueGenerator) -> list[Operation]:
    """Write timestamps with any offset to root fields."""
    return _write_and_read(
        generator,
        {name: generator.timestamp() for name in generator.choices(TIMESTAMP_FIELDS, 1, 3)},
    )
