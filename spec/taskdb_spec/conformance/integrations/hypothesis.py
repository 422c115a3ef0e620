"""A Hypothesis state machine that checks any backend against the model.

An example begins with programs for clauses, each on a new store. Then it walks on one store: the
machine has a rule for each call of the interface, two for calls that must be refused, and an
invariant. The arguments are drawn near what is stored. The suite compares each step. At the first
failure it also blames, shrinks and confirms, as a run does. So the phase `shrink` of Hypothesis is
not needed: the exception already has the smallest program.

>>> from taskdb_spec.model import model_backend
>>> TestModel = state_machine(model_backend).TestCase  # pytest and unittest run it
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, cast

from hypothesis import Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from taskdb_spec.backend import Backend, as_backend
from taskdb_spec.capabilities import Capability
from taskdb_spec.clauses import checked_clauses
from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import Profile
from taskdb_spec.conformance.core.program import Method, Operation, Program, StoreAction
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.first_look import look_first
from taskdb_spec.conformance.execution.session import EVERYTHING, CallSkipped, StoreNotOpened
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.queries.registry import is_asked
from taskdb_spec.conformance.generation.randomized.walk import RandomWalk
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.conformance.integrations.departures import FailureExaminer, execute_planned
from taskdb_spec.conformance.planning.batches import PlannedProgram, plan_batches

PROGRAMS = Profile("machine", targeted_programs=16, operations=0)
"""The programs of the machine: more than `quick` has, because no other programs follow."""
PROGRAMS_PER_EXAMPLE = 400
"""Programs with which an example begins, of some 2,700.

