"""Backends that hang, end the process or burden it get a verdict, and the run goes on."""

from __future__ import annotations

import os

import pytest

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import StoreNotOpened, check_backend
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import PROFILES, Profile, ResourceBudget
from taskdb_spec.conformance.core.events import ClauseFailed, RunFinished, RunStarted
from taskdb_spec.conformance.engine import runner as campaigns
from taskdb_spec.conformance.engine.run import RunConfig
from taskdb_spec.conformance.engine.runner import run_in_process
from taskdb_spec.model import Model
from tests.support import crashing_backends as bad
from tests.support.crashing_backends import SHORT
from tests.support.small_runs import BRIEF


@pytest.fixture(autouse=True)
def _profiles(monkeypatch):
    monkeypatch.setitem(PROFILES, BRIEF.name, BRIEF)
    monkeypatch.setitem(PROFILES, "focused", Profile("focused", targeted_programs=16, operations=0))


def failing(report):
    return {result.clause.id: result.counterexample for result in report.with_verdict("fail")}


@pytest.mark.parametrize(
    ("backend", "clause", "said"),
    [
        (bad.hangs_in_find, "FIND-1", "did not return within 0.6 s"),
        (bad.hangs_in_glob, "GLB-5", "did not return within 0.6 s"),
        (bad.hangs_after_five, "ADD-1", "after 5 other calls"),
        (bad.hangs_in_close, "CLOSE-1", "did not return within 0.6 s"),
        (bad.exits_in_update, "UPD-1", "SystemExit: 3"),
        (bad.ends_in_drop, "DROP-1", "ended the process with exit status 0"),
        (bad.crashes_in_find, "FIND-1", "ended the process by SIGSEGV"),
        (bad.ends_in_history, "HIST-1", "ended the process with exit status 1"),
        (bad.takes_all_memory, "HIST-1", "MemoryError"),
        (bad.raises_keyboard_interrupt, "GLB-5", "KeyboardInterrupt"),
        (bad.raises_generator_exit, "RGX-1", "GeneratorExit"),
    ],
    ids=lambda value: value.name if isinstance(value, Backend) else "",
)
def test_a_bad_backend_fails_and_the_run_goes_on(backend, clause, said):
    report = check_backend(backend, BRIEF.name, budget=SHORT)
    found = failing(report)
    assert clause in found
    assert said in found[clause].summary
    assert "ADD-2" in found  # what is wrong beside
    assert {each.confirmed for each in found.values()} == {"confirmed"}
    assert report.aborted_reason == ""


def test_what_a_store_prints_does_not_disturb(capfd):
    report = check_backend(bad.floods, "focused")
    assert report.verdict == "conforms"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        (bad.hangs_in_open, "hangs could not be opened: `open` did not return within 1.8 s"),
        (bad.ends_in_open, "ends could not be opened: `open` ended the process with exit status 4"),
        (bad.exits_in_open, "exits could not be opened: SystemExit: 5"),
    ],
    ids=lambda value: value.name if isinstance(value, Backend) else "",
)
def test_a_store_that_does_not_open(backend, said):
    with pytest.raises(StoreNotOpened) as raised:
        check_backend(backend, BRIEF.name, budget=SHORT)
    assert str(raised.value) == said


def test_a_run_that_breaks_off_too_often_is_cut_short():
    events = []
    store = Backend("store", lambda folder: bad.CrashesInFind(), QUERY_CAPABILITIES)
    report = check_backend(
        store, BRIEF.name, budget=ResourceBudget(restarts=0), listen=events.append, strict=True
    )
    assert report.aborted_reason.startswith("the run was ended after 1 of")
    assert set(failing(report)) == {"FIND-1"}
    assert isinstance(events[0], RunStarted)
    assert events[-1] == RunFinished(report)


def test_what_happens_once_is_not_held_against_the_store(tmp_path):
    class Once(Model):
        def get_history(self):
            if len(self.records) > 2 and not (tmp_path / "done").exists():
                (tmp_path / "done").touch()
                os._exit(1)
            return super().get_history()

    store = Backend("once", lambda folder: Once(), QUERY_CAPABILITIES)
    assert check_backend(store, "focused").verdict == "conforms"
    assert (tmp_path / "done").exists()


def test_the_result_is_that_of_a_run_in_one_process(tmp_path):
    class Wrong(Model):
        def get_history(self):
            return [*reversed(super().get_history())]

    store = Backend("wrong", lambda folder: Wrong(), QUERY_CAPABILITIES)
    events, others = [], []
    apart = check_backend(store, BRIEF.name, listen=events.append)
    writer = CounterexampleWriter(store, None, None)
    single = run_in_process(RunConfig(store, BRIEF, 0, writer, tmp_path), others.append)
    assert apart.clauses == single.clauses
    assert apart.operations == single.operations
    failures = [event for event in events if isinstance(event, ClauseFailed)]
    assert failures == [event for event in others if isinstance(event, ClauseFailed)] != []
    assert failing(apart)


def test_an_interruption_ends_the_process(forked):
    def listen(event):
        if isinstance(event, ClauseFailed):
            raise KeyboardInterrupt

    store = Backend("store", lambda folder: bad.EndsInDrop(), QUERY_CAPABILITIES)
    with pytest.raises(KeyboardInterrupt):
        check_backend(store, BRIEF.name, listen=listen)
    assert forked
    for pid in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def test_a_fault_of_the_suite_is_told(monkeypatch):
    def program_for(clause, generator):
        raise LookupError(clause)

    monkeypatch.setattr(campaigns, "program_for", program_for)
    with pytest.raises(LookupError):
        check_backend(Backend("model", lambda folder: Model()), BRIEF.name)
