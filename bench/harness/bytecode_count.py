"""Counts of what a call does: bytecodes that Python executes. They are the same in every run.

What C code does inside of a single bytecode, as in sorting a list, is not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from bench.harness.workloads import Rig, Workload


def bytecodes(call: Callable[..., Any], *args: Any) -> int:
    """How many bytecodes a call executes."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*args)
    finally:
        sys.settrace(before)
    return count


def counted(rig: Rig, workload: Workload) -> int:
    """How many bytecodes one call of a workload executes, the second time that it is made."""
    for _ in range(2):  # what a store does only once, such as compiling a pattern, is done then
        calls = workload.arguments(rig.tasks, 1)
        workload.before(rig, calls)
        count = bytecodes(getattr(rig.store, workload.call), *calls[0])
        workload.after(rig, calls)
    return count
