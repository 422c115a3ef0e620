"""What is measured is what it says: the same calls, with the same answers, undone afterwards."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from bench.contenders.stores import BARE, DICT, IPYPARALLEL_DICT, Contender
from bench.harness.bytecode_count import counted
from bench.harness.correctness import objections
from bench.harness.fixtures import opened
from bench.harness.sample_tasks import Tasks, is_pending, msg_id, record, request, result
from bench.harness.workloads import AFTER_ADDS, AT_RECORD_LIMIT, CULLING, WORKLOADS, Workload
from bench.suites.memory_store import BY_ID

from taskdb_spec.model import Model
from taskdb_spec.records.fields import TASK_FIELDS, checked_fields

NAMED = {workload.name: workload for workload in (*WORKLOADS, *CULLING)}


class Caching(Model):
    """Gives one answer again and again."""

    answer: Any = None

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.answer = self.answer or super().find_records(check, keys)
        return self.answer


class Forgetful(Model):
    """Takes updates and does nothing with them."""

    def update_record(self, msg_id: str, rec: Any, /) -> None:
        self._must_have(msg_id)


@pytest.mark.parametrize("contender", [DICT, IPYPARALLEL_DICT], ids=lambda each: each.name)
def test_both_dictdbs_do_all_that_is_measured(contender: Contender) -> None:
    assert objections(contender, WORKLOADS) == {}


def test_a_bare_dict_does_all_that_needs_no_search() -> None:
    found = objections(BARE, WORKLOADS)
    assert found.keys() == {workload.name for workload in WORKLOADS} - {*BY_ID}
    assert set(found.values()) == {
        "it raises NotImplementedError: records are found by their ids only"
    }


@pytest.mark.parametrize(
    ("store", "calls"),
    [
        (Caching, {"find by msg_id", "find by client, 1 %", "find by client, 2 keys"}),
        (Forgetful, {"update"}),
    ],
)
def test_a_store_that_does_otherwise_than_the_model_is_not_measured(
    store: type[Model], calls: set[str]
) -> None:
    found = objections(Contender("broken", lambda folder: store()), WORKLOADS)
    assert calls <= found.keys()
    assert "add" not in found


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_a_call_is_made_with_other_arguments_each_time(workload: Workload) -> None:
    tasks = Tasks(200)
    first, second = (repr(workload.arguments(tasks, 1)) for _ in range(2))
    always_the_same = workload.name in ("history", "find pending, 1 %")
    assert (first == second) == always_the_same


@pytest.mark.parametrize(
    ("contender", "workload"),
    [*product([DICT, IPYPARALLEL_DICT], CULLING), (BARE, AT_RECORD_LIMIT)],
    ids=lambda each: each.name,
)
def test_one_add_at_a_limit_culls_a_tenth(contender: Contender, workload: Workload) -> None:
    with opened(contender, 200, Path()) as rig:
        calls = workload.arguments(rig.tasks, 1)
        workload.before(rig, calls)
        rig.store.add_record(*calls[0])
        left = len(rig.store.get_history())
        assert 175 <= left <= 185
        workload.after(rig, calls)
        assert len(rig.store.get_history()) == 200


@pytest.mark.parametrize("contender", [DICT, IPYPARALLEL_DICT], ids=lambda each: each.name)
def test_a_question_after_many_adds_is_asked_of_all_of_them(contender: Contender) -> None:
    with opened(contender, 200, Path()) as rig:
        calls = AFTER_ADDS.arguments(rig.tasks, 1)
        AFTER_ADDS.before(rig, calls)
        assert len(rig.store.find_records(*calls[0])) == 12
        AFTER_ADDS.after(rig, calls)
        assert rig.store.get_history() == [msg_id(i) for i in range(200)]


def test_no_more_records_are_dropped_than_there_are() -> None:
    dropped = [args[0] for args in NAMED["drop"].arguments(Tasks(100), 400)]
    assert sorted(dropped) == sorted(msg_id(i) for i in range(100))


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_what_a_call_did_is_undone(workload: Workload) -> None:
    with opened(DICT, 200, Path()) as rig:
        calls = workload.arguments(rig.tasks, 5)[: workload.most]
        workload.before(rig, calls)
        for args in calls:
            getattr(rig.store, workload.call)(*args)
        workload.after(rig, calls)
        assert [rig.store.get_record(msg_id(i)) for i in range(200)] == [
            {**dict.fromkeys(TASK_FIELDS), **record(i)} for i in range(200)
        ]
        assert rig.store.get_history() == [msg_id(i) for i in range(200)]


def test_the_records_are_records_and_one_in_a_hundred_is_pending() -> None:
    for i in (7, 50):
        assert checked_fields(record(i)["msg_id"], record(i)) == record(i)
    assert sum(record(i)["completed"] is None for i in range(1000)) == 10
    assert is_pending(50)
    assert request(7)["completed"] is None
    assert result(7)["completed"] is not None


class Asked(Model):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def find_records(self, check: Any, keys: Any = None) -> Any:
        self.asked.append(next(iter(check)))
        return super().find_records(check, keys)

    def get_history(self) -> Any:
        self.asked.append("history")
        return super().get_history()


def test_a_store_is_asked_all_questions_before_its_writes_are_measured() -> None:
    """For it may make its indexes only then, and has to keep them up from then on."""
    with opened(Contender("asked", lambda folder: Asked()), 100, Path()) as rig:
        rig.ask()
        asked = set(rig.store.asked)
    assert asked == {"msg_id", "completed", "client_uuid", "engine_uuid", "submitted", "history"}


def test_counts_tell_a_scan_from_a_lookup() -> None:
    def work(call: str, n: int) -> int:
        with opened(Contender("model", lambda folder: Model()), n, Path()) as rig:
            return counted(rig, NAMED[call])

    assert work("find by msg_id", 400) > 3 * work("find by msg_id", 100)
    assert work("get", 400) < 1.5 * work("get", 100)
