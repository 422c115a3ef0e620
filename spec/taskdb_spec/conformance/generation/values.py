"""A generator of values, drawn from pools that are small enough for values to collide.

No value is drawn from the whole of its type: two random strings are never equal, so no query would
match a record. Each pool mixes plain values with values that are equal or nearly equal to them, or
look like values of another type. The pools list values that stores were seen to confuse.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.core.buffers import signed_view, strided_view, view_of_part
from taskdb_spec.conformance.core.vocabulary import EPOCH, KEYS, LOOKALIKES
from taskdb_spec.conformance.generation.choices import Chooser, Source

IDS = ("a", "b", "c", "d", "e", "f")
"""The ids of most records: so few that most operations meet a stored record."""
MORE_IDS = tuple(f"i{i}" for i in range(12))
"""Ids beside `IDS` for programs that need many records, or one more."""
UNUSUAL_IDS = (
    *("A", "a ", "", "ab", "10", "\u00e9", "e\u0301", "a.b", "$a", "a'b\"", "\U0001f600", "\x00"),
    *("%", "a/b", "..", "a\nb"),
)
"""Ids that differ in case, space, Unicode form or length, or have a meaning in queries or paths."""
LONG_ID = "x" * 256
"""One character longer than the common limit of 255."""
ABSENT_IDS = ("never", "aa", "B", "z", "y" * 300, "a/../b", "%d", "")
"""Ids for calls that shall meet no record. Some are near ids that are added."""

WORDS = ("a", "b", "c", "ab", "B")
"""The values of most text fields."""
UNUSUAL_WORDS = (
    *("", " a", "a ", "A", "aa", "\u00e9", "e\u0301", "\x00", "a\x00b", "\n", "a\n", "a\r\nb"),
    *("\r", "\uff61", "\U00010000"),
    *("it's", 'say "a"', "a.b", "$a", "%", "_", "*", "a*", "?", "[a]", "\\", "a\nb", "\ufeffa"),
    *("\u00df", "ss"),
    *("a\u2028b", "a\x85b", "a\x1eb", "a\tb", "a\vb", "a\x1ab", "a\x7fb", "\u202ea", "a\u200db"),
    "\uffff",
)
"""Texts that are compared, quoted or stored differently by some database or file format."""
LONG_WORDS = ("x" * 256, "x" * 70_000)
"""Texts just longer than usual column sizes: 255 characters, and 64 KiB."""
UNUSUAL_KEYS = (
    *("", "a.b", "$a", "$eq", "0", "1", "_id", "a ", "A", "B", "z"),
    *("\u00e9", "e\u0301", "\x00", "\uff0e", "\uff04a", "a\uff0eb"),
)
"""Keys with a meaning in paths and operators, or in the escaping of these."""
TAGGED_DOCUMENTS: tuple[dict[str, Any], ...] = (
    *({"$date": "2024-02-29T12:00:00Z"}, {"$numberLong": "1"}, {"$oid": "0" * 24}),
    *({"$binary": {"base64": "YQ==", "subType": "00"}}, {"$ref": "a", "$id": "b"}),
    *({"__type__": "datetime", "value": "a"}, {"py/object": "a"}, {"b64": "YQ=="}),
    *({"$bytes": "YQ=="}, {"__bytes__": "YQ=="}, {"bytes": "61"}, {"__datetime__": "2024-02-29"}),
)
"""Documents that encode a value of another type in some file format (VAL-9)."""
INTS = (0, 1, -1, 2, 10, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))
"""Small integers, and the bounds of 32-bit integers, of exact floats and of 64-bit integers."""
FLOATS = (
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.5,
    1e300,
    2.0**53,
    5e-324,
    float("inf"),
    float("-inf"),
    float("nan"),
)
"""Floats that equal an integer, or that a conversion to text or to an integer may change."""
BUFFER_CONSTRUCTORS: tuple[Callable[[bytes], Any], ...] = (
    *(bytes, bytearray, memoryview, view_of_part, strided_view, signed_view),
)
"""Functions that wrap bytes in each class of buffer that a caller may pass."""
BYTES = (b"", b"a", b"b", b"ab", b"aa", b"\x00", b"\xff\xfe", b"a\x00")
UTC_OFFSETS = (UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30)))
"""UTC, and an offset on either side, one of them not of whole hours."""
MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
TIME_DISTANCES = (
    *(timedelta(), timedelta(), MILLISECOND, timedelta(milliseconds=500), timedelta(seconds=1)),
    *(timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2), timedelta(days=1)),
    timedelta(days=400),
)
"""Distances of most timestamps from `EPOCH`: 0 twice, because equal timestamps must be common."""
EXTREME_TIMESTAMPS = (
    # Not the first and the last day of the calendar: a store may return a timestamp with another
    # offset, and there it would be out of range.
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
)
"""Timestamps at both ends of the calendar, and just before 1970, where Unix time is negative."""
TIMESTAMPS_BEYOND_UTC = (
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
    datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-5))),
)
"""Instants before the year 1 and after the year 9999 of UTC, which are outside the domain (L-5)."""

TEXT_FIELDS = (
    *("label", "queue", "client_uuid", "engine_uuid", "execute_input", "stdout", "resubmitted"),
)
TIMESTAMP_FIELDS = ("submitted", "completed", "started", "received", "arrived", "resubmitted")
"""`resubmitted` may hold a text or a timestamp, so it is in both tuples."""
DICT_FIELDS = (
    *("header", "content", "metadata", "result_header", "result_content", "result_metadata"),
    *("execute_result", "display_data", "error"),
)
BUFFER_FIELDS = ("buffers", "result_buffers")


def nest_levels(levels: int) -> dict[str, Any]:
    """Return a text inside of dicts and lists in turn. The outermost is a dict.

    Args:
        levels: The number of dicts and lists.

    >>> nest_levels(3)
    {'a': [{'a': 'b'}]}
    """
    value: Any = "b"
    for level in range(levels, 0, -1):
        value = {"a": value} if level % 2 else [value]
    return {**value}


Resolution = Literal["microsecond", "millisecond"]


class ValueGenerator(Chooser):
    """Draws values that a backend must be able to store.

    Args:
        source: where the choices come from.
        capabilities: the query capabilities of the backend; generators leave out other queries.
        resolution: the resolution of the timestamps that the backend stores.
        rotation: the number of the program among those of its clause, see `next_in_rotation`.

    The probabilities favour plain values: a failure is found more often, and is easier to read, if
    at most one value of a program is unusual.
    """

    def __init__(
        self,
        source: Source,
        capabilities: frozenset[Capability] = QUERY_CAPABILITIES,
        resolution: Resolution = "microsecond",
        rotation: int | None = None,
    ) -> None:
        super().__init__(source, rotation)
        self.capabilities = capabilities
        self.tick = MICROSECOND if resolution == "microsecond" else MILLISECOND
        """The least difference between two timestamps that the backend can tell apart."""

    def msg_id(self) -> str:
        """Return an id, plain in nine cases out of ten."""
        return self.choice(IDS) if self.chance(0.9) else self.choice(UNUSUAL_IDS)

    def word(self) -> str:
        """Return a short text, plain in seven cases out of ten."""
        return self.choice(WORDS) if self.chance(0.7) else self.choice(UNUSUAL_WORDS)

    def text(self) -> str:
        """Return a short text, or one that looks like a value of another type."""
        return self.word() if self.chance(0.7) else self.choice(LOOKALIKES)

    def timestamp(self, *, with_offset: bool = True) -> datetime:
        """Return a timestamp near the others; one in twenty is at an end of the calendar.

        More of the extreme ones would leave too few timestamps that collide, or that are within
        a rounding error of each other.

        Args:
            with_offset: allow other offsets than UTC.
        """
        if self.randbelow(20) == 19:
            return self.choice(EXTREME_TIMESTAMPS)
        at = EPOCH + self.choice((1, -1)) * self.choice((*TIME_DISTANCES, self.tick))
        return at.astimezone(self.choice(UTC_OFFSETS)) if with_offset else at

    def similar_value(self, value: Any) -> Any:
        """Return a value that a sloppy comparison confuses with this one.

        It may be equal in another type, equal but for case, space or sign, or next in order.
        """
        if isinstance(value, datetime):
            return self._similar_timestamp(value)
        if isinstance(value, str):
            longer = (value + " ", value + "a", f" {value}", f"{value}\x00")
            return self.next_in_rotation((*longer, value.upper(), value.lower(), value[:-1]))
        if isinstance(value, int | float):
            return self._similar_number(value)
        if isinstance(value, bytes):
            return self.next_in_rotation(
                (value + b"a", value[:-1], value.decode("latin-1"), b"\x00" + value)
            )
        if isinstance(value, list | dict) and value:
            return self._similar_container(value)
        return self.scalar()

    def _similar_number(self, value: float) -> Any:
        if isinstance(value, bool):
            return self.choice((not value, int(value), float(value)))
        if isinstance(value, int):
            return self.next_in_rotation(
                (value - (value > 0), -value - (value < 0), float(value), str(value), bool(value))
            )
        return self.next_in_rotation(
            (-value, math.nextafter(value, 9.0), value / 2, 0, 1, str(value))
        )

    def _similar_container(self, value: list[Any] | dict[str, Any]) -> Any:
        """Return it with another first member, or a dict with its keys in another order."""
        if isinstance(value, list):
            return [self.similar_value(value[0]), *value[1:]]
        (key, first), *rest = value.items()
        return self.choice(
            ({key: self.similar_value(first), **dict(rest)}, dict([*rest, (key, first)]))
        )

    def _similar_timestamp(self, value: datetime) -> datetime:
        # The resolution, what a column of whole seconds rounds off, and a confusion of offsets.
        distances = (self.tick, timedelta(seconds=1), timedelta(hours=2))
        try:
            return value + self.next_in_rotation(
                (*distances, *(-distance for distance in distances))
            )
        except OverflowError:
            return EPOCH

    def with_other_offset(self, value: datetime) -> datetime:
        """Return the same instant with another offset, or unchanged if that is out of range."""
        try:
            return value.astimezone(self.choice(UTC_OFFSETS[1:]))
        except OverflowError:
            return value

    def number(self) -> int | float:
        """Return an integer or a float."""
        return self.choice(INTS) if self.chance(0.6) else self.choice(FLOATS)

    def scalar(self) -> Any:
        """Return None, a bool, a number, a text, bytes or a timestamp.

        Two cases out of eight are texts, because most fields hold texts. 0, 1 and 2 have a case of
        their own, because they are equal to bools and are used as indices.
        """
        kinds: tuple[Callable[[], Any], ...] = (
            *(lambda: None, self.text, self.text, lambda: self.choice((0, 1, 2)), self.number),
            *(lambda: self.choice((False, True)), lambda: self.choice(BYTES), self.timestamp),
        )
        return self.choice(kinds)()

    def value(self, depth: int = 2) -> Any:
        """Return any value that a document may hold, nested at most `depth` levels deep."""
        if depth == 0 or self.chance(0.6):
            return self.scalar()
        if self.chance(0.5):
            return [self.value(depth - 1) for _ in range(self.randbelow(4))]
        return self.document(depth - 1)

    def document(self, depth: int = 2) -> dict[str, Any]:
        """Return a dict of at most three values that are nested at most `depth` levels deep."""
        return {self.key(): self.value(depth) for _ in range(self.randbelow(4))}

    def key(self) -> str:
        """Return a key of a document, plain in seven cases out of ten."""
        return self.choice(KEYS) if self.chance(0.7) else self.choice(UNUSUAL_KEYS)

    def buffers(self) -> list[Any]:
        """Return at most three buffers of any class."""
        return [self.choice(BUFFER_CONSTRUCTORS)(b) for b in self.choices(BYTES, 0, 3)]

    def field_value(self, name: str) -> Any:
        """Return a value of a class that the root field may hold; never None."""
        if name in DICT_FIELDS:
            return self.document()
        if name in BUFFER_FIELDS:
            return self.buffers()
        if name == "resubmitted":
            return self.choice((self.msg_id(), self.timestamp()))
        if name in TIMESTAMP_FIELDS:
            return self.timestamp()
        return self.text()
