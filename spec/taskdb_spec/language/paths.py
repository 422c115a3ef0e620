"""What a path finds in a record (clauses PATH-*), and the candidates for a test (LIST-*)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from taskdb_spec.language.tree import Path
from taskdb_spec.records.ordering import MISSING

_INDEX = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)  # no list is longer


class PathMatches(NamedTuple):
    """What a path found.

    ``values`` are the things at its end, lists unopened; ``candidates`` are those and, for each
    list that the path reached by name, its elements.
    """

    values: list[Any]
    candidates: list[Any]


def resolve_path(record: Mapping[str, Any], path: Path) -> PathMatches:
    """Follow `path` in `record`. Nothing found by name is MISSING; an empty answer is possible.

    >>> resolve_path({"x": [{"b": 1}, {"c": 2}]}, Path("x", ("b",)))
    PathMatches(values=[1, MISSING], candidates=[1, MISSING])
    """
    start = record.get(path.root, MISSING)
    if not path.rest and not isinstance(start, list):
        return PathMatches([start], [start])  # nearly every query of the Hub
    values, candidates = [], []
    for value, opened in _walk(start, path.rest, by_index=False):
        values.append(value)
        if opened and isinstance(value, list):
            candidates.extend(value)
        candidates.append(value)
    return PathMatches(values, candidates)


def single_match(value: object) -> PathMatches:
    """An element of a list looked at on its own, as ``$elemMatch`` does: it is not opened."""
    return PathMatches([value], [value])


def _walk(value: object, rest: tuple[str, ...], by_index: bool) -> Iterator[tuple[Any, bool]]:
    """Yield each value at the end of `rest`, and whether a list there is to be opened."""
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
