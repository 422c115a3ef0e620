"""``taskdb check --cluster`` on a real cluster of two engines, and without one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskdb_reference.backends.builtin import none_backend
from taskdb_spec.conformance import check_backend, check_on_cluster
from taskdb_spec.conformance.integrations import ipyparallel as cluster
from tests.integration.hub.wait_until import TIMEOUT_SECONDS, wait_until
from tests.support.cluster import Cluster

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[3]
PROFILE = "made"
REGISTERED = "engine::Engine Connected"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the profiles, with one whose cluster has two engines that can import tests."""
    folder = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        started = Cluster(folder, [])
        (folder / f"profile_{PROFILE}").symlink_to("profile")
        try:
            started.start_controller()
            started.start_engines(2)
            log = folder / "controller.log"
            wait_until(lambda: log.read_text().count(REGISTERED) == 2, "the engines to register")
            yield folder
        finally:
            started.close()


def check(folder: Path, *args: str, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own: clients leave threads behind."""
    command = "from taskdb_spec.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", command, "check", *args, "--profile", "quick", "--cluster", PROFILE],
        cwd=at,
        env={**os.environ, "IPYTHONDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )


def test_each_engine_takes_a_seed_and_the_reports_become_one(running: Path) -> None:
    done = check(
        running, "none", "tests.support.importable_stores:silent", "--seed", "5", "--json", "-"
    )
    assert done.returncode == 1, done.stderr
    sound, silent = json.loads(done.stdout)["results"]
    assert (sound["verdict"], silent["verdict"]) == ("conforms", "fails")
    assert sound["seeds"] == silent["seeds"] == [5, 6]
    alone = [check_backend(none_backend, "quick", seed=seed) for seed in (5, 6)]
    assert sound["operations"] == sum(report.operations for report in alone)
    found = {clause["id"]: clause["counterexample"] for clause in silent["clauses"]}["NODB-2"]
    assert found["seed"] in (5, 6)
    assert found["confirmed"] == "confirmed"


def test_engines_that_cannot_import_the_target_are_named(running: Path, tmp_path: Path) -> None:
    source = (ROOT / "tests" / "support" / "importable_stores.py").read_text()
    (tmp_path / "made_only_here.py").write_text(source)
    done = check(running, "made_only_here:silent", at=tmp_path)
    assert done.returncode == 2
    assert "cannot import the target: made_only_here:silent: there is no module" in done.stderr
    assert done.stderr.startswith("Error: --cluster: engine ")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setattr(cluster, "_PATIENCE", 0.1)


@pytest.mark.usefixtures("_nowhere")
def test_no_cluster(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(cluster.ClusterError) as raised:
        check_on_cluster("none", "quick", cluster="away")
    text = str(raised.value)
    assert text.startswith("no cluster of the profile 'away' answers; ")
    assert "ipcluster start --profile=away starts one" in text
    assert capfd.readouterr().out == ""


def test_ipyparallel_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipyparallel", None)
    with pytest.raises(cluster.ClusterError, match=r"pip install 'taskdb-spec\[ipyparallel\]'"):
        check_on_cluster("none", "quick")
