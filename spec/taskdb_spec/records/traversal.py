"""Walk over nested values: dicts, lists and tuples, at every depth.

The functions accept any value, also one outside the value domain. A value that contains itself has
no end: the iterators are lazy, so stop them yourself; `map_values` raises `RecursionError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

CONTAINERS = (dict, list, tuple)

Position: TypeAlias = "tuple[Any, ...]"
"""The keys of dicts and the indices of lists that lead to a nested value."""


def map_values(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a copy of `value` with `change` applied to every nested value, innermost first.

    The containers of the copy are plain dicts, lists and tuples. Keys are not changed.

    >>> map_values({"a": [1, (2, "b")]}, lambda item: item * 2 if isinstance(item, int) else item)
    {'a': [2, (4, 'b')]}
    >>> map_values([(1, 2), 3], lambda item: list(item) if isinstance(item, tuple) else item)
    [[1, 2], 3]
    """
    if isinstance(value, dict):
        value = {key: map_values(item, change) for key, item in value.items()}
    elif isinstance(value, list):
        value = [map_values(item, change) for item in value]
    elif isinstance(value, tuple):
        value = tuple(map_values(item, change) for item in value)
    return change(value)


def iter_values(value: Any) -> Iterator[Any]:
    """Yield `value` and all nested values, each container before its items.

    >>> list(iter_values({"a": [1, ()]}))
    [{'a': [1, ()]}, [1, ()], 1, ()]
    """
    yield value
    for _, item in _items(value):
        # A generator per scalar would double the time.
        if isinstance(item, CONTAINERS):
            yield from iter_values(item)
        else:
            yield item


def iter_paths(value: Any) -> Iterator[tuple[Position, Any]]:
    """Yield `value` and all nested values with their positions, each container before its items.

    >>> list(iter_paths({"a": [1, "b"]}))
    [((), {'a': [1, 'b']}), (('a',), [1, 'b']), (('a', 0), 1), (('a', 1), 'b')]
    """
    yield (), value
    for step, item in _items(value):
        if isinstance(item, CONTAINERS):
            for position, nested in iter_paths(item):
                yield (step, *position), nested
        else:
            yield (step,), item


def iter_keys(value: Any) -> Iterator[Any]:
    """Yield the keys of all dicts in `value`, with outer dicts before inner ones.

    >>> list(iter_keys([{"a": {"b": 1}, 2: None}]))
    ['a', 2, 'b']
    """
    for container in iter_values(value):
        if isinstance(container, dict):
            yield from container


def _items(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list | tuple) else ()
