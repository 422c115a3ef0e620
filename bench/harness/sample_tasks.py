"""Tasks as ipyparallel's Hub records them: when they are sent, and when their results come.

They are of a hundred clients, on a hundred engines, and come a second apart; one in a hundred is
still pending. Of each hundred in a row, one is of each client, one on each engine, and one pending.
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
FUNCTION, ARGUMENTS, RESULT = b"f" * 480, b"a" * 120, b"r" * 240


def client(number: int) -> str:
    """The id of a client."""
    return f"{number:08x}-5c1e4d0bb7a3c91e66f0d2a8"


def engine(number: int) -> str:
    """The id of an engine."""
    return f"{number:08x}-e90f7a2c41d85b3a9c77e164"


def msg_id(i: int) -> str:
    """The id of a task: its session, the process, and a count."""
    return f"{client(i % CLIENTS)}_{4000 + i % CLIENTS}_{i}"


def submitted(i: int) -> datetime:
    """When a task was sent."""
    return START + timedelta(seconds=i)


def engine_of(i: int) -> int:
    """The number of the engine that has a task."""
    return (37 * i + i // 100) % ENGINES


def is_pending(i: int) -> bool:
    """Whether the result of a task has not come yet."""
    return (i + i // 100) % 100 == 50


def request(i: int) -> Record:
    """The record of a task that was sent: as ``init_record`` of the Hub makes it."""
    header = _header(i, "apply_request", submitted(i))
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
        "client_uuid": client(i % CLIENTS),
        "engine_uuid": engine(engine_of(i)),
        **dict.fromkeys((*empty, *results, *outputs)),
        "stdout": "",
        "stderr": "",
        "label": f"fit/{i % 10}",
    }


def result(i: int) -> Record:
    """What the Hub updates when the result of a task comes."""
    completed = submitted(i) + timedelta(seconds=2)
    uuid = engine(engine_of(i))
    return {
        "result_header": _header(i, "apply_reply", completed),
        "result_metadata": {"status": "ok", "engine": uuid, "dependencies_met": True},
        "result_content": {"status": "ok"},
        "started": submitted(i) + timedelta(seconds=1),
        "completed": completed,
        "received": completed,
        "engine_uuid": uuid,
        "result_buffers": [b"%d" % i + RESULT],
    }


def record(i: int) -> Record:
    """The record of a task as it is in the end."""
    return request(i) if is_pending(i) else {**request(i), **result(i)}


def _header(i: int, kind: str, date: datetime) -> Record:
    return {
        "msg_id": msg_id(i),
        "msg_type": kind,
        "username": USER,
        "session": client(i % CLIENTS),
        "date": date,
        "version": "5.3",
    }


@dataclass
class Tasks:
    """The first `n` tasks, and those that come after them."""

    n: int
    _turns: Iterator[int] = field(default_factory=count)
    _later: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._later = count(self.n)

    def records(self) -> Iterator[Record]:
        """The records of the first `n`, one by one."""
        return map(record, range(self.n))

    def some(self, times: int) -> list[int]:
        """So many of the first `n`, if there are, spread over all of them, and others each time."""
        turns = islice(self._turns, min(times, self.n))
        return [(7919 * turn + self.n // 2) % self.n for turn in turns]

    def new(self, times: int) -> list[int]:
        """So many tasks that were not there before."""
        return list(islice(self._later, times))
