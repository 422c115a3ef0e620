"""The command: what it prints and writes, and how it compares with the last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bench.__main__ import main
from bench.harness.progress import Tell
from bench.reporting.format import duration, factor, table
from bench.reporting.results import FILE, UNFINISHED, Measurement, Results
from bench.reporting.tables import report
from bench.suites import durable_stores as stores

PNG = b"\x89PNG"


def test_a_run_prints_what_it_does_and_writes_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--small", "--only", "dictdb", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "There is no earlier run to compare with." in told.out
    assert "find by msg_id" in told.out
    assert "dictdb, 100 records: get" in told.err.splitlines()
    _complete(tmp_path)


def _run(seconds: float) -> Results:
    contenders = {"DictDB": 1.0, "ipyparallel DictDB": seconds}
    return Results(
        {},
        [
            Measurement.of(group, call, name, 10, [value])
            for group, call in (("dictdb", "get"), ("dictdb memory", "a record"))
            for name, value in contenders.items()
        ],
    )


def test_a_run_is_compared_with_the_last() -> None:
    told = report(_run(6.0), _run(2.0))
    (row,) = [line for line in told.splitlines() if line.startswith("| get")]
    assert [cell.strip() for cell in row.split("|")][2:4] == ["6.0 x", "2.0 x"]
    assert "2 of 4 measurements have changed" in told
    assert "- dictdb, get, ipyparallel DictDB, 10: 3.0 x" in told


def _complete(folder: Path) -> None:
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    assert data["schema"] == 1
    assert {"python", "cpus", "system"} <= data["machine"].keys()
    assert data["left_out"] == []
    assert {(each["contender"], each["n"]) for each in data["measurements"]} >= {
        (name, n) for name in ("DictDB", "ipyparallel DictDB") for n in (100, 400)
    }
    for plot in ("dictdb-growth.png", "dictdb-ratios.png"):
        assert (folder / plot).read_bytes().startswith(PNG)


def test_the_stores_are_measured_on_real_servers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--small", "--only", "stores", "--out", str(tmp_path)]) == 0
    data = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert {each["contender"] for each in data["measurements"]} == {
        *("SQLiteDB", "PostgresDB", "MongoDB", "mongomock", "TinyDB", "montydb"),
        *("ipyparallel SQLiteDB", "ipyparallel MongoDB"),
    }
    assert data["left_out"] == []
    assert "ipyparallel MongoDB" in capsys.readouterr().out


def test_a_part_that_breaks_leaves_what_it_has_and_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []

    def broken(extent: object, results: Results, tell: Tell) -> None:
        results.measurements.append(Measurement.of("g", "c", "x", 10, [1.0]))
        tell("the next step")
        seen.extend(json.loads((tmp_path / UNFINISHED).read_text())["measurements"])
        raise OSError("no server")

    monkeypatch.setattr(stores, "run", broken)
    arguments = ["--small", "--only", "stores", "suite", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert [each["group"] for each in seen] == ["g"]
    told = capsys.readouterr().out
    assert "- stores, all, all: cut short by OSError: no server" in told
    assert "plain state machine" in told
    assert "workers: 2" in told
    assert not (tmp_path / UNFINISHED).exists()


def test_a_run_of_the_mutants_tells_of_each_way_of_testing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--small", "--only", "kills", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "## 5 broken stores" in told
    for way in ("small", "plain state machine", "ipyparallel's tests"):
        assert f"| {way} " in told
    assert (tmp_path / "kills.png").read_bytes().startswith(PNG)


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "weather"])
    assert "invalid choice: 'weather'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.3, "12 s"), (0.0042, "4.2 ms"), (7.1e-6, "7.1 µs"), (3e-8, "30 ns")],
)
def test_durations_are_told_with_their_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_ratios_have_two_digits() -> None:
    assert [factor(value) for value in (0.254, 1.26, 1234.5, None)] == [
        *("0.25 x", "1.3 x", "1,234 x", "-"),
    ]


def test_columns_are_aligned() -> None:
    assert table(["a", "bb"], [["ccc", "d"]]).splitlines() == [
        "| a   | bb |",
        "|-----|----|",
        "| ccc | d  |",
    ]
