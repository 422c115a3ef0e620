"""The suite and the baselines detect broken stores, and accept correct ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import settings
from rich.console import Console

from bench.baselines import ipyparallel_tests, naive_state_machine
from bench.suites.suite_speed import TINY
from taskdb_reference.backends.builtin import dict_backend
from taskdb_spec.capabilities import CORE, Capability
from tests.mutation import report
from tests.mutation.catalogue import MUTANTS, WHOLE
from tests.mutation.detection_speed import (
    Detection,
    detect_by_ipyparallel_tests,
    detect_by_suite,
    find_first_failure,
    make_curves,
    sample_mutants,
)
from tests.mutation.runner import SMALL

CORRECT = WHOLE["whole"]
EASY_MUTANT = "add_is_lost"


def test_state_machine_detects_a_store_that_loses_records() -> None:
    clock = naive_state_machine.run_until_failure(MUTANTS[EASY_MUTANT].backend, 60.0)
    assert clock.seconds_to_failure is not None
    assert clock.search_seconds == clock.seconds_to_failure
    assert clock.operations >= 1


def test_state_machine_without_time_detects_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    few_examples = settings(naive_state_machine.SETTINGS, max_examples=10)
    monkeypatch.setattr(naive_state_machine, "SETTINGS", few_examples)
    assert naive_state_machine.run_until_failure(CORRECT, 0.0).seconds_to_failure is None


def test_state_machine_uses_its_budget_on_a_correct_store() -> None:
    clock = naive_state_machine.run_until_failure(dict_backend, 0.5)
    assert clock.seconds_to_failure is None
    assert clock.operations > 10
    assert clock.search_seconds > 0.5


def test_shrinking_has_a_budget_of_its_own() -> None:
    clock = naive_state_machine.SearchClock(0.0)
    clock.record_failure()
    first = clock.seconds_to_failure
    with pytest.raises(naive_state_machine.BudgetExhaustedError):
        clock.count_operation()
    clock.record_failure()
    assert clock.seconds_to_failure == clock.search_seconds == first
    assert clock.operations == 0


def test_failure_after_the_budget_does_not_count() -> None:
    backend = MUTANTS[EASY_MUTANT].backend
    assert naive_state_machine.run_until_failure(backend, 0.0).seconds_to_failure is None


@pytest.mark.parametrize("capabilities", [CORRECT.capabilities, CORE])
def test_correct_store_passes_the_tests_of_ipyparallel(
    capabilities: frozenset[Capability],
) -> None:
    names = ipyparallel_tests.list_applicable_tests(capabilities)
    assert "test_get_history" in names
    assert ("test_find_records_glob" in names) == (capabilities == CORRECT.capabilities)


def test_tests_of_ipyparallel_detect_a_store_that_loses_records() -> None:
    assert detect_by_ipyparallel_tests(EASY_MUTANT).seconds is not None
    assert ipyparallel_tests.run_until_failure(CORRECT)[1] is False


def test_suite_detects_a_store_that_loses_records() -> None:
    assert detect_by_suite(SMALL.name, EASY_MUTANT).seconds is not None


def test_curve_counts_undetected_stores() -> None:
    detections = [
        Detection("a", "x", 1.0, 1.0),
        Detection("b", "x", None, 9.0),
        Detection("a", "y", 3.0, 3.0),
    ]
    curves = make_curves(detections)
    assert curves["x"].share_within(0.5) == 0
    assert curves["x"].share_within(1.0) == 0.5
    assert curves["x"].share_within(float("inf")) == 0.5
    assert (curves["x"].searched, curves["y"].share_within(3.0)) == (9.0, 1.0)


def test_sample_has_different_mutants_that_store_records() -> None:
    names = sample_mutants(MUTANTS, 30)
    assert len(set(names)) == 30
    assert not any(MUTANTS[name].backend.stores_nothing for name in names)


def test_first_failure_of_a_run() -> None:
    first = find_first_failure(MUTANTS[EASY_MUTANT].backend, TINY)
    assert first is not None
    assert first.operations >= 1
    assert find_first_failure(CORRECT, TINY) is None


def test_report_shows_and_stores_each_way_of_testing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "BUILD", tmp_path)
    report.report_detection(Console(width=150), [SMALL.name], mutants=4, machine_seconds=0.5)
    output = capsys.readouterr().out
    assert "speed of detection on 5 broken stores" in output
    detections = json.loads((tmp_path / "detection-speed.json").read_text(encoding="utf-8"))
    for method in ("small", "naive state machine", "ipyparallel's tests"):
        assert method in output
        assert len([each for each in detections if each["method"] == method]) == 5
    assert (tmp_path / "detection-speed.png").read_bytes().startswith(b"\x89PNG")
