"""A run that leaves clauses out, or ends early, says so and still reports what it has done."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import check_backend, conformance_tests
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.conformance.core.events import Event, Progress, RunFinished
from taskdb_spec.conformance.core.results import Report
from taskdb_spec.conformance.engine.run import Run, RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.model import Model, model_backend


class Upserts(Model):
    """An update of an unknown id is ignored."""

    def update_record(self, msg_id: Any, rec: Any, /) -> None:
        if msg_id in self.records:
            super().update_record(msg_id, rec)


upserts = Backend("upserts", lambda workdir: Upserts(), QUERY_CAPABILITIES)


def config(backend: Backend, folder: Path) -> RunConfig:
    writer = CounterexampleWriter(backend, None, None)
    return RunConfig(backend, PROFILES["quick"], 0, writer, folder)


def test_only_the_selected_clauses_are_checked() -> None:
    report = check_backend(model_backend, "quick", only=["gt-1", "IN-*"])
    passed = {result.clause.id for result in report.with_verdict("pass")}
    assert passed == {"GT-1", "IN-1", "IN-2", "IN-3", "IN-4", "IN-5", "IN-6"}
    assert report["EQ-1"].verdict == "not selected"
    assert report.verdict == "conforms"


def test_a_clause_that_was_not_selected_does_not_count() -> None:
    assert check_backend(upserts, "quick", only=["EQ-*"]).verdict == "conforms"
    assert check_backend(upserts, "quick", only=["UPD-5"]).verdict == "fails"


@pytest.mark.parametrize("pattern", ["GT-9", "nope", ""])
def test_a_pattern_that_matches_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="only: no clause matches"):
        check_backend(model_backend, "quick", only=[pattern])


def test_pytest_has_tests_of_the_selected_clauses_alone() -> None:
    tests = conformance_tests(model_backend, "quick", only=["IN-*"])
    names = sorted(name for name in vars(tests) if name.startswith("test_"))
    assert names == ["test_IN_1", "test_IN_2", "test_IN_3", "test_IN_4", "test_IN_5", "test_IN_6"]


def test_a_run_may_end_at_the_first_failure() -> None:
    report = check_backend(upserts, "quick", fail_fast=True)
    assert [result.clause.id for result in report.with_verdict("fail")] == ["UPD-5"]
    assert report.aborted_reason.startswith("ended at the first failure, after ")
    assert report["VAL-1"].verdict == "unexercised"


def test_a_run_without_time_ends_before_its_first_program() -> None:
    report = check_backend(model_backend, "quick", seconds=1e-9)
    assert report.verdict == "incomplete"
    assert report.aborted_reason == "ended after 1e-09 seconds and 0 programs"
    assert report.operations == 0


def test_an_interrupted_run_reports_what_it_has_done(tmp_path: Path) -> None:
    reports: list[Report] = []

    def listen(event: Event) -> None:
        if isinstance(event, RunFinished):
            reports.append(event.report)
        if isinstance(event, Progress) and event.doing == "GET-1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_process(config(model_backend, tmp_path), listen)
    [report] = reports
    assert report.aborted_reason.startswith("interrupted after ")
    assert report.operations > 0


def test_clauses_that_lack_evidence_get_more_programs_once() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(config(model_backend, Path(folder)), lambda event: None)
        assert run.extend()
        assert run.state.short_of_evidence
        planned = [program.name for b in run.config.batches(run.state) for program in b.programs()]
        assert "EQ-1/8" in planned
        assert "EQ-1/7" not in planned
        assert not run.extend()
