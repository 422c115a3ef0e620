"""Sources of choices for the generators, and the ways to choose that are built on them.

A generator takes all of its choices from one `Source`. So a seeded random source and another one,
such as that of Hypothesis in `integrations.hypothesis`, generate the same space of programs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

REQUESTS_PER_LAP = 3
"""Requests of one program to a table before `next_in_rotation` moves on to items further away.

Most programs draw from a table at most three times.
"""
ITEMS_PER_LAP = 16
"""Items by which the start of a program moves after `REQUESTS_PER_LAP` requests.

It is the number of programs per clause in the smallest profile. The items right behind the start
are the turn of the next programs; those 16 further on are the first that no program starts at.
"""


class Source(Protocol):
    """A source of choices: all other choices are derived from integers below a bound.

    0 is the simplest choice. Every table lists plain items before odd ones, so a smaller integer
    means a simpler program. Hypothesis shrinks what `taskdb_spec.strategies` draws towards 0.
    """

    def randbelow(self, bound: int, /) -> int:
        """Return an integer in [0, bound)."""
        ...


class RandomSource:
    """A source with a seed, or on a `random.Random` such as one that Hypothesis seeds.

    It is ten times as fast as a source for which Hypothesis draws each choice.
    """

    def __init__(self, seed: int | str | random.Random) -> None:
        generator = seed if isinstance(seed, random.Random) else random.Random(seed)
        self._random = generator.random

    def randbelow(self, bound: int, /) -> int:
        """Return an integer in [0, bound)."""
        # Random.randrange would be exact for huge bounds, but takes several times as long.
        return int(self._random() * bound)


class Chooser:
    """Choices in the style of the module `random`, on any source.

    Args:
        source: where the choices come from.
        rotation: the number of the program among those of its clause, see `next_in_rotation`;
            None for a program that is not one of a series.
    """

    def __init__(self, source: Source, rotation: int | None = None) -> None:
        self.randbelow = source.randbelow
        self._rotation = rotation
        self._requests: Counter[int] = Counter()

    def choice(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.randbelow(len(items))]

    def next_in_rotation(self, items: Sequence[T]) -> T:
        """Return an item by rotation, so that the programs of a clause together use all items.

        Program n starts at item n. The next two requests of the same program are a third of the
        list further on each, so that one program covers distant items. After three requests the
        start moves by 16, to items that no program of the smallest profile starts at. Without a
        rotation, any item may be returned.

        >>> [Chooser(RandomSource(0), rotation=n).next_in_rotation("abcd") for n in range(5)]
        ['a', 'b', 'c', 'd', 'a']
        """
        if self._rotation is None:
            return self.choice(items)
        size = len(items)
        # Requests are counted by size, because a table has no name. If two tables are of one size,
        # the second starts further on, which is as good.
        laps, thirds = divmod(self._requests[size], REQUESTS_PER_LAP)
        self._requests[size] += 1
        third = -(-size // REQUESTS_PER_LAP)  # rounded up: 1 for a list of two items, not 0
        return items[(self._rotation + thirds * third + laps * ITEMS_PER_LAP) % size]

    def item_of_turn(self, items: Sequence[T]) -> T:
        """Return an item by the number of the program, whatever it has drawn before.

        Of each four programs of a clause, two may use all capabilities that the backend claims.
        Among these two kinds of programs, program n gets item n: four items need eight programs.

        >>> [Chooser(RandomSource(0), rotation=n).item_of_turn("abcd") for n in range(8)]
        ['a', 'b', 'a', 'b', 'c', 'd', 'c', 'd']
        """
        if self._rotation is None:
            return self.choice(items)
        pairs, place = divmod(self._rotation, 4)
        return items[(2 * pairs + place % 2) % len(items)]

    def chance(self, probability: float) -> bool:
        """Return True with this probability, which is a multiple of 0.1.

        The choice 0 gives the likelier answer, because generators make plain values likelier.
        """
        tenths, chosen = round(10 * probability), self.randbelow(10)
        return chosen < tenths if tenths >= 5 else chosen >= 10 - tenths

    def integer(self, low: int, high: int) -> int:
        """Return an integer in [low, high]."""
        return low + self.randbelow(high - low + 1)

    def choices(self, items: Sequence[T], low: int, high: int) -> list[T]:
        """Return `low` to `high` items, each of which may be chosen repeatedly."""
        return [self.choice(items) for _ in range(self.integer(low, high))]

    def sample(self, items: Sequence[T], low: int, high: int) -> list[T]:
        """Return `low` to `high` different items, or all if there are fewer."""
        return self.permutation(items)[: self.integer(low, high)]

    def permutation(self, items: Sequence[Any]) -> list[Any]:
        """Return all items in another order."""
        left, order = list(items), []
        while left:
            order.append(left.pop(self.randbelow(len(left))))
        return order
