"""The workloads: which calls are measured, with which arguments, and how they are undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import (
    CLIENTS,
    ENGINES,
    Record,
    SampleTasks,
    get_engine_number,
    get_submission_time,
    make_client_id,
    make_engine_id,
    make_msg_id,
    make_record,
    make_request,
    make_result,
)

Arguments: TypeAlias = tuple[Any, ...]
"""The positional arguments of one call."""
PROJECTED_FIELDS = ("submitted", "completed")
IDS_PER_QUERY = 100
READ_METHODS = ("get_record", "find_records", "get_history")


@dataclass
class FilledStore:
    """The store of a contender, and the sample tasks that it holds."""

    contender: Contender
    store: Any
    tasks: SampleTasks

    def load(self, records: Iterable[Record]) -> None:
        """Add records, in one call if the store has a method for that."""
        if hasattr(self.store, "load"):
            self.store.load(records)
            return
        for record in records:
            self.store.add_record(record["msg_id"], record)

    def reopen(self, folder: Path) -> None:
        """Close the store, and open it as it is measured."""
        self.store.close()
        self.store = self.contender.open(folder)

    def execute_all_reads(self) -> None:
        """Execute each read of the workloads once.

        A store may build an index when the first query needs it. The store of a Hub soon has all
        its indexes, and its writes must update them. So the writes are measured with all indexes.
        """
        for workload in WORKLOADS:
            if workload.method in READ_METHODS:
                getattr(self.store, workload.method)(*workload.make_arguments(self.tasks, 1)[0])


def _do_nothing(filled: FilledStore, calls: list[Arguments]) -> None:
    del filled, calls


@dataclass(frozen=True)
class Workload:
    """A method of the store, and the arguments of several calls in a row.

    Attributes:
        name: The name in the results.
        method: The name of the method.
        make_arguments: Returns the arguments of a number of calls, different ones each time.
        prepare: Called with these arguments before the calls. It is not measured.
        undo: Called with these arguments after the calls. It is not measured.
        min_calls: Make this many calls in a row if the time allows it. A single call would not
            show the cost of work that a store defers until there is enough of it.
        max_calls: Never make more calls in a row.
    """

    name: str
    method: str
    make_arguments: Callable[[SampleTasks, int], list[Arguments]]
    prepare: Callable[[FilledStore, list[Arguments]], None] = _do_nothing
    undo: Callable[[FilledStore, list[Arguments]], None] = _do_nothing
    min_calls: int = 1
    max_calls: int = 1000


def _make_additions(tasks: SampleTasks, times: int) -> list[Arguments]:
    return [(make_msg_id(i), make_request(i)) for i in tasks.take_new(times)]


def _drop(filled: FilledStore, calls: list[Arguments]) -> None:
    for args in calls:
        filled.store.drop_record(args[0])


def _choose_ids(tasks: SampleTasks, times: int) -> list[Arguments]:
    return [(make_msg_id(i),) for i in tasks.choose_stored(times)]


def _parse_task_number(args: Arguments) -> int:
    return int(args[0].rpartition("_")[2])


def _add_dropped(filled: FilledStore, calls: list[Arguments]) -> None:
    filled.load(make_record(_parse_task_number(args)) for args in calls)


def _make_updates(tasks: SampleTasks, times: int) -> list[Arguments]:
    # With results of other tasks, because some stores skip an update that changes nothing.
    chosen = tasks.choose_stored(times)
    others = tasks.take_new(len(chosen))
    return [(make_msg_id(i), make_result(other)) for i, other in zip(chosen, others, strict=True)]


def _restore_results(filled: FilledStore, calls: list[Arguments]) -> None:
    for msg_id, update in calls:
        original = make_record(_parse_task_number((msg_id,)))
        filled.store.update_record(msg_id, {name: original[name] for name in update})


def _query_by_msg_id(tasks: SampleTasks, times: int) -> list[Arguments]:
    return [({"msg_id": make_msg_id(i)},) for i in tasks.choose_stored(times)]


def _query_by_engine(tasks: SampleTasks, times: int) -> list[Arguments]:
    return [({"engine_uuid": make_engine_id(i % ENGINES)},) for i in tasks.choose_stored(times)]


def _add_purged(filled: FilledStore, calls: list[Arguments]) -> None:
    purged = {args[0]["engine_uuid"] for args in calls}
    engines = {number for number in range(ENGINES) if make_engine_id(number) in purged}
    filled.load([make_record(i) for i in range(filled.tasks.n) if get_engine_number(i) in engines])


def _query_by_msg_ids(tasks: SampleTasks, times: int) -> list[Arguments]:
    # Ten tasks apart, so that the records are not neighbours in the store.
    return [
        ({"msg_id": {"$in": [make_msg_id((i + 10 * k) % tasks.n) for k in range(IDS_PER_QUERY)]}},)
        for i in tasks.choose_stored(times)
    ]


def _query_by_time(tasks: SampleTasks, times: int) -> list[Arguments]:
    width = timedelta(seconds=tasks.n // 100)  # 1 % of the records: one task per second
    starts = [get_submission_time(i) for i in tasks.choose_stored(times)]
    return [({"submitted": {"$gte": start, "$lt": start + width}},) for start in starts]


def _query_pending(_tasks: SampleTasks, _times: int) -> list[Arguments]:
    return [({"completed": None},)]


def _query_by_client(tasks: SampleTasks, times: int) -> list[Arguments]:
    return [({"client_uuid": make_client_id(i % CLIENTS)},) for i in tasks.choose_stored(times)]


def _query_by_client_with_keys(tasks: SampleTasks, times: int) -> list[Arguments]:
    # A new list for each call, because some stores modify the list.
    return [(*args, list(PROJECTED_FIELDS)) for args in _query_by_client(tasks, times)]


def _pass_nothing(_tasks: SampleTasks, _times: int) -> list[Arguments]:
    return [()]


WORKLOADS = (
    Workload("add", "add_record", _make_additions, undo=_drop),
    Workload("get", "get_record", _choose_ids),
    Workload("update", "update_record", _make_updates, undo=_restore_results),
    Workload("find by msg_id", "find_records", _query_by_msg_id),
    Workload("find 100 msg_ids", "find_records", _query_by_msg_ids),
    Workload("find pending, 1 %", "find_records", _query_pending),
    Workload("find by client, 1 %", "find_records", _query_by_client),
    Workload("find by engine, 1 %", "find_records", _query_by_engine),
    Workload("find by time, 1 %", "find_records", _query_by_time),
    Workload("find by client, 2 keys", "find_records", _query_by_client_with_keys),
    Workload("history", "get_history", _pass_nothing),
    # These two drop records and add them again, so later workloads find another insertion order.
    # They come last, because the order of the records affects the time of a read.
    Workload("drop", "drop_record", _choose_ids, undo=_add_dropped, min_calls=1000),
    Workload(
        "purge by engine, 1 %",
        "drop_matching_records",
        _query_by_engine,
        undo=_add_purged,
        max_calls=1,
    ),
)

ADDS_BEFORE_READ = 1000


def _add_many(filled: FilledStore, calls: list[Arguments]) -> None:
    del calls
    filled.load(map(make_request, filled.tasks.take_new(ADDS_BEFORE_READ)))


def _drop_many(filled: FilledStore, calls: list[Arguments]) -> None:
    del calls
    (next_task,) = filled.tasks.take_new(1)
    added = range(next_task - ADDS_BEFORE_READ, next_task)
    _drop(filled, [(make_msg_id(i),) for i in added])


AFTER_ADDS = Workload(
    f"find by client, 1 %, after {ADDS_BEFORE_READ:,} adds",
    "find_records",
    _query_by_client,
    _add_many,
    _drop_many,
    max_calls=1,
)
"""A read that includes the index updates which a store deferred during the adds."""


def _fill_to_record_limit(filled: FilledStore, calls: list[Arguments]) -> None:
    del calls
    # An add just below the limit first: the store then builds what it needs to enforce a limit, as
    # a store does that has had its limit for a while.
    filled.store.record_limit = filled.tasks.n + 1
    _add_and_drop_one(filled)
    filled.store.record_limit = filled.tasks.n


def _add_and_drop_one(filled: FilledStore) -> None:
    (number,) = filled.tasks.take_new(1)
    filled.load([make_request(number)])
    filled.store.drop_record(make_msg_id(number))


def _fill_to_size_limit(filled: FilledStore, calls: list[Arguments]) -> None:
    del calls
    filled.store.size_limit = 2 * filled.contender.count_limited_bytes(filled.store)
    _add_and_drop_one(filled)
    filled.store.size_limit = filled.contender.count_limited_bytes(filled.store)


def _remove_limits_and_refill(filled: FilledStore, calls: list[Arguments]) -> None:
    del calls
    filled.store.record_limit = filled.store.size_limit = filled.contender.no_limit
    missing = filled.tasks.n - len(filled.store.get_history())
    filled.load(map(make_record, filled.tasks.take_new(missing)))


AT_RECORD_LIMIT = Workload(
    "add at record limit",
    "add_record",
    _make_additions,
    _fill_to_record_limit,
    _remove_limits_and_refill,
    max_calls=1,
)
AT_SIZE_LIMIT = Workload(
    "add at size limit",
    "add_record",
    _make_additions,
    _fill_to_size_limit,
    _remove_limits_and_refill,
    max_calls=1,
)
CULLING = (AT_RECORD_LIMIT, AT_SIZE_LIMIT)
"""Adds that cull a tenth of the store. They come last: other tasks replace those culled."""
