"""A forked process, and the limits that it has to keep."""

from __future__ import annotations

import time
from itertools import count
from types import SimpleNamespace

import pytest

from taskdb_spec.conformance.core.program import Method, Operation
from taskdb_spec.conformance.execution.isolation import process as module
from taskdb_spec.conformance.execution.isolation.flight_recorder import SharedFlightRecorder


def test_a_machine_that_stood_still_is_not_held_against_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hours = count(0, 3600)
    clock = SimpleNamespace(monotonic=lambda: next(hours), sleep=time.sleep)
    monkeypatch.setattr(module, "time", clock)
    recorder = SharedFlightRecorder()

    def work(send: module.SendMessage) -> None:
        recorder.step_started(Operation(Method.find, ({},)))
        time.sleep(0.5)  # a few looks, with an hour between any two
        send("found")

    process = module.ForkedProcess(work, recorder, limit=20, memory=1 << 30)
    assert list(process.messages()) == ["found"]
    assert process.exit is None
