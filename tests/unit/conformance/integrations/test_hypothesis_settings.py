"""The machine under the settings, profiles and options of Hypothesis and pytest."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, reproduce_failure, seed, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import DepartureFromSpec, state_machine
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.model import Model, model_backend

ROOT = Path(__file__).parents[4]
CONFTEST = f"import sys; sys.path[:0] = [{str(ROOT)!r}]\n"
MODULE = """
from taskdb_spec import Backend
from taskdb_spec.conformance import state_machine
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.model import Model, model_backend


class Upserts(Model):
    def update_record(self, msg_id, rec, /):
        if msg_id in self.records:
            super().update_record(msg_id, rec)


upserts = Backend("upserts", lambda workdir: Upserts())
TestUpserts = state_machine(upserts).TestCase
TestModel = state_machine(model_backend, max_examples=2).TestCase
"""


class Upserts(Model):
    """An update of an unknown id is ignored."""

    def update_record(self, msg_id: Any, rec: Any, /) -> None:
        if msg_id in self.records:
            super().update_record(msg_id, rec)


upserts = Backend("upserts", lambda workdir: Upserts(), QUERY_CAPABILITIES)


def counting_machine(backend: Backend, counts: Counter[str], **options: Any) -> Any:
    """Return a machine that counts its examples, and the steps of each."""
    base: Any = state_machine(backend, **options)

    class CountingMachine(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            counts["examples"] += 1
            self.steps = 0

        def check_invariants(self, *args: Any, **kwargs: Any) -> Any:
            self.steps += 1
            counts["steps"] = max(counts["steps"], self.steps)
            return super().check_invariants(*args, **kwargs)

    return CountingMachine


def run(machine: Any) -> None:
    run_state_machine_as_test(machine, settings=machine.TestCase.settings)


def failure_of(machine: Any) -> DepartureFromSpec:
    with pytest.raises(DepartureFromSpec) as caught:
        run(machine)
    return caught.value


def test_max_examples_is_the_number_of_examples() -> None:
    counts: Counter[str] = Counter()
    options: dict[str, Any] = {"max_examples": 7, "stateful_step_count": 3, "database": None}
    run(counting_machine(model_backend, counts, derandomize=True, **options))
    assert counts["examples"] == 7


def test_a_second_run_begins_with_the_failure() -> None:
    counts: Counter[str] = Counter()
    machine = counting_machine(upserts, counts, database=InMemoryExampleDatabase())
    first = failure_of(machine)
    counts.clear()
    machine.programs_passed.clear()  # as in a new process
    assert type(failure_of(machine)) is type(first)
    assert counts["examples"] <= 3  # the example, and again to report it


def test_a_failure_can_be_reproduced_from_its_blob() -> None:
    counts: Counter[str] = Counter()
    machine = counting_machine(upserts, counts, database=None, print_blob=True)
    notes = "\n".join(failure_of(machine).__notes__)
    blob = re.search(r"@reproduce_failure\('([^']+)', (b'[^']*')\)", notes)
    assert blob
    counts.clear()
    machine.programs_passed.clear()
    text = blob[2][2:-1].encode()
    failure_of(reproduce_failure(blob[1], text)(machine))
    assert counts["examples"] <= 3


def test_a_seed_decides_the_examples() -> None:
    def examples_of(number: int) -> list[str]:
        begun: list[str] = []

        class RecordingMachine(state_machine(model_backend, max_examples=4, database=None)):  # type: ignore[misc]
            def execute(self, operation: Operation) -> None:
                begun.append(operation.call.value)
                super().execute(operation)

        run(seed(number)(RecordingMachine))
        return begun

    assert examples_of(1) == examples_of(1) != examples_of(2)


def test_no_health_check_fails_with_the_default_settings() -> None:
    machine = state_machine(model_backend, derandomize=True, database=None)
    # The user's profile decides which checks are suppressed. Hypothesis loads one where CI is set.
    assert machine.TestCase.settings.suppress_health_check == settings().suppress_health_check
    # `too_slow` looks at the clock, so it says as much about the computer as about the machine.
    few = settings(
        machine.TestCase.settings, max_examples=5, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(machine, settings=few)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output of pytest in several processes, on a failing and a passing machine."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_mydb.py").write_text(MODULE)
    options = ["-n", "2", "-p", "no:cacheprovider", "--hypothesis-show-statistics"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--hypothesis-seed=0", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_pytest_runs_machines_in_several_processes(output: str) -> None:
    assert "1 failed, 1 passed" in output


def test_the_first_line_of_the_failure_names_the_clause(output: str) -> None:
    assert re.search(r"E +taskdb_spec\.conformance\.DepartureFrom[A-Z]+\d+: [A-Z]+-\d+ \(", output)


def test_pytest_shows_the_message_and_little_more(output: str) -> None:
    failure = output.partition("= FAILURES =")[2].partition("= short test summary")[0]
    shown = [line for line in failure.partition("Hypothesis Statistics")[0].splitlines() if line]
    assert len(shown) <= 60, failure
    assert "integrations/hypothesis.py" not in failure


def test_the_statistics_count_the_clauses(output: str) -> None:
    statistics = output.partition("Hypothesis Statistics")[2]
    assert re.search(r"\d+\.\d+%, clause [A-Z]+-\d+", statistics)
