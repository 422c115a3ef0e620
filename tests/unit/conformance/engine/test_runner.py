"""A run: reproducible, complete, and its counterexamples hold up."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from taskdb_reference.backends.builtin import dict_backend, none_backend
from taskdb_spec import Backend
from taskdb_spec.clauses import clauses
from taskdb_spec.conformance import StoreNotOpened, check_backend, conformance_tests
from taskdb_spec.conformance.confirmation.counterexamples import CounterexampleWriter
from taskdb_spec.conformance.core.config import PROFILES
from taskdb_spec.model import Model, model_backend
from tests.support.small_runs import BRIEF, small_run


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, BRIEF.name, BRIEF)


BROKEN = '''
from taskdb_spec.model import Model

class Broken(Model):
    """Merges dicts on update, and drops what is not there."""

    def update_record(self, msg_id, rec, /):
        old = self.get_record(msg_id)
        both = {n: {**old[n], **v} if isinstance(v, dict) and old.get(n) else v
                for n, v in rec.items()}
        super().update_record(msg_id, both)

    def drop_record(self, msg_id, /):
        self.records.pop(msg_id, None)
'''


def broken_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (folder / "broken_store.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "broken_store", raising=False)
    import broken_store

    return broken_store


def test_sound_stores_conform_with_every_claimed_clause_exercised() -> None:
    for backend in (dict_backend, none_backend):
        report = check_backend(backend, "quick")
        assert report.verdict == "conforms"
        assert report.with_verdict("unexercised") == []


def test_the_same_seed_gives_the_same_run() -> None:
    def facts(seed: int) -> list[tuple[str, Any]]:
        return [(r.clause.id, r.evidence) for r in small_run(model_backend, seed, BRIEF).clauses]

    first = facts(1)
    assert first == facts(1)
    assert first != facts(2)


def test_counterexamples_run_as_plain_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = check_backend(broken_module(tmp_path, monkeypatch).Broken, BRIEF.name)
    assert report.verdict == "fails"
    failing = {result.clause.id: result for result in report.with_verdict("fail")}
    assert {"UPD-3", "DROP-2"} <= set(failing)
    for name in ("UPD-3", "DROP-2"):
        counterexample = failing[name].counterexample
        assert counterexample is not None
        assert counterexample.confirmed == "confirmed"
        assert counterexample.operations <= 3
        assert "hypothesis" not in counterexample.script
        done = subprocess.run(
            [sys.executable, "-"],
            input=counterexample.script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert f"AssertionError: {name}: expected" in done.stderr


def test_a_backend_of_the_program_itself_cannot_be_imported_by_any_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program, backend = ModuleType("__main__"), dataclasses.replace(model_backend)
    program.backend = backend  # type: ignore[attr-defined]
    for name in ("__main__", "__mp_main__"):  # multiprocessing gives it the second one
        monkeypatch.setitem(sys.modules, name, program)
    assert CounterexampleWriter.for_backend(backend, backend, None).target is None


def test_a_script_on_the_model_does_not_import_the_engine() -> None:
    code = "import sys, taskdb_spec.model; sys.exit('hypothesis' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


class Misreading(Model):
    """Finds what it should, and gives the time of resubmission as text."""

    def get_record(self, msg_id, /):
        return _misread(super().get_record(msg_id))

    def find_records(self, check, keys=None, /):
        found = super().find_records(check, keys)
        return {msg_id: _misread(record) for msg_id, record in found.items()}


def _misread(record):
    at = record.get("resubmitted")
    return record if at is None else {**record, "resubmitted": at.isoformat()}


def test_what_the_model_got_wrong_itself_is_held_against_no_clause() -> None:
    claims = model_backend.capabilities
    report = small_run(Backend("misreading", lambda workdir: Misreading(claims), claims))
    unconfirmed = [r.clause.id for r in report.clauses if r.counterexample and r.verdict != "fail"]
    assert report["TIME-1"].verdict == "fail"
    assert unconfirmed == []


def test_a_store_that_is_not_empty_is_refused() -> None:
    def opened(workdir: Path) -> Model:
        store = Model()
        store.add_record("somebody's", {})
        return store

    with pytest.raises(StoreNotOpened, match="not empty"):
        check_backend(Backend(name="used", open=opened), "quick")


def test_a_store_that_does_not_open_is_refused() -> None:
    def opened(workdir: Path) -> Model:
        raise OSError("no such server")

    with pytest.raises(StoreNotOpened, match="no such server"):
        check_backend(Backend(name="away", open=opened), "quick")


def test_the_error_of_open_is_not_hidden_by_one_of_discard() -> None:
    def fail(workdir: Path) -> Model:
        raise OSError("no such server")

    backend = Backend(name="away", open=fail, discard=fail)  # type: ignore[arg-type]
    with pytest.raises(StoreNotOpened, match="away could not be opened: OSError: no such server"):
        check_backend(backend, "quick")


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="no such profile: 'slow'"):
        check_backend(Model, "slow")


def test_pytest_users_get_one_test_a_clause() -> None:
    tests = conformance_tests(model_backend, BRIEF.name)
    names = [name for name in dir(tests) if name.startswith("test_")]
    claimed = [clause for clause in clauses().values() if clause.claimed_by(model_backend)]
    assert len(names) == sum(clause.level == "MUST" for clause in claimed)
    tests().test_ADD_2()


def test_a_failing_clause_fails_its_test() -> None:
    class Forgetful(Model):
        def drop_record(self, msg_id: str, /) -> None:
            self.records.pop(msg_id, None)

    backend = dataclasses.replace(model_backend, name="forgetful", open=lambda w: Forgetful())
    tests = conformance_tests(backend, BRIEF.name)()
    tests.test_ADD_2()
    with pytest.raises(AssertionError, match="DROP-2: A drop of an unknown id is refused"):
        tests.test_DROP_2()
