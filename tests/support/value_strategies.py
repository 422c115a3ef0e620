"""Values of the domain, drawn from few enough that they meet and from all that are special."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import settings
from hypothesis import strategies as st

sure = settings(derandomize=True, deadline=None, database=None, max_examples=200)

EDGES = [-(2**63), -(2**53) - 1, -1, 0, 1, 2, 2**53, 2**53 + 1, 2**63 - 1]
NOON = datetime(2012, 3, 4, 12, tzinfo=UTC)

ints = st.sampled_from(EDGES) | st.integers(-(2**63), 2**63 - 1)
floats = st.sampled_from([0.0, -0.0, 1.0, 2.0**53, 2.0**63, -(2.0**63)]) | st.floats()
texts = st.sampled_from(["", "a", "b", "aa", "A", "\0"]) | st.text(max_size=4)
blobs = st.sampled_from([b"", b"a", b"b", b"aa", b"\xff"]) | st.binary(max_size=4)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.sampled_from([NOON, NOON + timedelta(microseconds=1)]) | st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones
)

scalars = st.one_of(st.none(), st.booleans(), ints, floats, texts, blobs, instants)
keys = st.sampled_from(["a", "b", "c", "0", ""])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
