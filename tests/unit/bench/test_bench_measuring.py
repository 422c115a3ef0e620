"""Medians, plans and exponents, on clocks and stores that are known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from bench.contenders.stores import BARE, DICT, Contender
from bench.harness import memory
from bench.harness.comparison import SLOW, Comparison
from bench.harness.fixtures import opened
from bench.harness.memory import available
from bench.harness.timing import Budget, measured, sample
from bench.harness.workloads import WORKLOADS
from bench.reporting.results import LeftOut, Measurement, Results, growth, save
from bench.suites import memory_store as dictdbs

from taskdb_spec.model import Model

GET, DROP = (
    next(workload for workload in WORKLOADS if workload.name == name) for name in ("get", "drop")
)


def ticking(step: float) -> Iterator[float]:
    return (i * step for i in count())


def test_a_sample_is_the_time_of_a_call() -> None:
    clock = ticking(6.0)
    with opened(DICT, 100, Path()) as rig:
        assert sample(rig, GET, 3, lambda: next(clock)) == 2.0


def test_a_call_that_takes_all_the_time_is_measured_once() -> None:
    clock = ticking(6.0)
    with opened(DICT, 100, Path()) as rig:
        samples = measured({"a": rig}, GET, Budget(seconds=0.0, turns=5), lambda: next(clock))
    assert samples == {"a": [6.0]}


class Counting(Model):
    """Counts what is dropped."""

    dropped = 0

    def drop_record(self, msg_id: str) -> None:
        self.dropped += 1
        super().drop_record(msg_id)


@pytest.mark.parametrize(("seconds", "dropped"), [(1e9, 1 + 3 * 100), (0.0, 1)])
def test_a_call_that_may_put_work_off_is_made_many_times_if_there_is_time(
    seconds: float, dropped: int
) -> None:
    clock = ticking(0.002)
    with opened(Contender("counting", lambda folder: Counting()), 100, Path()) as rig:
        measured({"a": rig}, DROP, Budget(seconds, turns=3), lambda: next(clock))
        assert rig.store.dropped == dropped


def test_contenders_take_as_many_turns_as_there_are() -> None:
    clock = ticking(0.002)
    with opened(DICT, 100, Path()) as rig:
        budget = Budget(seconds=1e9, turns=4)
        samples = measured({"a": rig, "b": rig}, GET, budget, lambda: next(clock))
    assert {name: len(found) for name, found in samples.items()} == {"a": 4, "b": 4}


def test_a_measurement_has_the_median_and_the_width_of_the_middle_half() -> None:
    found = Measurement.of("g", "c", "x", 10, [1.0, 2.0, 3.0, 4.0, 100.0])
    assert (found.median, found.spread, found.repeats) == (3.0, 2.0, 5)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_growth_is_the_exponent(power: float) -> None:
    measured_at = {n: Measurement.of("g", "c", "x", n, [3 * n**power]) for n in (10, 100, 1000)}
    assert growth(measured_at) == pytest.approx(power)


def test_one_point_has_no_growth() -> None:
    assert growth({10: Measurement.of("g", "c", "x", 10, [1.0])}) is None


def test_a_slow_call_is_left_out_of_larger_stores_and_said_to_be() -> None:
    results, clock = Results(), ticking(2 * SLOW)
    comparison = Comparison(
        "g", (GET,), Budget(0.0, 1), lambda: next(clock), results, lambda text: None
    )
    for n in (100, 200):
        comparison.at(n, [DICT])
    assert list(results.of("g", GET.name, DICT.name)) == [100]
    assert [(each.call, each.n) for each in results.left_out] == [("get", 100)]


def test_what_raises_is_left_out_and_said_to_be() -> None:
    class Empty:
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
    comparison = Comparison("g", (GET,), Budget(0.0, 1), lambda: 0.0, results, lambda text: None)
    empty = Contender("empty", Empty)
    comparison.check([empty], (GET,))
    comparison.at(100, [empty, DICT])
    assert [each.reason for each in results.left_out] == ["it raises NotImplementedError: not here"]
    assert results.names("g")[1] == [DICT.name]
    assert list(results.of("g", GET.name, DICT.name)) == [100]


def test_what_there_is_no_memory_for_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results()
    for contender in dictdbs.BOTH:
        results.measurements.append(
            Measurement.of(dictdbs.MEMORY, "a record", contender.name, 10, [1000.0], "bytes")
        )
    monkeypatch.setattr(dictdbs, "available", lambda: 2_000_000.0)
    monkeypatch.setattr(dictdbs.Comparison, "check", lambda *args: None)
    monkeypatch.setattr(dictdbs, "_measure_memory", lambda *args: None)
    asked = []
    monkeypatch.setattr(
        dictdbs.Comparison, "at", lambda self, n, those: asked.append((n, [*those]))
    )
    dictdbs.run(dictdbs.Extent((100, 1000), (), (), Budget(0.0, 1)), results, lambda text: None)
    assert asked == [(100, [*dictdbs.BOTH, BARE]), (1000, [DICT, BARE])]
    assert [(each.contender, each.n) for each in results.left_out] == [("ipyparallel DictDB", 1000)]


def test_memory_to_be_had_where_the_system_does_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    assert available() == float("inf")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:       3 kB\n")
    assert available() == 3072


def test_the_last_run_is_kept(tmp_path: Path) -> None:
    first, second = Results({"run": 1}), Results({"run": 2})
    first.left_out.append(LeftOut("g", "c", "x", 0, "why"))
    assert save(first, tmp_path) is None
    assert save(second, tmp_path) == first
    assert {file.name for file in tmp_path.iterdir()} == {"bench.json", "bench-previous.json"}


def test_a_file_that_cannot_be_read_is_no_earlier_run(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text("{", encoding="utf-8")
    assert save(Results(), tmp_path) is None
