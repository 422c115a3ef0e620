"""What a user does with the Hub's task database, step by step, on a cluster that runs.

Each step raises if it does not go well. Later steps use the tasks of earlier ones, and the steps
are made in the order of `STEPS`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ipyparallel import Client, RemoteError

from tests.integration.hub.hub_queries import QUERIES, Query
from tests.integration.hub.wait_until import TIMEOUT_SECONDS, wait_until
from tests.support.cluster import Cluster

ENGINES = 2
BLOB = bytes(range(256)) * 64


@dataclass
class Run:
    """A cluster, a client of it, and the tasks so far: the msg_id of each, by a name."""

    cluster: Cluster
    tasks: dict[str, str] = field(default_factory=dict)

    def connect(self) -> None:
        self.client: Client = self.cluster.connect()

    def submitted(self, name: str, result: Any) -> Any:
        """Note a task under `name`; its result, once it is there."""
        [self.tasks[name]] = result.msg_ids
        return result.get(TIMEOUT_SECONDS)

    def record(self, name: str) -> dict[str, Any]:
        """The Hub's record of a task."""
        [record] = self.client.db_query({"msg_id": self.tasks[name]})
        return record  # type: ignore[no-any-return]

    def records(self) -> dict[str, dict[str, Any]]:
        """The Hub's records of all tasks, by msg_id."""
        return {self.tasks[name]: self.record(name) for name in self.tasks}

    def wait_for_record(self, name: str, *fields: str) -> dict[str, Any]:
        """The record of a task, once it has these fields: results reach the client first."""

        def whole() -> dict[str, Any] | None:
            found = self.client.db_query({"msg_id": self.tasks[name]})
            return found[0] if found and all(map(found[0].get, fields)) else None

        record: dict[str, Any] = wait_until(whole, f"{', '.join(fields)} in the record of {name}")
        return record


def starts(run: Run) -> None:
    """the cluster starts"""
    run.cluster.start_controller()
    run.cluster.start_engines(ENGINES)
    run.connect()
    run.client.wait_for_engines(ENGINES, timeout=TIMEOUT_SECONDS)


def succeeds(run: Run) -> None:
    """tasks succeed"""
    view = run.client.load_balanced_view()
    with view.temp_flags(label="adds"):
        assert run.submitted("adds", view.apply_async(sum, [1, 2])) == 3
    for engine in run.client.ids:
        result = run.client[engine].apply_async(bytes.swapcase, BLOB)
        assert run.submitted(f"swaps-{engine}", result) == BLOB.swapcase()
    for name in run.tasks:
        record = run.wait_for_record(name, "completed", "received")
        assert record["result_content"]["status"] == "ok"


def fails(run: Run) -> None:
    """tasks fail"""
    result = run.client[0].apply_async(divmod, 1, 0)
    with pytest.raises(RemoteError) as failure:
        run.submitted("fails", result)
    assert failure.value.ename == "ZeroDivisionError"
    record = run.wait_for_record("fails", "completed")
    assert record["result_content"]["ename"] == "ZeroDivisionError"


def prints(run: Run) -> None:
    """tasks print"""
    code = "import sys\nprint('spoken', flush=True)\nprint('warned', file=sys.stderr, flush=True)"
    run.submitted("prints", run.client[0].execute(code, silent=False))
    record = run.wait_for_record("prints", "completed", "stdout", "stderr", "execute_input")
    assert (record["stdout"], record["stderr"]) == ("spoken\n", "warned\n")
    assert record["execute_input"] == code


def shows(run: Run) -> None:
    """tasks show what they made"""
    code = "from IPython.display import HTML, display\ndisplay(HTML('<i>x</i>'))\n6 * 7"
    run.submitted("shows", run.client[1].execute(code, silent=False))
    record = run.wait_for_record("shows", "completed", "display_data", "execute_result")
    assert record["display_data"]["data"]["text/html"] == "<i>x</i>"
    assert record["execute_result"]["data"]["text/plain"] == "42"


def waits(run: Run) -> None:
    """a task is pending"""
    code = (
        "import os, time\n"
        f"while not os.path.exists({str(run.cluster.folder / 'go')!r}): time.sleep(0.05)"
    )
    [run.tasks["waits"]] = run.client[1].execute(code).msg_ids
    record = run.wait_for_record("waits", "submitted")
    assert record["completed"] is None


def history(run: Run) -> None:
    """`hub_history`: all tasks, in the order of submission"""
    ids = run.client.hub_history()
    assert set(ids) == set(run.tasks.values())
    records = run.records()
    dates = [records[msg_id]["submitted"] for msg_id in ids]
    assert dates == sorted(dates)


