"""Mechanical mutants run in processes with limits, and are killed by what was changed in them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from taskdb_spec.conformance.engine import runner
from tests.mechanical.changes import find_changes
from tests.mechanical.equivalent import equivalent_mutants
from tests.mechanical.loading import load_copy
from tests.mechanical.report import group_by_store, summarize
from tests.mechanical.runs import (
    FIRST_WAVE,
    Outcome,
    Verdict,
    run_backend,
    run_bounded,
    run_mutant,
)
from tests.mechanical.stores import STORES, find_mutant, mutants_of
from tests.mutation.catalogue import MUTANTS

ALL = [name for store in STORES for name in mutants_of(store)]
PACKAGE = "tests.support.second_implementation"


def test_there_are_at_least_five_hundred_mutants_with_unique_names() -> None:
    changes = [
        change
        for store in STORES.values()
        for module in store.modules
        for change in find_changes(store.source(module))
    ]
    assert len(changes) == len(ALL) == len(set(ALL)) >= 500
    assert all(find_mutant(name).name == name for name in ALL)


def test_the_names_that_are_judged_equivalent_exist() -> None:
    assert equivalent_mutants().keys() <= set(ALL)


@pytest.mark.parametrize("store", STORES)
def test_the_unchanged_copy_of_a_store_conforms(store: str) -> None:
    backend = STORES[store].load({})
    outcome = run_backend(store, backend, FIRST_WAVE, start_batch=lambda: None)
    assert (outcome.verdict, outcome.clause) == (Verdict.SURVIVED, "")
    assert outcome.operations > 1000


def test_a_copy_shares_no_module_with_the_original() -> None:
    original = import_module(f"{PACKAGE}.store")
    changed = {f"{PACKAGE}.values": STORES["independent"].source("values") + "\nDEEPEST = 7"}
    copy = load_copy(PACKAGE, f"{PACKAGE}.store", changed)
    assert copy.root_taken.__globals__["DEEPEST"] == 7
    assert original.root_taken.__globals__["DEEPEST"] == 100
    assert import_module(f"{PACKAGE}.store") is original


def test_a_mutant_that_loops_for_ever_is_timed_out() -> None:
    def loop() -> Outcome:
        while True:
            pass

    outcome = run_bounded("loop", loop, cpu_seconds=1)
    assert (outcome.verdict, outcome.mutant) == (Verdict.TIMED_OUT, "loop")


def test_a_mutant_that_needs_too_much_memory_is_timed_out() -> None:
    def allocate() -> Outcome:
        return Outcome("large", Verdict.SURVIVED, detail="x" * (4 << 30))

    assert run_bounded("large", allocate, cpu_seconds=10).verdict is Verdict.TIMED_OUT


def test_a_store_that_cannot_be_opened_is_unusable() -> None:
    outcome = run_mutant(
        "sqlite:sqlite.schema:_read_version:condition:7: if application != APPLICATION_ID:",
        FIRST_WAVE,
    )
    assert outcome.verdict is Verdict.UNUSABLE


def test_repeated_progress_of_a_batch_does_not_end_the_first_wave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As on a slow machine: an event after each program.
    monkeypatch.setattr(runner, "PROGRESS_INTERVAL_SECONDS", 0.0)
    mutant = MUTANTS["update_of_unknown_is_ignored"]
    outcome = run_backend(mutant.name, mutant.backend, FIRST_WAVE, start_batch=lambda: None)
    assert (outcome.verdict, outcome.is_first_wave) == (Verdict.KILLED, True)


def test_writes_to_the_current_folder_stay_in_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def write() -> Outcome:
        Path("tasks.db").touch()
        return Outcome("a:1", Verdict.SURVIVED)

    assert run_bounded("a:1", write, cpu_seconds=20).verdict is Verdict.SURVIVED
    assert list(tmp_path.iterdir()) == []


def test_figures_leave_out_what_is_equivalent_or_unusable() -> None:
    known = next(iter(equivalent_mutants()))
    outcomes = [
        Outcome("a:1", Verdict.KILLED, "EQ-1", 10, is_first_wave=True),
        Outcome("a:2", Verdict.KILLED, "EQ-1", 30),
        Outcome("b:3", Verdict.SURVIVED),
        Outcome("b:4", Verdict.TIMED_OUT),
        Outcome("b:5", Verdict.UNUSABLE),
        Outcome(known, Verdict.SURVIVED),
    ]
    figures = summarize(outcomes)
    assert (figures.mutants, figures.equivalent, figures.unusable) == (6, 1, 1)
    assert (figures.killed, figures.survived, figures.timed_out) == (2, 1, 1)
    assert figures.killed_share == 0.5
    assert figures.operations == (20, 30)
    assert list(group_by_store(outcomes)) == ["a", "b", known.partition(":")[0]]


SAMPLE = (
    "independent:query_language:in_domain:deleted:1: taken(operand, tuples=True)",
    "independent:query_language:applies:unwrapped:1: values = candidates(spots)",
    "independent:query_language:walk:branches:1: elif type(value) is dict:",
    "independent:query_language:walk:comparison:1: if parts[0] in value:",
    "independent:query_language:operators_in:return:1: return any(dollars)",
    "independent:query_language:operators_in:not:1: if any(dollars) and not all(dollars):",
    "independent:store:Store.drop_record:deleted:1: self.there(msg_id)",
    "independent:values:taken:condition:2: if not -(2**63) <= value < 2**63:",
    "independent:values:taken:element:3: if value is None or kind in (bool, float, bytes):",
    "independent:values:taken:boolean:1: if value is None or kind in (bool, float, bytes):",
    "independent:values:root_taken:arithmetic:1: allowed += [datetime] * (name in DATES)",
    'independent:values:<module>:constant:1: "error",',
)
"""Mutants of different kinds that die early."""


@pytest.mark.parametrize("name", SAMPLE)
def test_a_mutant_is_killed_by_a_confirmed_counterexample(name: str) -> None:
    outcome = run_mutant(name, FIRST_WAVE)
    assert (outcome.verdict, outcome.is_first_wave) == (Verdict.KILLED, True), outcome
    assert outcome.clause
