"""Contenders side by side: all calls, at growing numbers of records."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from bench.contenders.stores import Contender
from bench.harness.correctness import objections
from bench.harness.fixtures import opened
from bench.harness.progress import Tell
from bench.harness.timing import Budget, Clock, measured
from bench.harness.workloads import WORKLOADS, Rig, Workload
from bench.reporting.results import LeftOut, Measurement, Results

FIRST_QUESTIONS = "all reads, the first time"
SLOW = 3.0
"""A call that takes so many seconds is not made on stores that are larger still."""


@dataclass
class Comparison:
    """What is compared, and where it is written down."""

    group: str
    workloads: tuple[Workload, ...]
    budget: Budget
    clock: Clock
    results: Results
    tell: Tell
    out: dict[tuple[str, str], str] = field(default_factory=dict)

    def check(self, contenders: Iterable[Contender], workloads: tuple[Workload, ...]) -> None:
        """Leave out what a contender does not do, or does otherwise than the model."""
        for contender in contenders:
            self.tell(f"{self.group}: what {contender.name} can do")
            for call, reason in objections(contender, workloads).items():
                self.leave_out(call, contender.name, 0, reason)

    def at(self, n: int, contenders: Iterable[Contender]) -> None:
        """Measure all calls on stores of `n` records."""
        with ExitStack() as stack:
            rigs = {}
            for contender in contenders:
                self.tell(f"{self.group}, {n:,} records: filling {contender.name}")
                folder = stack.enter_context(TemporaryDirectory(prefix="taskdb-bench-"))
                rigs[contender.name] = stack.enter_context(opened(contender, n, folder))
                self._ask(n, contender.name, rigs[contender.name])
            for workload in self.workloads:
                self.tell(f"{self.group}, {n:,} records: {workload.name}")
                self._measure(n, workload, rigs)

    def leave_out(self, call: str, contender: str, n: int, reason: str) -> None:
        """From here on, a call is not measured on a contender."""
        self.out[call, contender] = reason
        self.results.left_out.append(LeftOut(self.group, call, contender, n, reason))

    def _ask(self, n: int, name: str, rig: Rig) -> None:
        """Measure the first time that all questions are asked, when indexes may be made."""
        if all((workload.name, name) not in self.out for workload in WORKLOADS):
            started = self.clock()
            rig.ask()
            samples = [self.clock() - started]
            self.results.measurements.append(
                Measurement.of(self.group, FIRST_QUESTIONS, name, n, samples)
            )

    def _measure(self, n: int, workload: Workload, rigs: dict[str, Rig]) -> None:
        able = {name: rig for name, rig in rigs.items() if (workload.name, name) not in self.out}
        for name, samples in measured(able, workload, self.budget, self.clock).items():
            measurement = Measurement.of(self.group, workload.name, name, n, samples)
            self.results.measurements.append(measurement)
            if measurement.median > SLOW:
                reason = f"it took {measurement.median:.0f} s at {n:,} records"
                self.leave_out(workload.name, name, n, f"{reason}; larger stores are left out")
