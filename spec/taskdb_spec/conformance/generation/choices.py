"""Where the choices of a generator come from: a seeded driver, or Hypothesis.

Generators take a `Source` and nothing else, so both drive the same space of programs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Source(Protocol):
    """A source of choices."""

    def below(self, bound: int, /) -> int:
        """An int in [0, bound)."""
        ...


class RandomSource:
    """Choices of a seeded generator, ten times as fast as those of Hypothesis."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed).random

    def below(self, bound: int, /) -> int:
        return int(self._random() * bound)


class HypothesisSource:
    """Choices that Hypothesis makes, keeps and shrinks."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def below(self, bound: int, /) -> int:
        return self._draw(st.integers(0, bound - 1)) if bound > 1 else 0


class Chooser:
    """What generators ask of a source.

    `rotation` is the number of the program, where the programs of a clause share out what there is.
    """

    def __init__(self, source: Source, rotation: int | None = None) -> None:
        self.below = source.below
        self._turn = rotation
        self._dealt: Counter[int] = Counter()

    def choice(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def next_in_rotation(self, items: Sequence[T]) -> T:
        """One of the items, which the programs of a clause take in turn, so that none is left out.

        A program that asks for several goes on at another third of them, and after three of them
        at what sixteen programs, as many as the smallest profile has, have left out.
        """
        if self._turn is None:
            return self.choice(items)
        size = len(items)
        later, thirds = divmod(self._dealt[size], 3)
        self._dealt[size] += 1
        return items[(self._turn + thirds * -(-size // 3) + later * 16) % size]

    def chance(self, out_of_ten: int) -> bool:
        return self.below(10) < out_of_ten

    def integer(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def choices(self, items: Sequence[T], low: int, high: int) -> list[T]:
        return [self.choice(items) for _ in range(self.integer(low, high))]

    def sample(self, items: Sequence[T], low: int, high: int) -> list[T]:
        """Some of the items, each at most once."""
        return self.shuffled(items)[: self.integer(low, high)]

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        left, order = list(items), []
        while left:
            order.append(left.pop(self.below(len(left))))
        return order
