"""Sample tasks with the records that ipyparallel's Hub writes for them.

Tasks are numbered from 0. Each comes one second after the one before. There are 100 clients and
100 engines. Any 100 consecutive tasks contain one task of each client, one on each engine, and
one that is pending. So each search for one of these finds 1 % of the records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]

START = datetime(2024, 1, 1, tzinfo=UTC)
CLIENTS = ENGINES = 100
USER = "analyst"
# The sizes of the buffers of a small function call: serialized function, arguments and result.
FUNCTION, ARGUMENTS, RESULT = b"f" * 480, b"a" * 120, b"r" * 240
_ENGINE_STEP = 37  # coprime to ENGINES, so consecutive tasks use all engines
_SPREAD_PRIME = 7919  # coprime to the usual sizes, so that consecutive choices are far apart


def make_client_id(number: int) -> str:
    """Return the session id of a client."""
    return f"{number:08x}-5c1e4d0bb7a3c91e66f0d2a8"


def make_engine_id(number: int) -> str:
    """Return the id of an engine."""
    return f"{number:08x}-e90f7a2c41d85b3a9c77e164"


def make_msg_id(i: int) -> str:
    """Return the id of a task: the session, the process id, and a count."""
    return f"{make_client_id(i % CLIENTS)}_{4000 + i % CLIENTS}_{i}"


def get_submission_time(i: int) -> datetime:
    """Return when a task was submitted."""
    return START + timedelta(seconds=i)


def get_engine_number(i: int) -> int:
    """Return the number of the engine that executes a task."""
    return (_ENGINE_STEP * i + i // 100) % ENGINES


def is_pending(i: int) -> bool:
    """Return True if a task has no result yet."""
    return (i + i // 100) % 100 == 50


def make_request(i: int) -> Record:
    """Return the record of a submitted task, as ``init_record`` of the Hub makes it."""
    header = _make_header(i, "apply_request", get_submission_time(i))
    metadata = {"targets": [], "timeout": 0, "retries": 0, "after": [], "follow": []}
    empty = ("started", "completed", "resubmitted", "received", "queue")
    results = ("result_header", "result_metadata", "result_content", "result_buffers")
    outputs = ("execute_input", "execute_result", "error")
    return {
        "msg_id": header["msg_id"],
        "header": header,
        "content": {},
        "metadata": metadata,
        "buffers": [b"%d" % i + FUNCTION, ARGUMENTS],
        "submitted": header["date"],
        "client_uuid": make_client_id(i % CLIENTS),
        "engine_uuid": make_engine_id(get_engine_number(i)),
        **dict.fromkeys((*empty, *results, *outputs)),
        "stdout": "",
        "stderr": "",
        "label": f"fit/{i % 10}",
    }


def make_result(i: int) -> Record:
    """Return the update that the Hub makes when the result of a task arrives."""
    completed = get_submission_time(i) + timedelta(seconds=2)
    engine_id = make_engine_id(get_engine_number(i))
    return {
        "result_header": _make_header(i, "apply_reply", completed),
        "result_metadata": {"status": "ok", "engine": engine_id, "dependencies_met": True},
        "result_content": {"status": "ok"},
        "started": get_submission_time(i) + timedelta(seconds=1),
        "completed": completed,
        "received": completed,
        "engine_uuid": engine_id,
        "result_buffers": [b"%d" % i + RESULT],
    }


def make_record(i: int) -> Record:
    """Return the record of a task: with its result, unless the task is pending."""
    return make_request(i) if is_pending(i) else {**make_request(i), **make_result(i)}


def _make_header(i: int, kind: str, date: datetime) -> Record:
    return {
        "msg_id": make_msg_id(i),
        "msg_type": kind,
        "username": USER,
        "session": make_client_id(i % CLIENTS),
        "date": date,
        "version": "5.3",
    }


@dataclass
class SampleTasks:
    """The first `n` tasks, which a store holds, and the tasks after them."""

    n: int
    _choices: Iterator[int] = field(default_factory=count)
    _later: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._later = count(self.n)

    def iter_records(self) -> Iterator[Record]:
        """Yield the records of the first `n` tasks."""
        return map(make_record, range(self.n))

    def choose_stored(self, times: int) -> list[int]:
        """Return `times` different tasks of the first `n`, or all `n` if `times` is larger.

        They are spread over the store. Each call continues with other tasks.
        """
        choices = islice(self._choices, min(times, self.n))
        return [(_SPREAD_PRIME * choice + self.n // 2) % self.n for choice in choices]

    def take_new(self, times: int) -> list[int]:
        """Return `times` tasks that no earlier call has returned and the store does not hold."""
        return list(islice(self._later, times))
