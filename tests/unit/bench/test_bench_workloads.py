"""The workloads: contenders answer them as the model does, and they are undone afterwards."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bench.contenders.stores import DICT, IPYPARALLEL_DICT, PLAIN_DICT, Contender
from bench.harness.bytecode_count import count_workload_bytecodes
from bench.harness.correctness import find_wrong_workloads
from bench.harness.fixtures import open_filled
from bench.harness.sample_tasks import (
    SampleTasks,
    is_pending,
    make_msg_id,
    make_record,
    make_request,
    make_result,
)
from bench.harness.workloads import AFTER_ADDS, AT_RECORD_LIMIT, CULLING, WORKLOADS, Workload
from bench.suites.memory_store import PLAIN_DICT_WORKLOADS
from taskdb_spec.model import Model
from taskdb_spec.records.fields import TASK_FIELDS, checked_fields

BY_NAME = {workload.name: workload for workload in (*WORKLOADS, *CULLING)}


class RepeatingStore(Model):
    """A store that returns its first answer to every query."""

    answer: Any = None

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.answer = self.answer or super().find_records(check, keys)
        return self.answer


class UpdateIgnoringStore(Model):
    """A store that ignores updates."""

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        self.get_record(msg_id)


@pytest.mark.parametrize("contender", [DICT, IPYPARALLEL_DICT], ids=lambda each: each.name)
def test_both_dictdbs_answer_all_workloads_correctly(contender: Contender) -> None:
    assert find_wrong_workloads(contender, WORKLOADS) == {}


def test_plain_dict_answers_all_workloads_without_a_search() -> None:
    found = find_wrong_workloads(PLAIN_DICT, WORKLOADS)
    assert found.keys() == {workload.name for workload in WORKLOADS} - {*PLAIN_DICT_WORKLOADS}
    assert set(found.values()) == {
        "it raises NotImplementedError: records are found by their ids only"
    }


@pytest.mark.parametrize(
    ("store", "calls"),
    [
        (RepeatingStore, {"find by msg_id", "find by client, 1 %", "find by client, 2 keys"}),
        (UpdateIgnoringStore, {"update"}),
    ],
)
def test_wrong_answers_are_found(store: type[Model], calls: set[str]) -> None:
    found = find_wrong_workloads(Contender("broken", lambda folder: store()), WORKLOADS)
    assert calls <= found.keys()
    assert "add" not in found


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_arguments_differ_from_call_to_call(workload: Workload) -> None:
    tasks = SampleTasks(200)
    first, second = (repr(workload.make_arguments(tasks, 1)) for _ in range(2))
    always_the_same = workload.name in ("history", "find pending, 1 %")
    assert (first == second) == always_the_same


@pytest.mark.parametrize(
    ("contender", "workload"),
    [*product([DICT, IPYPARALLEL_DICT], CULLING), (PLAIN_DICT, AT_RECORD_LIMIT)],
    ids=lambda each: each.name,
)
def test_add_at_a_limit_culls_a_tenth(contender: Contender, workload: Workload) -> None:
    with open_filled(contender, 200, Path()) as filled:
        calls = workload.make_arguments(filled.tasks, 1)
        workload.prepare(filled, calls)
        filled.store.add_record(*calls[0])
        left = len(filled.store.get_history())
        assert 175 <= left <= 185
        workload.undo(filled, calls)
        assert len(filled.store.get_history()) == 200


@pytest.mark.parametrize("contender", [DICT, IPYPARALLEL_DICT], ids=lambda each: each.name)
def test_read_after_many_adds_includes_them(contender: Contender) -> None:
    with open_filled(contender, 200, Path()) as filled:
        calls = AFTER_ADDS.make_arguments(filled.tasks, 1)
        AFTER_ADDS.prepare(filled, calls)
        assert len(filled.store.find_records(*calls[0])) == 12
        AFTER_ADDS.undo(filled, calls)
        assert filled.store.get_history() == [make_msg_id(i) for i in range(200)]


def test_drop_chooses_each_record_once() -> None:
    dropped = [args[0] for args in BY_NAME["drop"].make_arguments(SampleTasks(100), 400)]
    assert sorted(dropped) == sorted(make_msg_id(i) for i in range(100))


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_effects_of_a_call_are_undone(workload: Workload) -> None:
    with open_filled(DICT, 200, Path()) as filled:
        calls = workload.make_arguments(filled.tasks, 5)[: workload.max_calls]
        workload.prepare(filled, calls)
        for args in calls:
            getattr(filled.store, workload.method)(*args)
        workload.undo(filled, calls)
        assert [filled.store.get_record(make_msg_id(i)) for i in range(200)] == [
            {**dict.fromkeys(TASK_FIELDS), **make_record(i)} for i in range(200)
        ]
        assert filled.store.get_history() == [make_msg_id(i) for i in range(200)]


def test_sample_records_are_valid_and_one_in_a_hundred_is_pending() -> None:
    for i in (7, 50):
        assert checked_fields(make_record(i)["msg_id"], make_record(i)) == make_record(i)
    assert sum(make_record(i)["completed"] is None for i in range(1000)) == 10
    assert is_pending(50)
    assert make_request(7)["completed"] is None
    assert make_result(7)["completed"] is not None


class ReadRecordingStore(Model):
    """A store that records which fields are searched."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.reads.append(next(iter(check)))
        return super().find_records(check, keys)

    def get_history(self) -> Any:
        self.reads.append("history")
        return super().get_history()


def test_all_reads_are_executed_before_writes_are_measured() -> None:
    """A lazy store builds its indexes then, and its writes must update them."""
    with open_filled(
        Contender("recording", lambda folder: ReadRecordingStore()), 100, Path()
    ) as filled:
        filled.execute_all_reads()
        reads = set(filled.store.reads)
    assert reads == {"msg_id", "completed", "client_uuid", "engine_uuid", "submitted", "history"}


def test_bytecode_counts_distinguish_a_scan_from_a_lookup() -> None:
    def count(name: str, n: int) -> int:
        with open_filled(Contender("model", lambda folder: Model()), n, Path()) as filled:
            return count_workload_bytecodes(filled, BY_NAME[name])

    assert count("find by msg_id", 400) > 3 * count("find by msg_id", 100)
    assert count("get", 400) < 1.5 * count("get", 100)
