"""Values, drawn from pools so small that they meet: equal, nearly equal, of another class.

Nothing here is drawn from the whole of its type: two independent draws from all strings are never
equal, and a store is never asked for what it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.core.buffers import signed_view, strided_view, view_of_part
from taskdb_spec.conformance.generation.choices import Chooser, Source

IDS = ("a", "b", "c", "d", "e", "f")
ODD_IDS = (
    *("A", "a ", "", "ab", "10", "\u00e9", "e\u0301", "a.b", "$a", "a'b\"", "\U0001f600", "\x00"),
    *("%", "a/b", "..", "a\nb"),
)
LONG_ID = "x" * 256
"""Longer than ids are where somebody thought of a limit."""
ABSENT_IDS = ("never", "aa", "B", "z", "y" * 300, "a/../b", "%d", "")
"""Ids that no program adds."""

WORDS = ("a", "b", "c", "ab", "B")
"""The texts that most fields get."""
ODD_WORDS = (
    *("", " a", "a ", "A", "aa", "\u00e9", "e\u0301", "\x00", "a\x00b", "\n", "a\n", "a\r\nb"),
    *("\r", "\uff61", "\U00010000"),
    *("it's", 'say "a"', "a.b", "$a", "%", "_", "*", "a*", "?", "[a]", "\\", "a\nb", "\ufeffa"),
    *("\u00df", "ss"),
    *("a\u2028b", "a\x85b", "a\x1eb", "a\tb", "a\vb", "a\x1ab", "a\x7fb", "\u202ea", "a\u200db"),
    "\uffff",
)
LONG_WORDS = ("x" * 256, "x" * 70_000)
"""Texts too long for a column that was thought long enough."""
LOOKALIKES = (
    *("2024-02-29T12:00:00+00:00", "2024-02-29T12:00:00.000001Z", "2024-02-29", "null", "None", ""),
    *("true", "1", "1.0", "NaN", "[]", "{}", '{"a": 1}', '"a"', "YQ==", "b'a'", "1709208000"),
    *("0x1", "%41", "a\\nb", "\\u0061", "&amp;"),
    *("\\N", "NULL", "no", "on", "yes", "~", "-", "undefined", "inf", "1e5", "007", "1,5", "12:00"),
    *("%s", "%(a)s", "{a}", "{{a}}", "${a}", "=1+1", "<a>", "<!-- a -->", "b64:YQ==", "a;b", "a,b"),
)
KEYS = ("a", "b", "c")
ODD_KEYS = (
    *("", "a.b", "$a", "$eq", "0", "1", "_id", "a ", "A", "B", "z"),
    *("\u00e9", "e\u0301", "\x00", "\uff0e", "\uff04a", "a\uff0eb"),
)
TAGGED: tuple[dict[str, Any], ...] = (
    *({"$date": "2024-02-29T12:00:00Z"}, {"$numberLong": "1"}, {"$oid": "0" * 24}),
    *({"$binary": {"base64": "YQ==", "subType": "00"}}, {"$ref": "a", "$id": "b"}),
    *({"__type__": "datetime", "value": "a"}, {"py/object": "a"}, {"b64": "YQ=="}),
    *({"$bytes": "YQ=="}, {"__bytes__": "YQ=="}, {"bytes": "61"}, {"__datetime__": "2024-02-29"}),
)
"""Documents that read like another value in some format: clause VAL-9."""
INTS = (0, 1, -1, 2, 10, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))
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
BUFFER_KINDS: tuple[Callable[[bytes], Any], ...] = (
    *(bytes, bytearray, memoryview, view_of_part, strided_view, signed_view),
)
"""The ways in which the content of a buffer may be given."""
BYTES = (b"", b"a", b"b", b"ab", b"aa", b"\x00", b"\xff\xfe", b"a\x00")
OFFSETS = (UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30)))
EPOCH = datetime(2024, 2, 29, 12, tzinfo=UTC)
MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
STEPS = (
    *(timedelta(), timedelta(), MILLISECOND, timedelta(milliseconds=500), timedelta(seconds=1)),
    *(timedelta(minutes=1), timedelta(hours=1), timedelta(hours=2), timedelta(days=1)),
    timedelta(days=400),
)
FAR = (
    # A store may give any offset back, so the first and the last day of the calendar are left out.
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC),
)

TEXT_PLACES = (
    *("label", "queue", "client_uuid", "engine_uuid", "execute_input", "stdout", "resubmitted"),
)
TIME_PLACES = ("submitted", "completed", "started", "received", "arrived", "resubmitted")
DICT_PLACES = (
    *("header", "content", "metadata", "result_header", "result_content", "result_metadata"),
    *("execute_result", "display_data", "error"),
)
BUFFER_PLACES = ("buffers", "result_buffers")

Resolution = Literal["microsecond", "millisecond"]


class ValueGenerator(Chooser):
    """Draws values for a backend with these capabilities; no finer instants than its resolution."""

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

    def msg_id(self) -> str:
        return self.choice(IDS) if self.chance(9) else self.choice(ODD_IDS)

    def word(self) -> str:
        return self.choice(WORDS) if self.chance(7) else self.choice(ODD_WORDS)

    def text(self) -> str:
        return self.word() if self.chance(7) else self.choice(LOOKALIKES)

    def timestamp(self, offsets: bool = True) -> datetime:
        """An instant near the others, or, one in twenty, at an end of the calendar."""
        if self.below(20) == 0:
            return self.choice(FAR)
        at = EPOCH + self.choice((1, -1)) * self.choice((self.tick, *STEPS))
        return at.astimezone(self.choice(OFFSETS)) if offsets else at

    def similar_value(self, value: Any) -> Any:
        """A neighbour of a value: what a sloppy comparison takes for it."""
        if isinstance(value, datetime):
            return self._near_instant(value)
        if isinstance(value, str):
            longer = (value + " ", value + "a", f" {value}", f"{value}\x00")
            return self.next_in_rotation((*longer, value.upper(), value.lower(), value[:-1]))
        if isinstance(value, bool):
            return self.choice((not value, int(value), float(value)))
        if isinstance(value, int):
            return self.next_in_rotation(
                (value - (value > 0), -value - (value < 0), float(value), str(value), bool(value))
            )
        if isinstance(value, float):
            return self.next_in_rotation(
                (-value, math.nextafter(value, 9.0), value / 2, 0, 1, str(value))
            )
        if isinstance(value, bytes):
            return self.next_in_rotation(
                (value + b"a", value[:-1], value.decode("latin-1"), b"\x00" + value)
            )
        if isinstance(value, list) and value:
            return [self.similar_value(value[0]), *value[1:]]
        if isinstance(value, dict) and value:
            (key, first), *rest = value.items()
            return self.choice(
                ({key: self.similar_value(first), **dict(rest)}, dict([*rest, (key, first)]))
            )
        return self.scalar()

    def _near_instant(self, value: datetime) -> datetime:
        steps = (self.tick, timedelta(seconds=1), timedelta(hours=2))
        try:
            return value + self.next_in_rotation((*steps, *(-step for step in steps)))
        except OverflowError:
            return EPOCH

    def offset(self, value: datetime) -> datetime:
        """The same instant at another offset, where the calendar has it."""
        try:
            return value.astimezone(self.choice(OFFSETS[1:]))
        except OverflowError:
            return value

    def number(self) -> int | float:
        return self.choice(INTS) if self.chance(6) else self.choice(FLOATS)

    def scalar(self) -> Any:
        kind = self.below(8)
        if kind < 2:
            return self.text()
        return (
            lambda: None,
            self.number,
            lambda: self.choice((True, False)),
            lambda: self.choice(BYTES),
            self.timestamp,
            lambda: self.choice((0, 1, 2)),
        )[kind - 2]()

    def value(self, depth: int = 2) -> Any:
        """Any value of the domain."""
        if depth == 0 or self.chance(6):
            return self.scalar()
        if self.chance(5):
            return [self.value(depth - 1) for _ in range(self.below(4))]
        return self.document(depth - 1)

    def document(self, depth: int = 2) -> dict[str, Any]:
        return {self.key(): self.value(depth) for _ in range(self.below(4))}

    def key(self) -> str:
        return self.choice(KEYS) if self.chance(7) else self.choice(ODD_KEYS)

    def buffers(self) -> list[Any]:
        return [self.choice(BUFFER_KINDS)(b) for b in self.choices(BYTES, 0, 3)]

    def field_value(self, name: str) -> Any:
        """A value of the class that the root field holds."""
        if name in DICT_PLACES:
            return self.document()
        if name in BUFFER_PLACES:
            return self.buffers()
        if name == "resubmitted":
            return self.choice((self.msg_id(), self.timestamp()))
        if name in TIME_PLACES:
            return self.timestamp()
        return self.text()
