"""Counts of the bytecodes that Python executes for a call. They are the same in every run.

Work inside a single bytecode, such as sorting a list in C, is not counted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from bench.harness.workloads import FilledStore, Workload


def count_bytecodes(call: Callable[..., Any], *args: Any) -> int:
    """Return how many bytecodes a call executes."""
    count = 0

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    previous_trace = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*args)
    finally:
        sys.settrace(previous_trace)
    return count


def count_workload_bytecodes(filled: FilledStore, workload: Workload) -> int:
    """Return how many bytecodes one call of a workload executes."""
    for _ in range(2):  # The first call may do one-time work, such as compiling a pattern.
        calls = workload.make_arguments(filled.tasks, 1)
        workload.prepare(filled, calls)
        count = count_bytecodes(getattr(filled.store, workload.method), *calls[0])
        workload.undo(filled, calls)
    return count
