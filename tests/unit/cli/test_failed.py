"""``--failed`` runs the saved programs of the last run again, and then checks their clauses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.support.fake_reports import Engine, conforming, failing, report, script

Taskdb = Callable[..., Result]
MYDB = "made_stores:mydb"
SAVED = Path(".taskdb")


def lines_of(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("mydb ")]


def fail_once(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    assert taskdb("check", MYDB).exit_code == 1
    engine.calls.clear()


def test_the_failing_programs_of_a_run_are_saved(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    done = taskdb("check", MYDB)
    assert sorted(path.name for path in SAVED.iterdir()) == [
        ".gitignore",
        "mydb-ADD-2.py",
        "mydb-GET-2.py",
    ]
    assert (SAVED / "mydb-GET-2.py").read_text() == script("GET-2")
    assert "saved 2 scripts" in done.stderr
    assert "taskdb check --failed TARGET" in done.stderr


def test_a_run_without_failures_makes_no_folder(taskdb: Taskdb, engine: Engine) -> None:
    assert taskdb("check", MYDB).exit_code == 0
    assert not SAVED.exists()


def test_the_program_of_a_clause_that_passes_now_is_removed(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    (SAVED / "notes.py").write_text("what somebody else wrote")
    engine.outcomes["mydb"] = report(GET_2="pass", ADD_2="not selected")
    taskdb("check", MYDB)
    assert sorted(path.name for path in SAVED.glob("*.py")) == ["mydb-ADD-2.py", "notes.py"]


def test_only_the_clauses_of_saved_programs_are_checked(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    done = taskdb("check", "--failed", MYDB)
    assert [call["only"] for call in engine.calls] == [("GET-2", "ADD-2")]
    assert lines_of(done)[:2] == [
        "mydb GET-2 still FAILED: GET-2: expected 2, got 1",
        "mydb ADD-2 still FAILED: ADD-2: expected 2, got 1",
    ]
    assert done.exit_code == 1


def test_a_fixed_program_is_reported(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    for path in SAVED.glob("*.py"):
        path.write_text(path.read_text().replace("1 == 2", "1 == 1"))
    engine.outcomes["mydb"] = conforming()
    done = taskdb("check", "--failed", MYDB)
    assert lines_of(done)[:2] == ["mydb GET-2 FIXED", "mydb ADD-2 FIXED"]
    assert done.exit_code == 0


def test_a_program_that_still_fails_counts_though_the_run_finds_nothing(
    taskdb: Taskdb, engine: Engine
) -> None:
    fail_once(taskdb, engine)
    engine.outcomes["mydb"] = report(GET_2="pass", ADD_2="pass")
    assert taskdb("check", "--failed", MYDB).exit_code == 1


def test_a_program_that_cannot_be_run_is_named(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    (SAVED / "mydb-ADD-2.py").write_text("this is no program")
    _, second = lines_of(taskdb("check", "--failed", MYDB))[:2]
    assert second.startswith("mydb ADD-2 could not be run: ")


def test_patterns_narrow_what_failed(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    taskdb("check", "--failed", MYDB, "--only", "GET-*")
    assert [call["only"] for call in engine.calls] == [("GET-2",)]


def test_a_backend_without_saved_programs_is_left_out(taskdb: Taskdb, engine: Engine) -> None:
    fail_once(taskdb, engine)
    taskdb("check", "--failed", MYDB, "dict")
    assert [call["backend"].name for call in engine.calls] == ["mydb"]


def test_without_any_saved_program_there_is_no_run(taskdb: Taskdb, engine: Engine) -> None:
    done = taskdb("check", "--failed", MYDB, "dict")
    assert done.exit_code == 2
    assert "no program of mydb, dict is saved in .taskdb" in done.stderr
    assert not engine.calls


def test_the_folder_of_out_is_used_instead(taskdb: Taskdb, engine: Engine) -> None:
    engine.outcomes["mydb"] = failing()
    taskdb("check", MYDB, "--out", "failures")
    assert not SAVED.exists()
    assert taskdb("check", "--failed", MYDB).exit_code == 2
    done = taskdb("check", "--failed", MYDB, "--out", "failures")
    assert "mydb GET-2 still FAILED" in done.stdout


def test_a_folder_that_cannot_be_written_does_not_spoil_the_run(
    taskdb: Taskdb, engine: Engine
) -> None:
    SAVED.write_text("a file stands where the folder should be")
    engine.outcomes["mydb"] = failing()
    done = taskdb("check", MYDB)
    assert done.exit_code == 1
    assert ".taskdb: no script could be saved: " in done.stderr
