"""Tests of ``taskdb replay``: saved counterexamples run again in a new process."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from taskdb_spec.conformance.confirmation.replay import replay
from tests.support.fake_reports import script

Taskdb = Callable[..., Result]


def saved(source: str, folder: str = ".") -> Path:
    Path(folder).mkdir(exist_ok=True)
    path = Path(folder, "mydb-ADD-2.py")
    path.write_text(f'"""ADD-2"""\n{source}\n')
    return path


def test_a_script_that_still_fails(taskdb: Taskdb) -> None:
    Path("saved.py").write_text(script("ADD-2"))
    result = taskdb("replay", "saved.py")
    assert result.exit_code == 1
    assert result.stdout == "still FAILED: ADD-2: expected 2, got 1\n"


def test_a_script_that_passes(taskdb: Taskdb) -> None:
    result = taskdb("replay", str(saved("assert 1 == 1, 'ADD-2'")))
    assert (result.exit_code, result.stdout) == (0, "FIXED\n")


def test_the_backend_is_found_in_the_current_folder() -> None:
    path = saved("from made_stores import Store\nassert not Store, 'ADD-2: it is'", folder="out")
    assert replay(path).message == "ADD-2: it is"


def test_the_files_of_the_script_are_removed(tmp_path: Path) -> None:
    path = saved("import tempfile\nassert 0, f'ADD-2: {tempfile.mkdtemp()}'")
    folder = Path(replay(path).message.removeprefix("ADD-2: "))
    assert folder.is_absolute()
    assert not folder.exists()


def test_the_message_is_complete() -> None:
    assert replay(saved("assert 0, 'ADD-2: a: b\\nAssertionError: c'")).message == (
        "ADD-2: a: b\nAssertionError: c"
    )
    assert replay(saved("assert 0, 'ADD-2: \\udc80 \\u00e9'")).message == "ADD-2: \\udc80 \u00e9"


def test_an_assertion_raised_from_another_error() -> None:
    source = "try:\n 1 / 0\nexcept Exception as e:\n raise AssertionError(f'ADD-2: {e}') from e"
    result = replay(saved(source))
    assert (result.outcome, result.message) == ("failed", "ADD-2: division by zero")


def test_an_error_in_a_destructor_is_not_the_outcome() -> None:
    source = "class A:\n def __del__(self): 1 / 0\na = A()\nassert 0, 'ADD-2: x'"
    result = replay(saved(source))
    assert (result.outcome, result.message) == ("failed", "ADD-2: x")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import no_such\nassert 0", "broke off with ModuleNotFoundError: No module named"),
        ("assert 0, 'of the backend itself'", "broke off with AssertionError: of the backend"),
        ("assert 0", "broke off with AssertionError"),
        ("try:\n assert 0, 'ADD-2'\nfinally:\n 1 / 0", "broke off with ZeroDivisionError"),
        ("import sys\nsys.exit(5)\nassert 0", "ended with status 5, and no AssertionError"),
        ("import sys\nsys.exit('AssertionError: ADD-2')\nassert 0", "ended with status 1"),
        ("import os\nos.kill(os.getpid(), 9)\nassert 0", "was killed by signal 9"),
    ],
)
def test_a_script_that_fails_in_another_way(taskdb: Taskdb, source: str, message: str) -> None:
    result = taskdb("replay", str(saved(source)))
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: mydb-ADD-2.py ")
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "content",
    [b"not python", b"\xff", b"\0", b"", b"print('ADD-2')", b"assert 0, 'of nothing'", b"assert 0"],
)
def test_other_files_are_not_run(taskdb: Taskdb, content: bytes) -> None:
    Path("file.py").write_bytes(content)
    result = taskdb("replay", "file.py")
    assert result.exit_code == 2
    assert "file.py is not a saved counterexample" in result.stderr


@pytest.mark.parametrize(
    ("path", "message"), [("none.py", "No such file"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_read(taskdb: Taskdb, path: str, message: str) -> None:
    result = taskdb("replay", path)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_script_that_does_not_end() -> None:
    result = replay(saved("import time\ntime.sleep(60)\nassert 0"), time_limit=0.2)
    assert result.outcome == "error"
    assert "did not end within 0.2 seconds" in result.message


def test_the_script_runs_in_the_same_python() -> None:
    result = replay(saved("import sys\nassert 0, f'ADD-2: {sys.executable}'"))
    assert result.message == f"ADD-2: {sys.executable}"
