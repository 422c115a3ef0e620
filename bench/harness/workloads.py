"""The calls that are measured, each with how its arguments are made and its effects undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from bench.contenders.stores import Contender
from bench.harness.sample_tasks import (
    CLIENTS,
    ENGINES,
    Record,
    Tasks,
    client,
    engine,
    engine_of,
    msg_id,
    record,
    request,
    result,
    submitted,
)

Args: TypeAlias = tuple[Any, ...]
KEYS = ("submitted", "completed")
IDS = 100
READS = ("get_record", "find_records", "get_history")


@dataclass
class Rig:
    """A contender's store that holds tasks."""

    contender: Contender
    store: Any
    tasks: Tasks

    def load(self, records: Iterable[Record]) -> None:
        """Add records, all at once where the store has a way to."""
        if hasattr(self.store, "load"):
            self.store.load(records)
            return
        for each in records:
            self.store.add_record(each["msg_id"], each)

    def ask(self) -> None:
        """Ask each question once.

        A store may make an index only when a question needs it. What is measured is a store that
        has all of them, as one behind a Hub has soon: writes have to keep them up.
        """
        for workload in WORKLOADS:
            if workload.call in READS:
                getattr(self.store, workload.call)(*workload.arguments(self.tasks, 1)[0])


def _nothing(rig: Rig, calls: list[Args]) -> None:
    """There is nothing to do."""


@dataclass(frozen=True)
class Workload:
    """A call of the interface, and the arguments of some calls in a row.

    `before` is done ahead of the calls and `after` undoes them; neither is measured. There are at
    the `most` so many calls between the two, and if there is the time for them at the `least` so
    many: where a store puts work off until there is enough of it, that shows in no single call.
    """

    name: str
    call: str
    arguments: Callable[[Tasks, int], list[Args]]
    before: Callable[[Rig, list[Args]], None] = _nothing
    after: Callable[[Rig, list[Args]], None] = _nothing
    least: int = 1
    most: int = 1000


def _additions(tasks: Tasks, times: int) -> list[Args]:
    return [(msg_id(i), request(i)) for i in tasks.new(times)]


def _drop(rig: Rig, calls: list[Args]) -> None:
    for args in calls:
        rig.store.drop_record(args[0])


def _some_ids(tasks: Tasks, times: int) -> list[Args]:
    return [(msg_id(i),) for i in tasks.some(times)]


def _number(args: Args) -> int:
    return int(args[0].rpartition("_")[2])


def _add_again(rig: Rig, calls: list[Args]) -> None:
    rig.load(record(_number(args)) for args in calls)


def _other_results(tasks: Tasks, times: int) -> list[Args]:
    # Each is another, for some stores do nothing where an update changes nothing.
    some = tasks.some(times)
    return [(msg_id(i), result(other)) for i, other in zip(some, tasks.new(len(some)), strict=True)]


def _put_results_back(rig: Rig, calls: list[Args]) -> None:
    for args in calls:
        own = record(_number(args))
        rig.store.update_record(args[0], {name: own[name] for name in args[1]})


def _of_engines(tasks: Tasks, times: int) -> list[Args]:
    return [({"engine_uuid": engine(i % ENGINES)},) for i in tasks.some(times)]


def _add_purged(rig: Rig, calls: list[Args]) -> None:
    purged = {args[0]["engine_uuid"] for args in calls}
    numbers = {number for number in range(ENGINES) if engine(number) in purged}
    rig.load([record(i) for i in range(rig.tasks.n) if engine_of(i) in numbers])


def _hundreds_of_ids(tasks: Tasks, times: int) -> list[Args]:
    return [
        ({"msg_id": {"$in": [msg_id((i + 10 * k) % tasks.n) for k in range(IDS)]}},)
        for i in tasks.some(times)
    ]


def _spans(tasks: Tasks, times: int) -> list[Args]:
    width = timedelta(seconds=tasks.n // 100)
    starts = [submitted(i) for i in tasks.some(times)]
    return [({"submitted": {"$gte": start, "$lt": start + width}},) for start in starts]


def _of_clients(tasks: Tasks, times: int) -> list[Args]:
    return [({"client_uuid": client(i % CLIENTS)},) for i in tasks.some(times)]


WORKLOADS = (
    Workload("add", "add_record", _additions, after=_drop),
    Workload("get", "get_record", _some_ids),
    Workload("update", "update_record", _other_results, after=_put_results_back),
    Workload(
        "find by msg_id",
        "find_records",
        lambda tasks, times: [({"msg_id": msg_id(i)},) for i in tasks.some(times)],
    ),
    Workload("find 100 msg_ids", "find_records", _hundreds_of_ids),
    Workload("find pending, 1 %", "find_records", lambda tasks, times: [({"completed": None},)]),
    Workload("find by client, 1 %", "find_records", _of_clients),
    Workload("find by engine, 1 %", "find_records", _of_engines),
    Workload("find by time, 1 %", "find_records", _spans),
    Workload(
        "find by client, 2 keys",
        "find_records",
        # Some stores change the list of keys that they are given.
        lambda tasks, times: [(*args, list(KEYS)) for args in _of_clients(tasks, times)],
    ),
    Workload("history", "get_history", lambda tasks, times: [()]),
    # From here on, the records are no longer held in the order in which they were first added.
    Workload("drop", "drop_record", _some_ids, after=_add_again, least=1000),
    Workload(
        "purge by engine, 1 %", "drop_matching_records", _of_engines, after=_add_purged, most=1
    ),
)

ADDS = 1000


def _add_many(rig: Rig, calls: list[Args]) -> None:
    rig.load(map(request, rig.tasks.new(ADDS)))


def _drop_many(rig: Rig, calls: list[Args]) -> None:
    (following,) = rig.tasks.new(1)
    _drop(rig, [(msg_id(i),) for i in range(following - ADDS, following)])


AFTER_ADDS = Workload(
    f"find by client, 1 %, after {ADDS:,} adds",
    "find_records",
    _of_clients,
    _add_many,
    _drop_many,
    most=1,
)
"""What a store that keeps indexes has put off, this question has to make up for."""


def _at_record_limit(rig: Rig, calls: list[Args]) -> None:
    # A store that has had a limit for a while has what it needs to keep to it.
    rig.store.record_limit = rig.tasks.n + 1
    _turn_over(rig)
    rig.store.record_limit = rig.tasks.n


def _turn_over(rig: Rig) -> None:
    """Add a record, and drop it."""
    (number,) = rig.tasks.new(1)
    rig.load([request(number)])
    rig.store.drop_record(msg_id(number))


def _at_size_limit(rig: Rig, calls: list[Args]) -> None:
    rig.store.size_limit = 2 * rig.contender.bytes_held(rig.store)
    _turn_over(rig)
    rig.store.size_limit = rig.contender.bytes_held(rig.store)


def _refill(rig: Rig, calls: list[Args]) -> None:
    rig.store.record_limit = rig.store.size_limit = rig.contender.no_limit
    missing = rig.tasks.n - len(rig.store.get_history())
    rig.load(map(record, rig.tasks.new(missing)))


AT_RECORD_LIMIT = Workload(
    "add at record limit", "add_record", _additions, _at_record_limit, _refill, most=1
)
AT_SIZE_LIMIT = Workload(
    "add at size limit", "add_record", _additions, _at_size_limit, _refill, most=1
)
CULLING = (AT_RECORD_LIMIT, AT_SIZE_LIMIT)
"""They leave other tasks behind than they found, so they come last. A tenth is culled."""
