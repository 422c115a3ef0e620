"""Whether a contender does what is measured: each call is made on it and on the model."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from bench.contenders.stores import Contender
from bench.harness.fixtures import opened
from bench.harness.workloads import Rig, Workload
from taskdb_spec.model import Model

SIZE = 120
MODEL = Contender("model", lambda folder: Model())


def objections(contender: Contender, workloads: tuple[Workload, ...]) -> dict[str, str]:
    """What a contender does not do, by the name of the workload, and how that was seen."""
    found: dict[str, str] = {}
    left = list(workloads)
    while left:
        # A call that goes wrong may have spoilt the store, so the next has one of its own.
        with TemporaryDirectory(prefix="taskdb-bench-") as folder, ExitStack() as stack:
            rig = stack.enter_context(opened(contender, SIZE, folder))
            model = stack.enter_context(opened(MODEL, SIZE, folder))
            said = ""
            while left and not said:
                workload = left.pop(0)
                said = _objection(rig, workload, model)
            if said:
                found[workload.name] = said
    return found


def _objection(rig: Rig, workload: Workload, model: Rig) -> str:
    expected = _done(model, workload)
    try:
        if _done(rig, workload) != expected:
            return "its answer is another"
    except Exception as error:
        return f"it raises {type(error).__name__}: {error}"
    return ""


def _done(rig: Rig, workload: Workload) -> list[Any]:
    """What two calls answer, and what is stored after them and when they are undone."""
    calls = workload.arguments(rig.tasks, 2)[: workload.most]
    workload.before(rig, calls)
    told = [_told(getattr(rig.store, workload.call)(*args)) for args in calls]
    named = [args[0] for args in calls if args and isinstance(args[0], str)]
    after = [_engine(rig.store, msg_id) for msg_id in named], sorted(rig.store.get_history())
    workload.after(rig, calls)
    return [told, after, sorted(rig.store.get_history())]


def _engine(store: Any, msg_id: str) -> str | None:
    """The engine of a task, which every update changes."""
    try:
        uuid: str | None = store.get_record(msg_id)["engine_uuid"]
    except KeyError:
        return "not there"
    return uuid


def _told(answer: Any) -> Any:
    """The ids in an answer; the history is a list of them itself."""
    if isinstance(answer, dict) and "msg_id" not in answer:
        answer = list(answer.values())
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return sorted(each["msg_id"] for each in answer)
    return answer["msg_id"] if isinstance(answer, dict) else answer
