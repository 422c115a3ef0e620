"""Values with a special role that several stages use: generation, comparison and diagnosis.

A generator draws these values on purpose, and a check recognises them.
"""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(2024, 2, 29, 12, tzinfo=UTC)
"""The time near which most generated timestamps are."""

KEYS = ("a", "b", "c")
"""The ordinary keys of nested dicts. Any other key exercises the clause about keys (VAL-9)."""

LOOKALIKES = (
    *("2024-02-29T12:00:00+00:00", "2024-02-29T12:00:00.000001Z", "2024-02-29", "null", "None", ""),
    *("true", "1", "1.0", "NaN", "[]", "{}", '{"a": 1}', '"a"', "YQ==", "b'a'", "1709208000"),
    *("0x1", "%41", "a\\nb", "\\u0061", "&amp;"),
    *("\\N", "NULL", "no", "on", "yes", "~", "-", "undefined", "inf", "1e5", "007", "1,5", "12:00"),
    *("%s", "%(a)s", "{a}", "{{a}}", "${a}", "=1+1", "<a>", "<!-- a -->", "b64:YQ==", "a;b", "a,b"),
)
"""Strings that look like a value of another class in some format (VAL-2)."""

UNUSED_ID = "never there"
"""An id that no program writes. A store that finds a record for it finds one for any id."""

LATER_ID = "later"
"""The id of the record that the aliasing check adds between two reads."""

MUTATION_MARK = "mutated"
"""What the caller writes into its own objects. If it shows in the store, they share an object."""
