"""Medians, sampling plans and growth, with fake clocks and small stores."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bench.contenders.stores import DICT, PLAIN_DICT, Contender
from bench.harness import memory
from bench.harness.comparison import MAX_CALL_SECONDS, Comparison
from bench.harness.fixtures import open_filled
from bench.harness.memory import get_available_memory
from bench.harness.timing import TimingBudget, time_calls, time_in_turns
from bench.harness.workloads import WORKLOADS
from bench.reporting.results import Measurement, Omission, Results, fit_growth, save
from bench.suites import memory_store
from taskdb_spec.model import Model

GET, DROP = (
    next(workload for workload in WORKLOADS if workload.name == name) for name in ("get", "drop")
)


def make_clock(step: float) -> Iterator[float]:
    """Yield times that are `step` seconds apart."""
    return (i * step for i in count())


def test_sample_is_the_time_of_a_call() -> None:
    clock = make_clock(6.0)
    with open_filled(DICT, 100, Path()) as filled:
        assert time_calls(filled, GET, 3, lambda: next(clock)) == 2.0


def test_call_that_exceeds_the_budget_is_measured_once() -> None:
    clock = make_clock(6.0)
    with open_filled(DICT, 100, Path()) as filled:
        budget = TimingBudget(seconds=0.0, max_samples=5)
        samples = time_in_turns({"a": filled}, GET, budget, lambda: next(clock))
    assert samples == {"a": [6.0]}


class DropCountingStore(Model):
    """A store that counts the dropped records."""

    dropped = 0

    def drop_record(self, msg_id: str) -> None:
        self.dropped += 1
        super().drop_record(msg_id)


@pytest.mark.parametrize(("seconds", "dropped"), [(1e9, 1 + 3 * 100), (0.0, 1)])
def test_call_with_deferred_work_is_repeated_if_the_budget_allows(
    seconds: float, dropped: int
) -> None:
    clock = make_clock(0.002)
    with open_filled(
        Contender("counting", lambda folder: DropCountingStore()), 100, Path()
    ) as filled:
        budget = TimingBudget(seconds, max_samples=3)
        time_in_turns({"a": filled}, DROP, budget, lambda: next(clock))
        assert filled.store.dropped == dropped


def test_all_contenders_take_the_same_number_of_turns() -> None:
    clock = make_clock(0.002)
    with open_filled(DICT, 100, Path()) as filled:
        budget = TimingBudget(seconds=1e9, max_samples=4)
        samples = time_in_turns({"a": filled, "b": filled}, GET, budget, lambda: next(clock))
    assert {name: len(found) for name, found in samples.items()} == {"a": 4, "b": 4}


def test_measurement_has_the_median_and_the_width_of_the_middle_half() -> None:
    found = Measurement.from_samples("g", "c", "x", 10, [1.0, 2.0, 3.0, 4.0, 100.0])
    assert (found.median, found.spread, found.repeats) == (3.0, 2.0, 5)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_growth_is_the_exponent(power: float) -> None:
    by_size = {
        n: Measurement.from_samples("g", "c", "x", n, [3 * n**power]) for n in (10, 100, 1000)
    }
    assert fit_growth(by_size) == pytest.approx(power)


def test_single_size_has_no_growth() -> None:
    assert fit_growth({10: Measurement.from_samples("g", "c", "x", 10, [1.0])}) is None


def test_slow_call_is_not_measured_on_larger_stores_and_reported() -> None:
    results, clock = Results(), make_clock(2 * MAX_CALL_SECONDS)
    comparison = Comparison(
        "g", (GET,), TimingBudget(0.0, 1), lambda: next(clock), results, lambda text: None
    )
    for n in (100, 200):
        comparison.measure(n, [DICT])
    assert list(results.select("g", GET.name, DICT.name)) == [100]
    assert [(each.call, each.n) for each in results.omissions] == [("get", 100)]


def test_raising_call_is_not_measured_and_reported() -> None:
    class RaisingStore:
        def __init__(self, folder: Path) -> None:
            pass

        def add_record(self, msg_id: str, rec: object) -> None:
            raise NotImplementedError("not here")

        def load(self, records: object) -> None:
            pass

        def get_record(self, msg_id: str) -> None:
            raise NotImplementedError("not here")

        def close(self) -> None:
            pass

    results = Results()
    comparison = Comparison(
        "g", (GET,), TimingBudget(0.0, 1), lambda: 0.0, results, lambda text: None
    )
    empty = Contender("empty", RaisingStore)
    comparison.exclude_wrong([empty], (GET,))
    comparison.measure(100, [empty, DICT])
    assert [each.reason for each in results.omissions] == [
        "it raises NotImplementedError: not here"
    ]
    assert results.list_names("g")[1] == [DICT.name]
    assert list(results.select("g", GET.name, DICT.name)) == [100]


def test_store_that_does_not_fit_into_memory_is_not_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = Results()
    for contender in memory_store.DICTDBS:
        results.measurements.append(
            Measurement.from_samples(
                memory_store.MEMORY, "a record", contender.name, 10, [1000.0], "bytes"
            )
        )
    monkeypatch.setattr(memory_store, "get_available_memory", lambda: 2_000_000.0)
    monkeypatch.setattr(memory_store.Comparison, "exclude_wrong", lambda *args: None)
    monkeypatch.setattr(memory_store, "_measure_memory", lambda *args: None)
    measured = []
    monkeypatch.setattr(
        memory_store.Comparison,
        "measure",
        lambda self, n, contenders: measured.append((n, [*contenders])),
    )
    sizes = memory_store.MemoryStoreSizes((100, 1000), (), (), TimingBudget(0.0, 1))
    memory_store.measure(sizes, results, lambda text: None)
    assert measured == [(100, [*memory_store.DICTDBS, PLAIN_DICT]), (1000, [DICT, PLAIN_DICT])]
    assert [(each.contender, each.n) for each in results.omissions] == [
        ("ipyparallel DictDB", 1000)
    ]


def test_available_memory_is_infinite_if_the_system_does_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    assert get_available_memory() == float("inf")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:       3 kB\n")
    assert get_available_memory() == 3072


def test_file_of_the_last_run_is_kept(tmp_path: Path) -> None:
    first, second = Results({"run": 1}), Results({"run": 2})
    first.omissions.append(Omission("g", "c", "x", 0, "why"))
    assert save(first, tmp_path) is None
    assert save(second, tmp_path) == first
    assert {file.name for file in tmp_path.iterdir()} == {"bench.json", "bench-previous.json"}


def test_damaged_file_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text("{", encoding="utf-8")
    assert save(Results(), tmp_path) is None
