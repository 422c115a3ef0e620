"""The Hypothesis machine: correct stores pass, broken ones fail by clause, with a script."""

from __future__ import annotations

import re
import subprocess
import sys
import unittest
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from taskdb_reference.backends.builtin import none_backend
from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import DepartureFromSpec, state_machine
from taskdb_spec.model import Model, model_backend

OPTIONS: dict[str, Any] = {"derandomize": True, "database": None}
MAX_MESSAGE_LINES = 40


class Upserts(Model):
    """An update of an unknown id is ignored."""

    def update_record(self, msg_id: Any, rec: Any, /) -> None:
        if msg_id in self.records:
            super().update_record(msg_id, rec)


upserts = Backend("upserts", lambda workdir: Upserts(), QUERY_CAPABILITIES)


def run(machine: Any) -> None:
    run_state_machine_as_test(machine, settings=machine.TestCase.settings)


def failure_of(backend: Backend) -> DepartureFromSpec:
    with pytest.raises(DepartureFromSpec) as caught:
        run(state_machine(backend, **OPTIONS))
    return caught.value


def test_a_correct_store_passes() -> None:
    run(state_machine(model_backend, max_examples=8, **OPTIONS))


def test_a_store_that_stores_nothing_has_a_machine() -> None:
    run(state_machine(none_backend, max_examples=10, **OPTIONS))


def test_a_null_store_that_stores_fails() -> None:
    pretender = Backend("pretender", lambda workdir: Model(), stores_nothing=True)
    assert type(failure_of(pretender)).__name__.startswith("DepartureFromNODB")


def test_the_exception_names_the_clause_and_is_of_its_class() -> None:
    error = failure_of(upserts)
    assert type(error).__name__ == "DepartureFromUPD5"
    assert str(error).startswith("UPD-5 (MUST) An update of an unknown id is refused\n")


def test_the_message_has_the_script_and_is_short() -> None:
    message = str(failure_of(upserts))
    assert len(message.splitlines()) <= MAX_MESSAGE_LINES
    _, _, script = message.partition("\n\n")
    path = [p for p in sys.path if p]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{script}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AssertionError: UPD-5: expected KeyError" in done.stderr


def test_the_failing_example_shows_calls_with_their_arguments() -> None:
    notes = "\n".join(failure_of(upserts).__notes__)
    assert re.search(
        r"state\.(start_with\(records=\{|check_clauses\(first='[A-Z]+-\d+/\d+')", notes
    )
    assert "Draw" not in notes


def test_the_machine_is_a_test_case_of_unittest() -> None:
    case = state_machine(model_backend, max_examples=2, **OPTIONS).TestCase
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun == 1
    assert result.wasSuccessful()


def test_a_subclass_adds_rules_and_invariants() -> None:
    calls: list[str] = []
    base: Any = state_machine(model_backend)

    class WithCompact(base):  # type: ignore[misc]
        @rule()
        def compact(self) -> None:
            calls.append("compact")

        @invariant()
        def has_as_many_records_as_the_model(self) -> None:
            calls.append("invariant")
            assert len(self.store.get_history()) == len(self.model.records)

    own = settings(base.TestCase.settings, max_examples=8, **OPTIONS)
    run_state_machine_as_test(WithCompact, settings=own)
    assert {"compact", "invariant"} <= set(calls)


def test_a_store_that_is_not_empty_is_refused() -> None:
    shared = Model()
    shared.add_record("a", {})
    backend = Backend("shared", lambda workdir: shared, QUERY_CAPABILITIES)
    with pytest.raises(Exception, match="not empty"):
        run(state_machine(backend, **OPTIONS))


class PlainKeyError(Model):
    """A refusal has no class of its own, which only a SHOULD asks for."""

    def get_record(self, msg_id: Any, /) -> Any:
        try:
            return super().get_record(msg_id)
        except KeyError as error:
            raise KeyError(str(error)) from None


def test_a_should_is_enforced_only_if_strict() -> None:
    backend = Backend("plain", lambda workdir: PlainKeyError(), QUERY_CAPABILITIES)
    run(state_machine(backend, max_examples=2, **OPTIONS))
    with pytest.raises(DepartureFromSpec) as caught:
        run(state_machine(backend, strict=True, max_examples=8, **OPTIONS))
    assert type(caught.value).__name__ == "DepartureFromERR5"
