"""The indexes one by one: the order of time, against a sorted list, and the groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from taskdb_reference.memory import sorted_index as module
from taskdb_reference.memory.hash_index import Groups
from taskdb_reference.memory.sorted_index import (
    FIRST,
    LAST,
    Order,
    after,
    among_completed,
    before,
    by_field,
    in_history,
)
from taskdb_reference.memory.stored_record import Held

DAY = datetime(2024, 5, 17, tzinfo=UTC)
INSTANTS = [DAY + timedelta(seconds=second) for second in range(12)]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 4)


def record(number: int, **fields: Any) -> Held:
    return Held({"msg_id": str(number), **fields}, number)


def history(records: list[Held]) -> list[str]:
    def when(held: Held) -> tuple[bool, datetime, int]:
        submitted = held.fields["submitted"]
        return submitted is not None, submitted or DAY, held.number

    return [held.msg_id for held in sorted(records, key=when)]


def lives(seed: int) -> Iterator[tuple[Order, list[Held]]]:
    """An order and the records in it, after each of many comings and goings."""
    random, order, there = Random(seed), Order(in_history), []
    for number in range(1, 300):
        if there and random.random() < (0.3 if number < 200 else 0.8):
            order.leave([there.pop(random.randrange(len(there)))])
        else:
            instant = random.choice([None, *INSTANTS])
            held = record(number, **({} if instant is None else {"submitted": instant}))
            order.enter([held])
            there.append(held)
        yield order, there


@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_that_of_a_sorted_list(seed: int) -> None:
    most = 0
    for order, there in lives(seed):
        expected = history(there)
        most = max(most, len(expected))
        assert list(order) == expected
        assert order.ids() == expected
        assert all(0 < len(block) <= 8 for block in order._ids)
    assert most > 40, "there were never many blocks"


@pytest.mark.parametrize("apart", [1, 2, 9, 30])
def test_many_leave_at_once(apart: int) -> None:
    order = Order(in_history)
    there = [record(number, submitted=INSTANTS[number % 12]) for number in range(1, 600)]
    Random(apart).shuffle(there)
    order.enter(there)
    gone = sorted(there, key=in_history)[100:500:apart]
    order.leave(reversed(gone))
    left = [held for held in there if held not in gone]
    assert list(order) == history(left)
    assert all(order._ids), "a block is empty"
    order.enter(gone)
    assert list(order) == history(there)
    assert order.between(before(INSTANTS[3]), before(INSTANTS[8])) == history(
        [held for held in there if INSTANTS[3] <= held.fields["submitted"] < INSTANTS[8]]
    )


@pytest.mark.parametrize("seed", range(3))
def test_ranges_are_those_of_a_sorted_list(seed: int) -> None:
    random = Random(seed)
    for order, there in lives(seed):
        edges = [FIRST, LAST, *map(before, INSTANTS), *map(after, INSTANTS)]
        low, high = random.choice(edges), random.choice(edges)
        inside = [held for held in there if low <= in_history(held) < high]
        assert order.between(low, high) == history(inside)
        assert order.count(low, high) == len(inside)


def test_the_earliest_instant_comes_after_none() -> None:
    order = Order(in_history)
    order.enter([record(1, submitted=datetime.min.replace(tzinfo=UTC))])
    order.enter([record(2)])
    assert list(order) == ["2", "1"]
    assert order.between(FIRST, LAST) == ["1"]


def test_records_without_the_field_are_left_out() -> None:
    for key in (by_field("completed"), among_completed):
        order = Order(key)
        done, pending = record(1, completed=DAY), record(2, submitted=DAY)
        for held in (pending, done):
            order.enter([held])
        assert list(order) == ["1"]
        order.leave([pending])
        order.leave([done])
        assert list(order) == []


def test_a_group_goes_with_its_last_record() -> None:
    groups = Groups("label")
    held = [record(number, label="x") for number in (1, 2)]
    for one in held:
        groups.enter([one])
    assert list(groups.of("x")) == ["1", "2"]
    groups.leave([held[0]])
    assert (list(groups), list(groups.of("x"))) == (["x"], ["2"])
    groups.leave([held[1]])
    assert (list(groups), list(groups.of("x"))) == ([], [])


def test_an_order_that_has_emptied_fills_again() -> None:
    order = Order(in_history)
    for number in range(1, 30):
        order.enter([record(number)])
    for number in range(1, 30):
        order.leave([record(number)])
    assert (list(order), order.ids(), order.between(FIRST, LAST)) == ([], [], [])
    order.enter([record(30)])
    assert list(order) == ["30"]
