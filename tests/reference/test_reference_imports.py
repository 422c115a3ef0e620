"""What importing the package brings in, and what the built-in targets are."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import taskdb_reference
from taskdb_reference import targets
from taskdb_spec import Backend, Capability, Limits


@pytest.mark.parametrize("module", ["taskdb_reference", "taskdb_reference.targets"])
def test_importing_does_not_bring_in_heavy_packages(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print([name for name in ('hypothesis', 'ipyparallel', 'tornado') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


def test_exports() -> None:
    names = ["BaseDB", "CompositeFilter", "DictDB", "NoDB", "NoData"]
    assert sorted(taskdb_reference.__all__) == sorted(names)


def test_the_targets_are_entry_points() -> None:
    found = {point.name: point.load() for point in entry_points(group="taskdb.backends")}
    assert found["dict"] is targets.dict_backend
    assert found["none"] is targets.none_backend
    assert found["ipyparallel-dict"] is targets.ipyparallel_dict_backend
    assert found["ipyparallel-sqlite"] is targets.ipyparallel_sqlite_backend
    assert all(found[name].name == name for name in found)


def test_what_the_targets_claim() -> None:
    def claims(backend: Backend) -> set[Capability]:
        return set(backend.claimed)

    assert claims(targets.none_backend) == set()
    assert targets.none_backend.stores_nothing
    assert claims(targets.ipyparallel_sqlite_backend) == {"glob", "durable"}
    assert claims(targets.ipyparallel_dict_backend) == {"presence", "arith", "arrays", "glob"}
    assert claims(targets.dict_backend) == set(Capability) - {
        "durable",
        "crash_safe",
        "concurrent",
        "shared",
    }


def test_the_dict_target_takes_limits(tmp_path: Path) -> None:
    assert targets.dict_backend.open_limited is not None
    store = targets.dict_backend.open_limited(tmp_path, Limits(2, 10**6, 0.5))
    for msg_id in "abc":
        store.add_record(msg_id, {})
    assert store.get_history() == ["c"]
