"""The comparison of contenders: every workload, at growing numbers of records."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

from bench.contenders.stores import Contender
from bench.harness.correctness import find_wrong_workloads
from bench.harness.fixtures import open_filled
from bench.harness.progress import ShowStep
from bench.harness.timing import Clock, TimingBudget, time_in_turns
from bench.harness.workloads import WORKLOADS, FilledStore, Workload
from bench.reporting.results import Measurement, Omission, Results

FIRST_READS = "all reads, the first time"
"""The name under which the time to execute every read once on a new store is reported."""
MAX_CALL_SECONDS = 3.0
"""If a call takes longer, it is not measured on larger stores."""


@dataclass
class Comparison:
    """A group of workloads and contenders that are measured together.

    Attributes:
        group: The name of the group in the results.
        workloads: What is measured.
        budget: The time for one workload on one contender.
        clock: CPU time, or wall-clock time for stores that wait for a disk or a server.
        results: Where measurements and omissions are added.
        show_step: Called with a text before each step.
        excluded: The reason, by names of workload and contender, for what is not measured.
    """

    group: str
    workloads: tuple[Workload, ...]
    budget: TimingBudget
    clock: Clock
    results: Results
    show_step: ShowStep
    excluded: dict[tuple[str, str], str] = field(default_factory=dict)

    def exclude_wrong(
        self, contenders: Iterable[Contender], workloads: tuple[Workload, ...]
    ) -> None:
        """Exclude each workload on each contender that answers it differently from the model."""
        for contender in contenders:
            self.show_step(f"{self.group}: checking the answers of {contender.name}")
            for call, reason in find_wrong_workloads(contender, workloads).items():
                self.exclude(call, contender.name, 0, reason)

    def measure(self, n: int, contenders: Iterable[Contender]) -> None:
        """Measure all workloads on stores of `n` records."""
        with ExitStack() as stack:
            stores = {}
            for contender in contenders:
                self.show_step(f"{self.group}, {n:,} records: filling {contender.name}")
                folder = stack.enter_context(TemporaryDirectory(prefix="taskdb-bench-"))
                filled = stack.enter_context(open_filled(contender, n, folder))
                stores[contender.name] = filled
                self._measure_first_reads(n, contender.name, filled)
            for workload in self.workloads:
                self.show_step(f"{self.group}, {n:,} records: {workload.name}")
                self._measure_workload(n, workload, stores)

    def exclude(self, call: str, contender: str, n: int, reason: str) -> None:
        """Stop measuring a workload on a contender, and report why."""
        self.excluded[call, contender] = reason
        self.results.omissions.append(Omission(self.group, call, contender, n, reason))

    def _measure_first_reads(self, n: int, contender: str, filled: FilledStore) -> None:
        """Measure the first execution of all reads, in which a store may build its indexes."""
        if any((workload.name, contender) in self.excluded for workload in WORKLOADS):
            return
        started = self.clock()
        filled.execute_all_reads()
        samples = [self.clock() - started]
        self.results.measurements.append(
            Measurement.from_samples(self.group, FIRST_READS, contender, n, samples)
        )

    def _measure_workload(self, n: int, workload: Workload, stores: dict[str, FilledStore]) -> None:
        included = {
            name: filled
            for name, filled in stores.items()
            if (workload.name, name) not in self.excluded
        }
        for name, samples in time_in_turns(included, workload, self.budget, self.clock).items():
            measurement = Measurement.from_samples(self.group, workload.name, name, n, samples)
            self.results.measurements.append(measurement)
            if measurement.median > MAX_CALL_SECONDS:
                reason = f"it took {measurement.median:.0f} s at {n:,} records"
                self.exclude(workload.name, name, n, f"{reason}; larger stores are left out")
