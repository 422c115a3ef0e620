"""Groups of values that are easily confused, and other tables for the combinatorial queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from taskdb_spec.capabilities import Capability
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.generation.queries.core import (
    MISORDERED_TEXT_PAIRS,
    NEARLY_EQUAL_TEXTS,
)
from taskdb_spec.conformance.generation.queries.patterns import (
    GLOB_CASES,
    REGEX_CASES,
    REGEX_OPTION_CASES,
)
from taskdb_spec.conformance.generation.values import UTC_OFFSETS, ValueGenerator
from taskdb_spec.records.traversal import iter_values

Group: TypeAlias = tuple[Any, ...]
"""Values that are equal, similar, or neighbours for some store: each is compared with each."""

NAN, INFINITY = float("nan"), float("inf")
HOUR = timedelta(hours=1)
TEXT_GROUPS: tuple[Group, ...] = (
    *(
        *NEARLY_EQUAL_TEXTS,
        *MISORDERED_TEXT_PAIRS,
        ("\u00e9", "\u00c9", "e", "E"),
        ("x" * 300, "x" * 299 + "y"),
    ),
    ("a2", "a10", "a1", "a02"),
)
BASE_TIMESTAMPS = (EPOCH, datetime(1960, 1, 1, tzinfo=UTC), datetime(2400, 1, 1, tzinfo=UTC))
"""Timestamps whose neighbours are compared. 2400 is out of range for nanoseconds in 64 bits."""
SCALAR_GROUPS: tuple[Group, ...] = (
    *((0, -0.0, 0.5, False, None, ""), (1, 1.0, True, "1", b"1", 2), (9, 10, "9", "10", -9)),
    *((2**53, 2**53 + 1, 2.0**53, 2**53 - 1), (-(2**53) - 1, -(2.0**53), -(2**53))),
    *((2**63 - 1, 2.0**63, -(2**63), 1e300), (NAN, INFINITY, -INFINITY, 0, None)),
    *((b"a" * 300, b"a" * 299 + b"b", b"a" * 256, b"b"), (-13, 13, -12.7, 12.5, 4)),
    (0.1 + 0.2, 0.3, 5e-324, 0),
    *((b"", b"a", b"aa", b"a\x00", "a", b"\xff"), (None, "", 0, False, b"", EPOCH)),
    *(("a", "b", "ab", None), (EPOCH, EPOCH.isoformat(), EPOCH.timestamp(), None)),
    (
        EPOCH,
        EPOCH.astimezone(UTC_OFFSETS[1]),
        (EPOCH + HOUR).astimezone(UTC_OFFSETS[2]),
        str(EPOCH),
    ),
)
DOCUMENT_GROUPS: tuple[Group, ...] = (
    *(({}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": None}, None), ({}, "", 0, False, None)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}, {"b": 2}, {"a": 1, "b": None}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, {"a": {"b": 1}}, {"a": 1}),
    ({"A": 1}, {"a": 1}, {"B": 1}, {"b": 0}),
    ({"a": "b"}, {"a": "b "}, {"a": "B"}, {"a": b"b"}, {"a": ["b"]}, {"a": ""}),
    ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 4}, {"a": 1, "b": 2, "d": 0}),
)
LIST_GROUPS: tuple[Group, ...] = (
    *(([], [[]], [None], None, [0]), ([1, 2], [2, 1], [1], [1, 2, 3], 1), ([NAN], [1], [0.0], [])),
    ([1, 2, 3], [1, 2, 4], [1, 2, 3, 0]),
    *(([[1]], [1], [[[1]]], [[1], 2], 1), (["a", "b"], ["b", "a"], ["a"], "a", ["c"])),
    ([None], [0], [""], [{}], [[]], [b""], [False], [EPOCH]),
    *(([{"a": 1}], [{"a": 2}], {"a": [1, 2]}, {"a": 1}, [{}]), ([], {}, "", None)),
)
BUFFER_LISTS: Group = ([b"a"], [b"a", b"b"], [b"b", b"a"], [], [b"aa"], [b""], [b"b"])
NESTED_VALUES: Group = (
    *(None, {}, [], "a", ["a"], ["b", "a"], [["a"]], [None], "a" * 3, [[]], [{}], {"y": "a"}),
    *({"y": None}, {"y": {}}, {"y": []}, {"y": ["a"]}, {"y": ["b", "a"]}, {"y": [["a"]]}),
    *([{"y": "a"}], [{"y": "b"}, {"y": "a"}], [{"y": None}, {"z": "a"}], [[{"y": "a"}]]),
    *([{"y": ["a"]}], {"y": {"y": "a"}}, {"y": [{"y": "a"}]}, ["a", {"y": "b"}], {"0": "a"}),
    *([[["a"]]], ["b"] * 40 + ["a"], [{"y": "b"}] * 40 + [{"y": "a"}]),
    [{"y": ["a"]}, {"y": ["b"]}],
    *({"0": {"y": "a"}}, [{"0": "a"}], {"0": ["a"]}, {"00": "a", "-1": "a"}, [["a"], ["b"]]),
    *({"0": {"0": "a"}}, {"": "a"}, {"y": {"": "a"}}, [{"y": [{"y": "b"}, {"y": "a"}]}]),
)
"""Values that paths go through: of each shape, with the end at each depth, or missing."""
PATHS_INTO_HEADER = (
    *("x", "x.y", "x.0", "x.0.y", "x.y.0", "x.0.0", "x.y.y", "x.1", "x.1.y", "x.00", "x.-1", "y"),
    *("x.\u0660", "x.\u0661", "x.99999999999999999999", "x.0.0.0", "x.", "x.y."),
)
"""Paths with names, indices, and parts that `int()` accepts but that are not an index (PATH-6)."""
PATTERN_CASES = (
    *(row for rows in GLOB_CASES.values() for row in rows),
    *REGEX_CASES,
    *REGEX_OPTION_CASES,
)
PRESENCE_CONDITIONS: tuple[dict[str, Any], ...] = (
    *({"$exists": True}, {"$exists": False}, {"$size": 0}, {"$size": 1}, {"$size": 2}),
    *({"$size": 2**40}, {"$mod": (4, 1)}),
    *({"$elemMatch": {path: "a"}} for path in ("y", "0", "0.y", "y.y", "y.0", "0.0")),
    *({"$elemMatch": {"y": test}} for test in (None, {"$elemMatch": {"y": "a"}})),
)
"""Conditions that depend on the shape of a value more than on its content."""
RECORD_OF_ROOT_VALUES: dict[str, Any] = {
    "submitted": EPOCH,
    "resubmitted": EPOCH,
    "label": "a",
    "stdout": "ab",
    "buffers": [b"a"],
    "error": {"year": "a"},
}
ATTRIBUTE_LIKE_PARTS = ("year", "0", "x", "length", "0.x", "0.0")
"""Path parts that some languages or databases resolve on texts, timestamps and bytes."""
MOD_OPERANDS = ((2, 0), (3, 1), (-1, 0), (4, -1), (4, 1))
BRANCHES: tuple[dict[str, Any], ...] = (
    *({}, {"label": "a"}, {"label": "b"}, {"queue": "a"}, {"label": "a", "queue": "a"}),
    *({"label": "a", "queue": "b"}, {"label": {"$ne": "a"}}, {"label": {"$in": ["a", "b"]}}),
    {"$or": [{"label": "a"}, {"label": "b"}], "queue": "a"},
    {"$and": [{"label": {"$gte": "a"}}, {"label": {"$lt": "b"}}]},
    *({"$nor": [{"label": "a"}], "queue": "b"}, {"label": {"$not": {"$gt": "a"}}}),
)


def select_claimed_values(generator: ValueGenerator, values: Group) -> list[Any]:
    """Return the values, without those that hold a list if the backend does not claim arrays.

    Without arrays, no clause says what a path through a list finds.
    """
    if Capability.arrays in generator.capabilities:
        return [*values]
    return [value for value in values if not _has_list(value)]


def _has_list(value: Any) -> bool:
    return any(isinstance(item, list) for item in iter_values(value))
