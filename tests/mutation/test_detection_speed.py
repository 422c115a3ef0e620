"""The ways of testing that the suite is compared with kill what is broken, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.baselines import ipyparallel_tests as upstream
from bench.baselines import naive_state_machine as plain
from bench.harness.call_replay import Bare
from bench.harness.suite_runs import first_failure, shared, whole
from bench.reporting.results import Killed
from bench.suites.detection_speed import by_suite, by_upstream, curves, spread_out
from bench.suites.suite_speed import TINY
from hypothesis import settings

from taskdb_reference.backends.builtin import dict_backend
from taskdb_spec.capabilities import CORE, Capability
from tests.mutation.catalogue import MUTANTS, WHOLE
from tests.mutation.runner import SMALL

SOUND = WHOLE["whole"]
AT_ONCE = "add_is_lost"


def test_the_plain_machine_finds_a_store_that_loses_what_it_is_given() -> None:
    hunt = plain.hunt(MUTANTS[AT_ONCE].backend, 60.0)
    assert hunt.found is not None
    assert hunt.hunting == hunt.found
    assert hunt.operations >= 1


def test_the_plain_machine_that_runs_out_of_time_has_killed_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plain, "SETTINGS", settings(plain.SETTINGS, max_examples=10))
    assert plain.hunt(SOUND, 0.0).found is None


def test_the_plain_machine_makes_calls_for_as_long_as_it_may() -> None:
    hunt = plain.hunt(dict_backend, 0.5)
    assert hunt.found is None
    assert hunt.operations > 10
    assert hunt.hunting > 0.5


def test_there_is_as_much_time_again_to_shrink_what_was_found() -> None:
    hunt = plain.Hunt(0.0)
    hunt.depart()
    found = hunt.found
    with pytest.raises(plain.OutOfTime):
        hunt.go_on()
    hunt.depart()
    assert hunt.found == hunt.hunting == found
    assert hunt.operations == 0


def test_what_is_found_too_late_is_no_kill() -> None:
    assert plain.hunt(MUTANTS[AT_ONCE].backend, 0.0).found is None


@pytest.mark.parametrize("claimed", [SOUND.capabilities, CORE])
def test_the_tests_of_ipyparallel_pass_on_a_sound_store(claimed: frozenset[Capability]) -> None:
    names = upstream.fair_tests(claimed)
    assert "test_get_history" in names
    assert ("test_find_records_glob" in names) == (claimed == SOUND.capabilities)


def test_the_tests_of_ipyparallel_kill_what_they_look_at() -> None:
    assert by_upstream(AT_ONCE).seconds is not None
    assert upstream.tried(SOUND)[1] is False


def test_the_suite_kills_it_too() -> None:
    assert by_suite(SMALL.name, AT_ONCE).seconds is not None


def test_a_curve_counts_those_that_were_never_killed() -> None:
    kills = [Killed("a", "x", 1.0, 1.0), Killed("b", "x", None, 9.0), Killed("a", "y", 3.0, 3.0)]
    found = curves(kills)
    assert found["x"].share(0.5) == 0
    assert found["x"].share(1.0) == 0.5
    assert found["x"].share(float("inf")) == 0.5
    assert (found["x"].tried, found["y"].share(3.0)) == (9.0, 1.0)


def test_the_sample_of_mutants_is_spread_out_and_of_stores_in_memory() -> None:
    names = spread_out(MUTANTS, 30)
    assert len(set(names)) == 30
    assert not any(MUTANTS[name].backend.stores_nothing for name in names)


def test_the_calls_of_a_run_are_made_again_on_the_bare_backend(tmp_path: Path) -> None:
    bare = Bare(dict_backend)
    assert whole(bare.watched(), TINY).operations == whole(dict_backend, TINY).operations
    assert bare.calls > TINY.operations


def test_a_run_that_is_shared_by_workers_is_the_same() -> None:
    alone, both = (shared(dict_backend, TINY, workers) for workers in (1, 2))
    assert alone.operations == both.operations == whole(dict_backend, TINY).operations


def test_the_first_failure_of_a_run() -> None:
    first = first_failure(MUTANTS[AT_ONCE].backend, TINY)
    assert first is not None
    assert first.operations >= 1
    assert first_failure(SOUND, TINY) is None
