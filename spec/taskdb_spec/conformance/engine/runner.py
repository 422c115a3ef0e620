"""The runner: generate and execute the programs of a batch, and investigate what fails.

After a clause has failed the run continues. What is known to fail is avoided, so that each clause
ends on its own evidence.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from functools import partial

from taskdb_spec.backend import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.confirmation.script import summarize_finding
from taskdb_spec.conformance.core.config import RANDOM_WALK_OPERATIONS, Openings
from taskdb_spec.conformance.core.events import Listener, Progress
from taskdb_spec.conformance.core.program import QUERY_CALLS, Operation, Program, StoreAction
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.core.variants import (
    Audit,
    Avoidance,
    CapabilityScope,
    ProgramVariant,
)
from taskdb_spec.conformance.engine.investigation import Investigation, RunListener
from taskdb_spec.conformance.engine.run import Run, RunConfig
from taskdb_spec.conformance.engine.state import RunCounters, RunState
from taskdb_spec.conformance.execution.executor import DynamicProgram, Executor, Failure
from taskdb_spec.conformance.execution.first_look import look_first
from taskdb_spec.conformance.execution.isolation.flight_recorder import FlightRecorder
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.conformance.execution.store_reuse import StoreReuse, needs_new_store
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.combinatorial import combinatorial_program
from taskdb_spec.conformance.generation.queries.registry import is_asked
from taskdb_spec.conformance.generation.randomized.queries import random_query_program
from taskdb_spec.conformance.generation.randomized.walk import RandomWalk
from taskdb_spec.conformance.generation.targeted import program_for
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.conformance.planning.batches import Batch, PlannedProgram, ProgramKind

PROGRESS_INTERVAL_SECONDS = 1.0
"""The least time between two `Progress` events inside a batch: they cost a message each."""

PROGRAMS_PER_DOUBTFUL_FAILURE = 16
"""Once `get_record` is known to be wrong, most failures that it shows are that fault again. Then a
run examines only those of each sixteenth program. To examine all would take most of its calls. The
number of the program decides, so the result does not depend on the number of workers."""


class Runner:
    """Executes batches on a backend, given what is known to fail.

    Args:
        config: the configuration of the run.
        state: what earlier batches have found; it is updated.
        listener: who follows the run.
        workdirs: the folders in which stores are opened.
        recorder: notes what the process does, for the one that watches it.
    """

    def __init__(
        self,
        config: RunConfig,
        state: RunState,
        listener: RunListener,
        workdirs: Workdirs,
        recorder: FlightRecorder | None = None,
    ) -> None:
        self.config, self.state, self.listener = config, state, listener
        self._recorder = recorder or FlightRecorder()
        self._executor = Executor(
            config.backend, workdirs, COMPARISON, state.known_failures, self._recorder
        )
        self._executor.stores_share_state = state.stores_share_state
        self._last_progress = time.monotonic()
        self._store_reuse = StoreReuse()

    def run_batch(self, batch: Batch) -> RunCounters:
        """Execute the programs of a batch, and return what they count."""
        self._executor = self._executor.with_policy(self.state.known_failures)
        self._recorder.take_calls()  # those of a batch that was not executed to its end
        for planned in batch.programs():
            if planned.name in self.state.skipped_programs:
                continue
            if planned.kind is ProgramKind.TARGETED:
                self._run_targeted(planned)
            else:
                self._run_untargeted(planned)
            self._report_progress(batch)
        executor, calls = self._executor, self._recorder.take_calls()
        return RunCounters(executor.operations, len(batch.positions), executor.evidence, calls)

    def _report_progress(self, batch: Batch) -> None:
        """Emit a progress event if the last one was a while ago, as on a slow store."""
        now = time.monotonic()
        if now - self._last_progress >= PROGRESS_INTERVAL_SECONDS:
            self._last_progress = now
            self.listener.emit(Progress(self._executor.operations, batch.purpose))

    def _run_targeted(self, planned: PlannedProgram) -> None:
        # Not `is_resolved`: the programs of a clause that was given up may fail under another one.
        if planned.clause in self.state.counterexamples:
            return
        variant = planned.variant
        self._recorder.program_started(planned.name)
        program = generate_targeted(planned, self.config.backend, self.config.seed)
        failure = self._execute_first(program, variant)
        while failure is not None and self._investigate(failure, planned):
            failure = self._execute_again(program)

    def _execute_first(self, program: Program, variant: ProgramVariant) -> Failure | None:
        audit, avoidance = variant.audit, variant.avoidance
        if needs_new_store(program):
            return self._executor.execute_program(program, audit=audit, avoidance=avoidance)
        return self._execute(lambda session: iter(program.operations), audit, avoidance)

    def _execute(
        self,
        program: DynamicProgram,
        audit: Audit = Audit.AT_END,
        avoidance: Avoidance = Avoidance.SKIP,
    ) -> Failure | None:
        """Execute a program on the store that is kept for it, or on a new one."""
        reuse = self._reuse()
        if reuse is None:
            return self._executor.execute(program, audit=audit, avoidance=avoidance)
        failure = self._executor.execute_reusing(reuse, program, audit=audit, avoidance=avoidance)
        return self._confirm_on_new_store(failure)

    def _execute_again(self, program: Program) -> Failure | None:
        """Execute a program that has failed, without what is lost now: it may show more."""
        return self._executor.execute_program(program, avoidance=Avoidance.ADAPT)

    def _run_untargeted(self, planned: PlannedProgram) -> None:
        self._recorder.program_started(planned.name)
        config = self.config
        generator = _generator(
            planned, config.backend, config.seed, config.backend.query_capabilities
        )
        generate = self._untargeted_program(planned, generator)
        failure = self._execute(lambda session: _select_asked(generate(session), config.backend))
        if failure is not None:
            self._investigate(failure, planned)

    def _untargeted_program(
        self, planned: PlannedProgram, generator: ValueGenerator
    ) -> DynamicProgram:
        claimed = self.config.backend.capabilities
        if planned.kind is ProgramKind.COMBINATORIAL:
            is_durable = Capability.durable in claimed
            return lambda session: combinatorial_program(generator, is_durable=is_durable)
        if generator.chance(0.5):
            return lambda session: random_query_program(generator)
        return partial(_walk_operations, RandomWalk(generator, claimed))

    def _reuse(self) -> StoreReuse | None:
        """Return what keeps stores for the next program, unless each program gets a new one."""
        config, state = self.config, self.state
        is_possible = not (config.backend.stores_nothing or state.stores_share_state)
        if config.openings is Openings.SHARED and is_possible and not state.reuse_problem:
            return self._store_reuse
        return None

    def _confirm_on_new_store(self, failure: Failure | None) -> Failure | None:
        """Execute a program again that failed on a used store; return how it fails on a new one.

        If it passes there, an earlier program has left something. The run notes this and goes on
        with new stores, so nothing that is left is blamed on a later program.
        """
        problem = self._store_reuse.problem
        if failure is not None and failure.on_used_store:
            on_used, experiments = failure, self._executor.for_experiments()
            failure = experiments.execute_program(on_used.program)
            if failure is None:
                summary = summarize_finding(on_used.program.operations, on_used.finding)
                problem = f"a program fails on a used store and passes on a new one: {summary}"
        if problem:
            self.state.reuse_problem = problem
            self.close()
            self.listener.state_changed(self.state)
        return failure

    def close(self) -> None:
        """Close the store that was kept for the next program."""
        self._store_reuse.end(self._executor.close_session)

    def _investigate(self, failure: Failure, planned: PlannedProgram) -> bool:
        """Examine a failure; return whether it is a new one."""
        is_doubtful = self.state.known_failures.is_doubtful(failure)
        if is_doubtful and planned.rotation % PROGRAMS_PER_DOUBTFUL_FAILURE:
            return False
        experiments = self._executor.for_experiments()
        investigation = Investigation(
            experiments, self.config.writer, self.state, self.listener, self._executor.operations
        )
        is_new = investigation.examine(failure, planned.clause)
        self._take_over(experiments)
        return is_new

    def _take_over(self, experiments: Executor) -> None:
        """Continue with what the experiments have found out, and with the counters of the run."""
        shared = self._executor.stores_share_state or experiments.stores_share_state
        self.state.stores_share_state = shared
        self._executor.stores_share_state = shared
        self._executor.policy = self.state.known_failures


def generate_targeted(planned: PlannedProgram, backend: Backend, seed: int) -> Program:
    """Generate a planned program that targets a clause."""
    only_required = planned.variant.scope is CapabilityScope.REQUIRED
    capabilities = clauses()[planned.clause].needs if only_required else backend.capabilities
    generator = _generator(planned, backend, seed, capabilities & QUERY_CAPABILITIES)
    program = program_for(planned.clause, generator)
    if program.limits is not None and Capability.durable in backend.capabilities:
        # What was culled must stay away after a reopen.
        program = program.followed_by(Operation(StoreAction.reopen))
    return program.replace(*_select_asked(program, backend))


def _select_asked(operations: Iterable[Operation], backend: Backend) -> Iterator[Operation]:
    """Yield the operations, without queries that the backend may refuse without a clause."""
    claimed = backend.query_capabilities
    is_unlimited = {Capability.documents, Capability.arrays} <= claimed
    for operation in operations:
        is_query = operation.call in QUERY_CALLS
        if is_unlimited or not is_query or is_asked(operation.args[0], claimed):
            yield operation


def _generator(
    planned: PlannedProgram, backend: Backend, seed: int, capabilities: frozenset[Capability]
) -> ValueGenerator:
    source = RandomSource(f"{seed}/{planned.name}")
    return ValueGenerator(source, capabilities, backend.resolution, seed + planned.rotation)


def _walk_operations(walk: RandomWalk, session: Session) -> Iterator[Operation]:
    yield from walk.begin()
    # A draw of a walk gives two operations on average.
    for _ in range(RANDOM_WALK_OPERATIONS // 2):
        yield from walk.next(session.model)


class EventsOnly:
    """The listener of a run in the caller's own process."""

    def __init__(self, listen: Listener) -> None:
        self.emit = listen

    def attempt_started(self) -> None:
        """Do nothing: no other process waits."""

    def state_changed(self, state: RunState) -> None:
        """Do nothing: the state is shared."""


def run_in_process(config: RunConfig, listen: Listener) -> Report:
    """Make a run in this process, where a call that hangs or crashes ends it."""
    run = Run(config, listen)
    runner = Runner(config, run.state, EventsOnly(run.emit), Workdirs(config.folder))
    try:
        run.announce()
        refuse_unusable_store(config)
        _run_batches(run, runner)
        if run.extend():
            _run_batches(run, runner)
    except KeyboardInterrupt:
        run.interrupt()
        raise
    finally:
        runner.close()
    return run.finish()


def _run_batches(run: Run, runner: Runner) -> None:
    for batch in run.config.batches(run.state):
        if run.is_over(batch):
            break
        run.announce_batch(batch)
        run.counters.add(runner.run_batch(batch))


def refuse_unusable_store(config: RunConfig, recorder: FlightRecorder | None = None) -> None:
    """Refuse a store that no run can check, before anything is written. See `look_first`.

    Raises:
        StoreNotOpened: the text says what is wrong.
    """
    session = Session(config.backend, config.folder / "first", recorder=recorder)
    look_first(session)
    session.close()
