"""A check that a contender answers the workloads as the model does, before it is measured."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from bench.contenders.stores import Contender
from bench.harness.fixtures import open_filled
from bench.harness.workloads import FilledStore, Workload
from taskdb_spec.model import Model

CHECKED_RECORDS = 120
"""The number of records in the stores of the check: more than the 100 clients and engines."""
MODEL = Contender("model", lambda _folder: Model())


def find_wrong_workloads(contender: Contender, workloads: tuple[Workload, ...]) -> dict[str, str]:
    """Return the reason for each workload, by name, that the contender cannot do correctly."""
    reasons: dict[str, str] = {}
    remaining = list(workloads)
    while remaining:
        # A wrong call may damage the store, so the check continues on a new one.
        with TemporaryDirectory(prefix="taskdb-bench-") as folder, ExitStack() as stack:
            filled = stack.enter_context(open_filled(contender, CHECKED_RECORDS, folder))
            model = stack.enter_context(open_filled(MODEL, CHECKED_RECORDS, folder))
            reason = ""
            while remaining and not reason:
                workload = remaining.pop(0)
                reason = _compare_with_model(filled, workload, model)
            if reason:
                reasons[workload.name] = reason
    return reasons


def _compare_with_model(filled: FilledStore, workload: Workload, model: FilledStore) -> str:
    """Return why a store is wrong, or an empty string."""
    expected = _observe(model, workload)
    try:
        if _observe(filled, workload) != expected:
            return "its answer differs from that of the model"
    except Exception as error:
        return f"it raises {type(error).__name__}: {error}"
    return ""


def _observe(filled: FilledStore, workload: Workload) -> list[Any]:
    """Make two calls and undo them. Return the answers and the ids stored before and after."""
    calls = workload.make_arguments(filled.tasks, 2)[: workload.max_calls]
    workload.prepare(filled, calls)
    answers = [_extract_ids(getattr(filled.store, workload.method)(*args)) for args in calls]
    msg_ids = [args[0] for args in calls if args and isinstance(args[0], str)]
    engines = [_get_engine_id(filled.store, msg_id) for msg_id in msg_ids]
    changed = engines, sorted(filled.store.get_history())
    workload.undo(filled, calls)
    return [answers, changed, sorted(filled.store.get_history())]


def _get_engine_id(store: Any, msg_id: str) -> str | None:
    """Return the engine of a task. Every update of the workloads changes it."""
    try:
        engine_id: str | None = store.get_record(msg_id)["engine_uuid"]
    except KeyError:
        return "not there"
    return engine_id


def _extract_ids(answer: Any) -> Any:
    """Return the ids of the records in an answer. A history is returned unchanged."""
    if isinstance(answer, dict) and "msg_id" not in answer:
        answer = list(answer.values())
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return sorted(each["msg_id"] for each in answer)
    return answer["msg_id"] if isinstance(answer, dict) else answer