def hands_out(run: Run) -> None:
    """`get_result` of another client"""
    other = run.cluster.connect()
    try:
        assert _only(other.get_result(run.tasks["adds"], owner=False).get(TIMEOUT_SECONDS)) == 3
    finally:
        other.close()


def resubmits(run: Run) -> None:
    """`resubmit`"""
    result = run.client.resubmit([run.tasks["adds"]])
    [run.tasks["again"]] = result.msg_ids
    assert _only(result.get(TIMEOUT_SECONDS)) == 3
    run.wait_for_record("again", "completed")
    assert run.wait_for_record("adds", "resubmitted")["resubmitted"] == run.tasks["again"]


def purges_by_id(run: Run) -> None:
    """`purge_results` by id"""
    run.client.purge_results([run.tasks["adds"], run.tasks["again"]])
    _forget(run, ["adds", "again"])


def purges_by_engine(run: Run) -> None:
    """`purge_results` by engine: what it has completed, and nothing else"""
    uuid = run.record("shows")["engine_uuid"]
    records = run.records()
    gone = [
        name
        for name, msg_id in run.tasks.items()
        if records[msg_id]["engine_uuid"] == uuid and records[msg_id]["completed"]
    ]
    assert "waits" not in gone
    run.client.purge_hub_results(targets=[1])
    _forget(run, gone)


def completes(run: Run) -> None:
    """the pending task completes"""
    (run.cluster.folder / "go").touch()
    record = run.wait_for_record("waits", "completed", "result_content")
    assert record["result_content"]["status"] == "ok"


def restarts(run: Run) -> None:
    """the history, the records and the results are there after a restart"""
    _same_after(run, signal.SIGINT)
    again = run.client.get_result(run.tasks["swaps-0"], owner=False)
    assert _only(again.get(TIMEOUT_SECONDS)) == BLOB.swapcase()


def survives(run: Run) -> None:
    """they are there, up to the last write, after `kill -9`"""
    run.client.purge_results([run.tasks["fails"]])
    _forget(run, ["fails"])
    _same_after(run, signal.SIGKILL)


def purges_all(run: Run) -> None:
    """`purge_results` of all"""
    run.client.purge_results("all")
    run.tasks.clear()
    assert run.client.hub_history() == []


def finds(query: Query) -> Step:
    """The step that makes a query and compares what it finds with what it should."""

    def step(run: Run) -> None:
        records = run.records()
        check, holds = query.make(list(records.values()))
        names = {msg_id: name for name, msg_id in run.tasks.items()}
        found = run.client.db_query(check, keys=["msg_id"])
        got = sorted(names[record["msg_id"]] for record in found)
        expected = sorted(names[msg_id] for msg_id, record in records.items() if holds(record))
        assert got == expected, f"found {_listed(got)}; expected {_listed(expected)}"

    step.__doc__ = f"`db_query`: {query.title}"
    return step


def _forget(run: Run, names: list[str]) -> None:
    """Make sure that the Hub has forgotten these tasks, and no others."""
    gone = {run.tasks.pop(name): name for name in names}
    found = set(run.client.hub_history())
    there = [name for msg_id, name in gone.items() if msg_id in found]
    assert not there, f"the history still has {', '.join(there)}"
    lost = [name for name, msg_id in run.tasks.items() if msg_id not in found]
    assert not lost, f"the history has lost {', '.join(lost)}"


def _same_after(run: Run, stop: signal.Signals) -> None:
    """Restart the controller, and compare what it knows with what it knew."""
    ids, records = run.client.hub_history(), run.records()
    run.client.close()
    run.cluster.restart_controller(stop)
    run.connect()
    there = run.client.hub_history()
    assert there == ids, f"of {len(ids)} records, {len(there)} are there"
    assert run.records() == records


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"


def _only(result: Any) -> Any:
    """The Hub's answer about one task is sometimes a list of one."""
    return result[0] if isinstance(result, list) else result


Step = Callable[[Run], None]

STEPS: list[Step] = [
    # A resubmitted task goes to any engine, so none may be busy with the one that waits.
    *(starts, succeeds, fails, prints, shows, hands_out, resubmits, waits, history),
    *map(finds, QUERIES),
    *(purges_by_id, purges_by_engine, completes, restarts, survives, purges_all),
]

LASTING = (restarts, survives)
"""The steps that need a store that outlives its controller."""
