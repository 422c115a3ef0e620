"""`python -m bench`: what it prints and writes, and how it compares with the last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.__main__ import main
from bench.harness.progress import ShowStep
from bench.reporting.format import format_duration, format_ratio, format_table
from bench.reporting.results import RESULTS_FILE, UNFINISHED_FILE, Measurement, Results
from bench.reporting.tables import format_report
from bench.suites import durable_stores

PNG = b"\x89PNG"


def test_run_prints_progress_and_writes_json_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--small", "--only", "dictdb", "--out", str(tmp_path)]) == 0
    output = capsys.readouterr()
    assert "There is no earlier run to compare with." in output.out
    assert "find by msg_id" in output.out
    assert "dictdb, 100 records: get" in output.err.splitlines()
    _check_files(tmp_path)


def _make_results(ipyparallel_seconds: float) -> Results:
    contenders = {"DictDB": 1.0, "ipyparallel DictDB": ipyparallel_seconds}
    return Results(
        {},
        [
            Measurement.from_samples(group, call, name, 10, [value])
            for group, call in (("dictdb", "get"), ("dictdb memory", "a record"))
            for name, value in contenders.items()
        ],
    )


def test_run_is_compared_with_the_last() -> None:
    text = format_report(_make_results(6.0), _make_results(2.0))
    (row,) = [line for line in text.splitlines() if line.startswith("| get")]
    assert [cell.strip() for cell in row.split("|")][2:4] == ["6.0 x", "2.0 x"]
    assert "2 of 4 measurements have changed" in text
    assert "- dictdb, get, ipyparallel DictDB, 10: 3.0 x" in text


def _check_files(folder: Path) -> None:
    data = json.loads((folder / RESULTS_FILE).read_text(encoding="utf-8"))
    assert data["schema"] == 2
    assert {"python", "cpus", "system"} <= data["machine"].keys()
    assert data["left_out"] == []
    assert {(each["contender"], each["n"]) for each in data["measurements"]} >= {
        (name, n) for name in ("DictDB", "ipyparallel DictDB") for n in (100, 400)
    }
    for plot in ("dictdb-growth.png", "dictdb-ratios.png"):
        assert (folder / plot).read_bytes().startswith(PNG)


def test_stores_are_measured_on_real_servers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--small", "--only", "stores", "--out", str(tmp_path)]) == 0
    data = json.loads((tmp_path / RESULTS_FILE).read_text(encoding="utf-8"))
    assert {each["contender"] for each in data["measurements"]} == {
        *("SQLiteDB", "PostgresDB", "MongoDB", "mongomock", "TinyDB", "montydb"),
        *("ipyparallel SQLiteDB", "ipyparallel MongoDB"),
    }
    assert data["left_out"] == []
    assert "ipyparallel MongoDB" in capsys.readouterr().out


def test_failing_part_keeps_its_measurements_and_the_other_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []

    def measure_and_fail(sizes: object, results: Results, show_step: ShowStep) -> None:
        results.measurements.append(Measurement.from_samples("g", "c", "x", 10, [1.0]))
        show_step("the next step")
        seen.extend(json.loads((tmp_path / UNFINISHED_FILE).read_text())["measurements"])
        raise OSError("no server")

    monkeypatch.setattr(durable_stores, "measure", measure_and_fail)
    arguments = ["--small", "--only", "stores", "suite", "--out", str(tmp_path)]
    assert main(arguments) == 1
    assert [each["group"] for each in seen] == ["g"]
    output = capsys.readouterr().out
    assert "- stores, all, all: cut short by OSError: no server" in output
    assert "naive state machine" in output
    assert "workers: 2" in output
    assert not (tmp_path / UNFINISHED_FILE).exists()


def test_unknown_part_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "weather"])
    assert "invalid choice: 'weather'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.3, "12 s"), (0.0042, "4.2 ms"), (7.1e-6, "7.1 µs"), (3e-8, "30 ns")],
)
def test_durations_have_a_unit(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_ratios_have_two_digits() -> None:
    assert [format_ratio(value) for value in (0.254, 1.26, 1234.5, None)] == [
        *("0.25 x", "1.3 x", "1,234 x", "-"),
    ]


def test_columns_are_aligned() -> None:
    assert format_table(["a", "bb"], [["ccc", "d"]]).splitlines() == [
        "| a   | bb |",
        "|-----|----|",
        "| ccc | d  |",
    ]
