"""The part of the benchmark that measures the suite on real stores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.contenders import faulty_targets
from bench.contenders.faulty_stores import FAULTS, Fault, with_fault
from bench.reporting.results import RESULTS_FILE
from bench.suites import real_stores
from taskdb_spec.conformance import check_backend
from taskdb_spec.model import model_backend
from taskdb_spec.targets import resolve


def test_a_store_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--small", "--only", "verdicts", "--out", str(tmp_path)]) == 0
    measured = json.loads((tmp_path / RESULTS_FILE).read_text(encoding="utf-8"))["measurements"]
    calls = {each["call"]: each for each in measured if each["group"] == real_stores.GROUP}
    assert set(calls) == {"the first wave, s", "tiny, s", "the first failure, s"}
    assert calls["the first wave, s"]["n"] > 1_000
    assert "| sqlite |" in capsys.readouterr().out


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_fault_is_found(fault: type[Fault]) -> None:
    report = check_backend(with_fault(model_backend, fault), "quick", fail_fast=True)
    assert report.verdict == "fails"


def test_a_store_without_a_fault_conforms() -> None:
    report = check_backend(with_fault(model_backend, Fault), "quick", only=["GET-*", "HIST-*"])
    assert report.verdict == "conforms"


def test_a_faulty_store_has_a_target() -> None:
    backend, target = resolve("bench.contenders.faulty_targets:sqlite__LtIsLte")
    assert backend.name == "sqlite LtIsLte"
    assert target == "bench.contenders.faulty_targets:sqlite__LtIsLte"
    assert faulty_targets.SOUND.keys() >= set(real_stores.HELD)


@pytest.mark.parametrize("name", ["sqlite__Nothing", "nothing__LtIsLte", "sqlite"])
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(faulty_targets, name)
