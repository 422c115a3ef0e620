"""The indexes one by one: the sorted index, against a sorted list, and the hash index."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from taskdb_reference.memory import sorted_index as module
from taskdb_reference.memory.hash_index import HashIndex
from taskdb_reference.memory.sorted_index import (
    MAX_KEY,
    MIN_KEY,
    SortedIndex,
    get_completed_key,
    get_history_key,
    make_end_key,
    make_field_key,
    make_start_key,
)
from taskdb_reference.memory.stored_record import StoredRecord

DAY = datetime(2024, 5, 17, tzinfo=UTC)
INSTANTS = [DAY + timedelta(seconds=second) for second in range(12)]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK_SIZE", 4)


def make_record(number: int, **fields: Any) -> StoredRecord:
    return StoredRecord({"msg_id": str(number), **fields}, number)


def history(records: list[StoredRecord]) -> list[str]:
    def when(record: StoredRecord) -> tuple[bool, datetime, int]:
        submitted = record.fields["submitted"]
        return submitted is not None, submitted or DAY, record.number

    return [record.msg_id for record in sorted(records, key=when)]


def random_writes(seed: int) -> Iterator[tuple[SortedIndex, list[StoredRecord]]]:
    """A sorted index and the records in it, after each of many comings and goings."""
    random, index, there = Random(seed), SortedIndex(get_history_key), []
    for number in range(1, 300):
        if there and random.random() < (0.3 if number < 200 else 0.8):
            index.remove([there.pop(random.randrange(len(there)))])
        else:
            instant = random.choice([None, *INSTANTS])
            record = make_record(number, **({} if instant is None else {"submitted": instant}))
            index.insert([record])
            there.append(record)
        yield index, there


@pytest.mark.parametrize("seed", range(5))
def test_the_order_is_that_of_a_sorted_list(seed: int) -> None:
    most = 0
    for index, there in random_writes(seed):
        expected = history(there)
        most = max(most, len(expected))
        assert list(index) == expected
        assert index.list_ids() == expected
        assert all(0 < len(block) <= 8 for block in index._ids)
    assert most > 40, "there were never many blocks"


@pytest.mark.parametrize("apart", [1, 2, 9, 30])
def test_many_leave_at_once(apart: int) -> None:
    index = SortedIndex(get_history_key)
    there = [make_record(number, submitted=INSTANTS[number % 12]) for number in range(1, 600)]
    Random(apart).shuffle(there)
    index.insert(there)
    gone = sorted(there, key=get_history_key)[100:500:apart]
    index.remove(reversed(gone))
    left = [record for record in there if record not in gone]
    assert list(index) == history(left)
    assert all(index._ids), "a block is empty"
    index.insert(gone)
    assert list(index) == history(there)
    assert index.get_range(make_start_key(INSTANTS[3]), make_start_key(INSTANTS[8])) == history(
        [record for record in there if INSTANTS[3] <= record.fields["submitted"] < INSTANTS[8]]
    )


@pytest.mark.parametrize("seed", range(3))
def test_ranges_are_those_of_a_sorted_list(seed: int) -> None:
    random = Random(seed)
    for index, there in random_writes(seed):
        edges = [MIN_KEY, MAX_KEY, *map(make_start_key, INSTANTS), *map(make_end_key, INSTANTS)]
        low, high = random.choice(edges), random.choice(edges)
        inside = [record for record in there if low <= get_history_key(record) < high]
        assert index.get_range(low, high) == history(inside)
        assert index.count_range(low, high) == len(inside)


def test_the_earliest_instant_comes_after_none() -> None:
    index = SortedIndex(get_history_key)
    index.insert([make_record(1, submitted=datetime.min.replace(tzinfo=UTC))])
    index.insert([make_record(2)])
    assert list(index) == ["2", "1"]
    assert index.get_range(MIN_KEY, MAX_KEY) == ["1"]


def test_records_without_the_field_are_left_out() -> None:
    for key in (make_field_key("completed"), get_completed_key):
        index = SortedIndex(key)
        done, pending = make_record(1, completed=DAY), make_record(2, submitted=DAY)
        for record in (pending, done):
            index.insert([record])
        assert list(index) == ["1"]
        index.remove([pending])
        index.remove([done])
        assert list(index) == []


def test_a_group_goes_with_its_last_record() -> None:
    index = HashIndex("label")
    records = [make_record(number, label="x") for number in (1, 2)]
    for one in records:
        index.insert([one])
    assert list(index.get_ids("x")) == ["1", "2"]
    index.remove([records[0]])
    assert (list(index), list(index.get_ids("x"))) == (["x"], ["2"])
    index.remove([records[1]])
    assert (list(index), list(index.get_ids("x"))) == ([], [])


def test_an_order_that_has_emptied_fills_again() -> None:
    index = SortedIndex(get_history_key)
    for number in range(1, 30):
        index.insert([make_record(number)])
    for number in range(1, 30):
        index.remove([make_record(number)])
    assert (list(index), index.list_ids(), index.get_range(MIN_KEY, MAX_KEY)) == ([], [], [])
    index.insert([make_record(30)])
    assert list(index) == ["30"]
