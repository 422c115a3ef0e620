"""The values that a path yields in a record (PATH-*), and the candidates among them (LIST-*)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from taskdb_spec.language.tree import Path
from taskdb_spec.records.ordering import MISSING

# At most 19 digits: no list has more elements, and int() of longer texts is slow.
_INDEX = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class PathMatches(NamedTuple):
    """The values that a path yields in one record.

    Attributes:
        values: The values at the end of the path. A list is one value.
        candidates: The values, and also the elements of each list, unless the last step of the path
            is the index of the list (PATH-7).
    """

    values: list[Any]
    candidates: list[Any]


def resolve_path(record: Mapping[str, Any], path: Path) -> PathMatches:
    """Follow `path` in `record`.

    A key that is not there yields `MISSING`. The result may be empty, because the elements of a
    list that are not dicts yield nothing (PATH-8).

    >>> resolve_path({"x": [{"b": 1}, {"c": 2}]}, Path("x", ("b",)))
    PathMatches(values=[1, MISSING], candidates=[1, MISSING])
    """
    start = record.get(path.root, MISSING)
    if not path.rest and not isinstance(start, list):
        return PathMatches([start], [start])  # a fast path for nearly all queries of the Hub
    values, candidates = [], []
    for value, is_opened in _walk(start, path.rest, by_index=False):
        values.append(value)
        if is_opened and isinstance(value, list):
            candidates.extend(value)
        candidates.append(value)
    return PathMatches(values, candidates)


def single_match(value: object) -> PathMatches:
    """Return `value` as the only value and candidate, as ``$elemMatch`` needs for an element."""
    return PathMatches([value], [value])


def _walk(value: object, rest: tuple[str, ...], *, by_index: bool) -> Iterator[tuple[Any, bool]]:
    """Yield each value at the end of `rest`, and whether its elements are candidates too.

    `by_index` says whether an index has led to `value`.
    """
    if not rest:
        yield value, not by_index
    elif isinstance(value, dict):
        yield from _walk(value.get(rest[0], MISSING), rest[1:], by_index=False)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _walk(item, rest, by_index=False)
        if _INDEX.fullmatch(rest[0]) and int(rest[0]) < len(value):
            item = value[int(rest[0])]
            if len(rest) == 1 or isinstance(item, dict | list):
                yield from _walk(item, rest[1:], by_index=True)
    else:
        yield MISSING, True
