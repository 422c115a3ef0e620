"""The Hypothesis state machine: random walks that Hypothesis draws, keeps and shrinks.

It draws the operations of the random walks of a run, but no targeted, combinatorial or random query
programs. The engine draws the same walks from a seed, ten times as fast.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from taskdb_spec.backend import Backend, as_backend
from taskdb_spec.conformance.comparison.step import check_step
from taskdb_spec.conformance.confirmation.script import summarize_finding
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.session import Session, StoreNotOpened
from taskdb_spec.conformance.generation.randomized.walk import RandomWalk
from taskdb_spec.conformance.generation.values import ValueGenerator


class HypothesisSource:
    """A source whose choices Hypothesis draws, so that it can keep and shrink them."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self._draw = draw

    def randbelow(self, bound: int, /) -> int:
        """Return an integer in [0, bound)."""
        # A choice among one is none: it would only make the choice sequence longer.
        return self._draw(st.integers(0, bound - 1)) if bound > 1 else 0


class DepartureFromSpec(AssertionError):
    """The backend violates a clause.

    Each clause has a subclass of its own, because Hypothesis tells failures apart by their class.
    """


_DEPARTURES: dict[str, type[DepartureFromSpec]] = {}


def departure(clause: str) -> type[DepartureFromSpec]:
    """The exception class of a clause."""
    name = f"DepartureFrom{clause.replace('-', '')}"
    return _DEPARTURES.setdefault(clause, type(name, (DepartureFromSpec,), {}))


class StoreMachine(RuleBasedStateMachine):
    """Drives a backend beside the model, and fails at the first departure."""

    backend: Backend

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="taskdb-")
        try:
            self.session = Session(self.backend, Path(self._folder.name) / "store")
            self.session.refuse_nonempty_store()
        except StoreNotOpened:  # there will be no teardown
            self._folder.cleanup()
            raise

    def teardown(self) -> None:
        """Close the store and remove its folder."""
        self.session.close()
        self.backend.discard(Path(self._folder.name))
        self._folder.cleanup()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Start with a few records."""
        self._take(self._walk(data).begin())

    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        """Add, update, drop, or drop by query."""
        self._step(
            data,
            (
                RandomWalk.add,
                RandomWalk.update,
                RandomWalk.update,
                RandomWalk.drop,
                RandomWalk.purge,
            ),
        )

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        """Get, find, find before and after a change, or list the history."""
        self._step(
            data,
            (
                RandomWalk.get,
                RandomWalk.find,
                RandomWalk.find,
                RandomWalk.find_by_field,
                RandomWalk.history,
            ),
        )

    @rule(data=st.data())
    def be_refused(self, data: st.DataObject) -> None:
        """A call that has to be refused."""
        self._step(data, (RandomWalk.invalid_call,))

    @rule(data=st.data())
    def look_at_stores(self, data: st.DataObject) -> None:
        """Reopen the store if it is durable, or open a second one beside it."""
        self._step(data, (RandomWalk.store_action,))

    def _walk(self, data: st.DataObject) -> RandomWalk:
        source = HypothesisSource(data.draw)
        generator = ValueGenerator(source, self.backend.query_capabilities, self.backend.resolution)
        return RandomWalk(generator, self.backend.capabilities)

    def _step(self, data: st.DataObject, choices: tuple[Any, ...]) -> None:
        walk = self._walk(data)
        self._take(walk.generator.choice(choices)(walk, self.session.model))

    def _take(self, operations: list[Operation]) -> None:
        for operation in operations:
            result = check_step(self.session, operation, Audit.EACH_STEP)
            for finding in result.findings:
                if finding.clause != "ERR-5":  # a SHOULD; the machine enforces every MUST
                    text = summarize_finding([operation], finding)
                    raise departure(finding.clause)(f"{finding.clause}: {text}")


def state_machine(backend: Any, **options: Any) -> type[StoreMachine]:
    """The machine for a backend; its ``TestCase`` is what pytest and unittest run.

    `options` are those of ``hypothesis.settings``. Not for a backend that stores nothing.

    >>> from taskdb_spec.model import model_backend
    >>> state_machine(model_backend).__name__
    'ModelMachine'
    """
    subject = as_backend(backend)
    if subject.stores_nothing:
        raise ValueError(f"{subject.name} stores nothing: there is no machine for it")
    name = f"{subject.name.title().replace('-', '').replace('_', '')}Machine"
    machine: Any = type(name, (StoreMachine,), {"backend": subject})
    ours: dict[str, Any] = {
        "deadline": None,
        "stateful_step_count": 30,
        # What is drawn depends on what is stored, and a query has several parts.
        "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
        # To explain a failing program takes fifty times as long as to find and shrink it.
        "phases": [phase for phase in Phase if phase is not Phase.explain],
    }
    machine.TestCase.settings = settings(**ours | options)
    return machine  # type: ignore[no-any-return]