Examples begin anywhere, and few programs are executed twice. So the 100 examples of the default
settings execute all programs, and 20 examples execute most.
"""


@st.composite
def _choose_with_seed(draw: st.DrawFn, choose: Callable[[StoreMachine, RandomWalk], Any]) -> Any:
    """Draw an argument that may depend on what is stored."""
    machine = draw(st.runner())
    # Hypothesis draws and keeps one seed. To draw each choice would take fifty times as long, and
    # would only help the phase `shrink`.
    source = RandomSource(draw(st.randoms(use_true_random=True)))
    return choose(machine, machine.random_walk(source))


def _argument(kind: Callable[..., list[Operation]], position: int = 0) -> st.SearchStrategy[Any]:
    """Draw an argument of the last operation that a random walk would do next."""

    def choose(machine: StoreMachine, walk: RandomWalk) -> Any:
        return kind(walk, machine.model)[-1].args[position]

    return _choose_with_seed(choose)


def _draw_first_records(_machine: StoreMachine, walk: RandomWalk) -> dict[str, dict[str, Any]]:
    return dict(operation.args for operation in walk.begin())


def _draw_query(machine: StoreMachine, walk: RandomWalk) -> Any:
    while True:
        check = walk.find(machine.model)[-1].args[0]
        if is_asked(check, machine.backend.query_capabilities):
            return check


def _draw_keys(machine: StoreMachine, walk: RandomWalk) -> Any:
    arguments = walk.find(machine.model)[-1].args
    return arguments[1] if len(arguments) > 1 else None


def _draw_refused_query(machine: StoreMachine, walk: RandomWalk) -> Any:
    while True:
        operation = walk.invalid_call(machine.model)[0]
        if operation.call in (Method.find, Method.purge):
            return operation.args[0]


def _draw_refused_fields(machine: StoreMachine, walk: RandomWalk) -> Any:
    while True:
        operation = walk.invalid_call(machine.model)[0]
        if operation.call is Method.update:
            return operation.args[1]


def _draw_first_program(machine: StoreMachine, walk: RandomWalk) -> str:
    return walk.generator.choice([*machine.programs])


def _stores_records(machine: StoreMachine) -> bool:
    return not machine.backend.stores_nothing


def _is_durable(machine: StoreMachine) -> bool:
    return Capability.durable in machine.backend.capabilities


IDS = _argument(RandomWalk.get)
MUTATIONS = st.sampled_from([False] * 9 + [True])
"""Whether the caller changes its objects afterwards: rarely, because it costs further calls."""


class StoreMachine(RuleBasedStateMachine):
    """Drives a backend beside the model, and fails at the first violation of a clause.

    Subclass what `state_machine` returns to add rules and invariants. `store` is the store under
    test and `model` the model; `execute` makes a call on both and compares them.
    """

    backend: ClassVar[Backend]
    examiner: ClassVar[FailureExaminer]
    programs: ClassVar[dict[str, PlannedProgram]]
    programs_passed: ClassVar[set[str]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give a subclass the settings of its parent, which Hypothesis does not."""
        super().__init_subclass__(**kwargs)
        machine, parent = cast(Any, cls), cast(Any, cls.__base__)
        if parent is not StoreMachine:
            machine.TestCase.settings = parent.TestCase.settings

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="taskdb-")
        self._executor = Executor(self.backend, Workdirs(Path(self._folder.name)), COMPARISON)
        self._operations: list[Operation] = []
        self._raised: list[bool] = []
        try:
            self._session = self._executor.open_session()
            if self.programs_passed:
                self._session.refuse_nonempty_store()
            else:  # the first example
                look_first(self._session)
        except StoreNotOpened:  # Hypothesis will not call teardown
            self._folder.cleanup()
            raise

    @property
    def store(self) -> Any:
        """The store under test."""
        return self._session.store

    @property
    def model(self) -> Any:
        """The model beside it."""
        return self._session.model

    def random_walk(self, source: RandomSource) -> RandomWalk:
        """Return a random walk over what is stored."""
        capabilities = self.backend.query_capabilities
        generator = ValueGenerator(source, capabilities, self.backend.resolution)
        return RandomWalk(generator, self.backend.capabilities)

    def teardown(self) -> None:
        """Close the store and remove its folder."""
        self._executor.close_session(self._session)
        self.backend.discard(Path(self._folder.name))
        self._folder.cleanup()

    # How an example begins

    @initialize(first=_choose_with_seed(_draw_first_program))
    def check_clauses(self, first: str) -> None:
        """Execute some programs of the command, each on a new store, from this one on.

        The programs stand in a circle: one of each clause, then a second one of each, and so on. A
        program that has passed in this process is not executed again. The programs about shared
        state come first: if stores share state, any other program could fail for that.
        """
        __tracebackhide__ = True  # pytest shows the message alone
        names = [*self.programs]
        start = names.index(first)
        about_sharing = [name for name, each in self.programs.items() if each.clause == "ISO-9"]
        window = (names[start:] + names[:start])[:PROGRAMS_PER_EXAMPLE]
        for name in (*about_sharing, *window):
            if name in self.programs_passed:
                continue
            planned = self.programs[name]
            event(f"clause {planned.clause}")
            failure = execute_planned(planned, self.backend)
            if failure is not None:
                self._fail(failure, planned.clause)
            self.programs_passed.add(name)

    @initialize(records=_choose_with_seed(_draw_first_records))
    def start_with(self, records: dict[str, dict[str, Any]]) -> None:
        """Start with a few records: few, because few are easier to read."""
        for msg_id, rec in records.items():
            self.execute(Operation(Method.add, (msg_id, rec)))

    # One rule for each call

    @rule(msg_id=_argument(RandomWalk.add), rec=_argument(RandomWalk.add, 1), mutate=MUTATIONS)
    def add_record(self, msg_id: str, rec: dict[str, Any], *, mutate: bool) -> None:
        """Add a record, mostly of an id that is not stored."""
        self.execute(Operation(Method.add, (msg_id, rec), mutate_afterwards=mutate))

    @rule(msg_id=IDS, mutate=MUTATIONS)
    def get_record(self, msg_id: str, *, mutate: bool) -> None:
        """Get a record, mostly one that is stored."""
        self.execute(Operation(Method.get, (msg_id,), mutate_afterwards=mutate))

    @rule(msg_id=IDS, rec=_argument(RandomWalk.update, 1), mutate=MUTATIONS)
    def update_record(self, msg_id: str, rec: dict[str, Any], *, mutate: bool) -> None:
        """Update a record, mostly one that is stored."""
        self.execute(Operation(Method.update, (msg_id, rec), mutate_afterwards=mutate))

    @rule(msg_id=IDS)
    def drop_record(self, msg_id: str) -> None:
        """Drop a record, mostly one that is stored."""
        self.execute(Operation(Method.drop, (msg_id,)))

    @rule(check=_choose_with_seed(_draw_query))
    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Drop what a query finds."""
        self.execute(Operation(Method.find, (check,)))
        self.execute(Operation(Method.purge, (check,)))

    @rule(
        check=_choose_with_seed(_draw_query), keys=_choose_with_seed(_draw_keys), mutate=MUTATIONS
    )
    def find_records(self, check: dict[str, Any], keys: Any, *, mutate: bool) -> None:
        """Find records by a query for values near what is stored."""
        arguments = (check,) if keys is None else (check, keys)
        self.execute(Operation(Method.find, arguments, mutate_afterwards=mutate))

    @rule(mutate=MUTATIONS)
    def get_history(self, *, mutate: bool) -> None:
        """List all ids."""
        self.execute(Operation(Method.history, mutate_afterwards=mutate))

    # Calls that must be refused

    @rule(msg_id=IDS, rec=_choose_with_seed(_draw_refused_fields))
    def update_record_refused(self, msg_id: str, rec: Any) -> None:
        """Update a record with a value that no record may have."""
        self.execute(Operation(Method.update, (msg_id, rec)))

    @rule(check=_choose_with_seed(_draw_refused_query))
    def find_records_refused(self, check: Any) -> None:
        """Ask a query that is malformed, or needs what the backend does not claim."""
        self.execute(Operation(Method.find, (check,)))

    # The whole store

    @precondition(_is_durable)
    @rule()
    def reopen(self) -> None:
        """Close the store, open it again, and read everything back."""
        self.execute(Operation(StoreAction.reopen))

    @precondition(_stores_records)
    @rule(is_due=MUTATIONS)
    def open_second_store(self, *, is_due: bool) -> None:
        """Open a second store, which must share nothing with the first; rarely, as it is slow."""
        if is_due:
            self.execute(Operation(StoreAction.second_store))

    @invariant()
    def finds_every_record(self) -> None:
        """`find_records({})` finds what the model has, whatever was called before."""
        if not self.backend.stores_nothing:
            self.execute(EVERYTHING)

    # How a step is compared, and how a failure is told

    def execute(self, operation: Operation) -> None:
        """Make a call on the store and on the model, and fail if they differ.

        Raises:
            DepartureFromSpec: of the class of the clause to blame.
        """
        __tracebackhide__ = True
        calls = tuple(self._session.history.calls)
        result = self._executor.comparison.check(self._session, operation, Audit.AT_END)
        self._operations.append(operation)
        self._raised.append(result.raised)
        self._session.history.steps.append(operation.call)
        for finding in result.findings:
            if self.examiner.enforces(finding.clause) and not isinstance(
                finding.actual, CallSkipped
            ):
                program = Program(tuple(self._operations))
                failure = Failure(program, finding, [*self._raised], calls=calls)
                self._fail(failure, operation.target_clause)

    def _fail(self, failure: Failure, target_clause: str) -> None:
        __tracebackhide__ = True
        departure = self.examiner.examine(failure, target_clause)
        if departure is not None:
            raise departure


def _plan_programs(backend: Backend, *, strict: bool) -> dict[str, PlannedProgram]:
    """Return the programs for clauses, by name: one of each clause, a second one of each, ..."""
    enforced = [c for c in checked_clauses(backend) if c.is_enforced(strict=strict)]
    batches = plan_batches(enforced, PROGRAMS, with_untargeted=False)
    programs = [program for batch in batches for program in batch.programs()]
    # The sort is stable, so the clauses keep their order.
    return {each.name: each for each in sorted(programs, key=lambda each: each.rotation)}


def state_machine(backend: Any, *, strict: bool = False, **options: Any) -> type[StoreMachine]:
    """Return the state machine for a backend; pytest and unittest run its ``TestCase``.

    Args:
        backend: a `Backend`, or what `as_backend` makes one of.
        strict: whether SHOULD clauses are enforced.
        options: settings of Hypothesis, such as `max_examples`, that replace those of the machine.

    >>> from taskdb_spec.model import model_backend
    >>> state_machine(model_backend).__name__
    'ModelMachine'
    """
    subject = as_backend(backend)
    writer = CounterexampleWriter.for_backend(subject, backend, None)
    name = f"{subject.name.title().replace('-', '').replace('_', '')}Machine"
    programs = _plan_programs(subject, strict=strict)
    attributes = {
        "backend": subject,
        "examiner": FailureExaminer(subject, writer, programs, strict),
        "programs": programs,
        "programs_passed": set(),
    }
    machine: Any = type(name, (StoreMachine,), attributes)
    ours: dict[str, Any] = {
        "deadline": None,  # the time of a step is that of the store
        "stateful_step_count": 30,
        # The suite has shrunk and explained the failure already.
        "phases": [p for p in Phase if p not in (Phase.shrink, Phase.explain)],
        "report_multiple_bugs": False,  # the first failure is enough, and it is told apart by class
    }
    machine.TestCase.settings = settings(**ours | options)
    return machine  # type: ignore[no-any-return]
