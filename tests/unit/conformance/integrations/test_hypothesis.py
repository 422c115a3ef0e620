"""The Hypothesis machine: sound stores pass, broken ones fail by clause.

It draws the same operations as the random walks of a run.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import DepartureFromSpec, state_machine
from taskdb_spec.conformance.core.program import Method, Operation, StoreAction
from taskdb_spec.conformance.generation.choices import RandomSource
from taskdb_spec.conformance.generation.randomized.walk import RandomWalk
from taskdb_spec.conformance.generation.values import ValueGenerator
from taskdb_spec.conformance.integrations.hypothesis import HypothesisSource
from taskdb_spec.model import Model, model_backend

OPTIONS: dict[str, Any] = {"derandomize": True, "database": None}


def test_a_sound_store_passes() -> None:
    machine = state_machine(model_backend, max_examples=40, **OPTIONS)
    run_state_machine_as_test(machine, settings=machine.TestCase.settings)


def test_a_broken_store_fails_by_its_clause() -> None:
    class Upserts(Model):
        def update_record(self, msg_id: Any, rec: Any, /) -> None:
            if msg_id in self.records:
                super().update_record(msg_id, rec)

    backend = Backend("upserts", lambda workdir: Upserts(), QUERY_CAPABILITIES)
    machine = state_machine(backend, max_examples=200, **OPTIONS)
    with pytest.raises(DepartureFromSpec, match="UPD-5"):
        run_state_machine_as_test(machine, settings=machine.TestCase.settings)


def test_there_is_no_machine_for_a_store_that_stores_nothing() -> None:
    nothing = Backend("nothing", lambda workdir: Model(), stores_nothing=True)
    with pytest.raises(ValueError, match="stores nothing"):
        state_machine(nothing)


def features(operations: list[Operation]) -> set[str]:
    """Return the calls and the target clauses of the operations."""
    return {op.call.value for op in operations} | {op.target_clause for op in operations}


def test_both_sources_draw_the_same_operations() -> None:
    """Hypothesis draws operations of the kinds that a seeded source draws, and most of these."""
    plain: set[str] = set()
    for seed in range(150):
        plain |= features(_walk(ValueGenerator(RandomSource(seed), QUERY_CAPABILITIES)))
    drawn: set[str] = set()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), **OPTIONS)
    @given(data=st.data())
    def draw(data: st.DataObject) -> None:
        drawn.update(
            features(_walk(ValueGenerator(HypothesisSource(data.draw), QUERY_CAPABILITIES), 8))
        )

    draw()
    assert drawn <= plain
    calls = {call.value for kind in (Method, StoreAction) for call in kind}
    assert calls - drawn <= {"reopen", "next_store", "capacity", "memory_growth", "close"}
    assert len(drawn) > 0.6 * len(plain)


def _walk(generator: ValueGenerator, steps: int = 30) -> list[Operation]:
    model = Model(QUERY_CAPABILITIES)
    walk = RandomWalk(generator, QUERY_CAPABILITIES)
    operations = walk.begin()
    model.add_record("a", {})
    for _ in range(steps):
        operations += walk.next(model)
    return operations
