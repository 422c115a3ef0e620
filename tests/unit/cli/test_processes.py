"""Tests of the command in real processes: in a pipe, on a terminal, with real runs."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TASKDB = [
    sys.executable,
    "-W",
    "error",
    "-c",
    "from taskdb_spec.cli import main; main()",
]


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TASKDB, *args],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=300,
    )


def test_a_real_run_in_a_pipe() -> None:
    done = run("check", "none", "--profile", "quick", "--json", "r.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert "none CONFORMS" in done.stdout
    assert done.stdout.replace("\n", "").isprintable()
    assert json.loads(Path("r.json").read_text())["results"][0]["backend"] == "none"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_reports_and_leaves_no_files(
    number: signal.Signals, tmp_path: Path
) -> None:
    folders = tmp_path / "folders"
    folders.mkdir()
    file = tmp_path / "report.json"
    command = [*TASKDB, "check", "sqlite", "dict", "--profile", "deep", "--json", str(file)]
    environment = {**os.environ, "TMPDIR": str(folders), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("checking sqlite: ")
        while not any(folders.glob("*/*")):  # until there is a first store
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate()
    assert "Interrupted; not checked: dict" in err
    assert "sqlite INCOMPLETE: nothing fails, but " in out
    assert process.returncode == 3
    [result] = json.loads(file.read_text())["results"]
    assert result["cut_short"].startswith("interrupted after ")
    assert list(folders.iterdir()) == []


def test_json_on_stdout_can_be_piped() -> None:
    done = run("check", "none", "--profile", "quick", "--json", "-")
    assert json.loads(done.stdout)["results"][0]["verdict"] == "conforms"
    assert "none CONFORMS" in done.stderr


def test_a_real_counterexample_is_saved_and_replayed(stores: Path) -> None:
    source = """
from taskdb_reference import NoDB
from taskdb_spec import Backend

class Silent(NoDB):
    def get_history(self):
        return []

backend = Backend("silent", lambda workdir: Silent(), stores_nothing=True)
"""
    (stores / "made_silent.py").write_text(source)
    done = run("check", "made_silent:backend", "--profile", "quick", "--out", "out")
    assert done.returncode == 1, done.stderr
    assert "FAIL NODB-2 (MUST)" in done.stdout
    assert "run again:" not in done.stdout
    again = run("replay", "out/silent-NODB-2.py")
    assert again.returncode == 1, again.stderr
    assert again.stdout.startswith("still FAILED: NODB-2: ")
    test = [sys.executable, "-m", "pytest", "-q", "out"]
    assert "1 failed" in subprocess.run(test, capture_output=True, text=True, cwd=stores).stdout
    (stores / "made_silent.py").write_text(source.replace("def get_history", "def history"))
    assert "1 passed" in subprocess.run(test, capture_output=True, text=True, cwd=stores).stdout
    fixed = run("replay", "out/silent-NODB-2.py")
    assert (fixed.returncode, fixed.stdout) == (0, "FIXED\n"), fixed.stderr


def test_errors_are_one_sentence() -> None:
    done = run("check", "no_such:store")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["clauses"], ["explain", "KEEP-1"], ["clauses", "--json"]])
def test_an_ascii_terminal_does_not_end_the_command(command: list[str]) -> None:
    done = run(*command, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def test_progress_on_a_real_terminal() -> None:
    reader, writer = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
    process = subprocess.Popen(
        [*TASKDB, "check", "none", "--profile", "quick"], stdout=writer, env=environment
    )
    os.close(writer)
    shown = b""
    while chunk := _read(reader):
        shown += chunk
    os.close(reader)
    assert process.wait(timeout=60) == 0
    assert b"operations" in shown
    assert b"\x1b[?25h" in shown  # the cursor is back
    assert b"none CONFORMS" in shown


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 4096)
    except OSError:  # on Linux, the end of a terminal
        return b""
