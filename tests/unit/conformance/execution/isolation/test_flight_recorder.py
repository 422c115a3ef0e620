"""What a process has noted can be read when it is gone."""

from __future__ import annotations

from taskdb_spec import Limits
from taskdb_spec.conformance.core.program import GeneratedList, Method, Operation
from taskdb_spec.conformance.execution.isolation.flight_recorder import Phase, SharedFlightRecorder

ADD = Operation(Method.add, ("a", {"msg_id": "a", "buffers": [memoryview(b"x")]}))
FIND = Operation(Method.find, ({"msg_id": {"$in": GeneratedList(3, ("a",))}},))


def noted(*calls):
    recorder = SharedFlightRecorder()
    recorder.reset()
    recorder.program_started("GLB-1/3")
    recorder.store_opening(Limits(record_limit=3))
    for call, operation in calls:
        getattr(recorder, call)(operation)
    return recorder.read_log()


def test_the_program_its_limits_and_its_steps():
    log = noted(("step_started", ADD), ("call_started", ADD), ("step_started", FIND))
    assert (log.program, log.phase) == ("GLB-1/3", Phase.running)
    assert log.limits == Limits(record_limit=3)
    assert log.operations == (ADD, FIND)
    assert isinstance(log.operations[1].args[0]["msg_id"]["$in"], GeneratedList)


def test_a_call_that_looks_at_what_a_step_did_comes_last():
    probe = Operation(Method.get, ("a",))
    assert noted(("step_started", ADD), ("call_started", probe)).operations == (ADD, probe)
    assert noted(
        ("step_started", ADD), ("call_started", probe), ("call_started", ADD)
    ).operations == (ADD,)
    assert noted(
        ("step_started", ADD), ("call_started", probe), ("step_started", FIND)
    ).operations == (ADD, FIND)


def test_what_has_no_room_is_left_out():
    large = Operation(Method.add, ("a", {"buffers": [bytes(1 << 24)]}))
    assert noted(("step_started", large), ("step_started", FIND)).operations == (FIND,)
