"""Processes that work on one store together, and what has to be true of it after that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from taskdb_spec import TaskDB
from tests.support.processes import concurrent_client
from tests.support.processes.concurrent_client import FIELDS, OWN, SHARED


@contextmanager
def running(arguments: list[list[str]]) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of Python, with pipes to them and from them; at last, they are waited for."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, *argument],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for argument in arguments
        ]


def at_once(arguments: list[list[str]]) -> list[str]:
    """What processes print that start their work together."""
    with running(arguments) as processes:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        printed = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return printed


def share(db: TaskDB, where: list[str], processes: int, threads: int) -> None:
    """Let six workers, as in `concurrent_client`, write to the empty store `db` at `where`."""
    db.add_record("counter", {})
    script = [concurrent_client.__file__, *where]
    printed = at_once([[*script, str(number), str(threads)] for number in range(processes)])

    achieved = [json.loads(text) for text in printed]
    added = Counter(msg_id for one in achieved for msg_id in one["added"])
    dropped = Counter(msg_id for one in achieved for msg_id in one["dropped"])
    left = set(db.get_history()) - {"counter"}
    shared = {f"shared{n}" for n in range(SHARED)}
    # Each add made one record, which was dropped by one worker or is left.
    assert set(added) == shared
    assert Counter(left & shared) + dropped == added
    assert left - shared == {f"own{w}-{n}" for w in range(6) for n in range(0, OWN, 2)}
    counter = db.get_record("counter")
    assert [counter[name] for name in FIELDS] == [str(SHARED - 1)] * 6  # type: ignore[literal-required]
