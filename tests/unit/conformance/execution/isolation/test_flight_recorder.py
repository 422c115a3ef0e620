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
    recorder.enter("GLB-1/3")
    recorder.begin(Limits(record_limit=3))
    for call, operation in calls:
        getattr(recorder, call)(operation)
    return recorder.notes()


def test_the_program_its_limits_and_its_steps():
    notes = noted(("step", ADD), ("calling", ADD), ("step", FIND))
    assert (notes.program, notes.phase) == ("GLB-1/3", Phase.running)
    assert notes.limits == Limits(record_limit=3)
    assert notes.operations == (ADD, FIND)
    assert isinstance(notes.operations[1].args[0]["msg_id"]["$in"], GeneratedList)


def test_a_call_that_looks_at_what_a_step_did_comes_last():
    probe = Operation(Method.get, ("a",))
    assert noted(("step", ADD), ("calling", probe)).operations == (ADD, probe)
    assert noted(("step", ADD), ("calling", probe), ("calling", ADD)).operations == (ADD,)
    assert noted(("step", ADD), ("calling", probe), ("step", FIND)).operations == (ADD, FIND)


def test_what_has_no_room_is_left_out():
    large = Operation(Method.add, ("a", {"buffers": [bytes(1 << 24)]}))
    assert noted(("step", large), ("step", FIND)).operations == (FIND,)
