"""What importing the package brings in, and what the built-in targets are."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import taskdb_reference
from taskdb_reference._lazy import STORE_NAMES, import_store_class
from taskdb_reference.backends import builtin as targets
from taskdb_spec import Backend, Capability, Limits

HEAVY_PACKAGES = ["hypothesis", "ipyparallel", "tornado", "psycopg", "pymongo", "bson"]


def printed(program: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    return run.stdout


@pytest.mark.parametrize(
    "module", ["taskdb_reference", "taskdb_reference.sqlite", "taskdb_reference.backends.builtin"]
)
def test_importing_does_not_bring_in_heavy_packages(module: str) -> None:
    program = (
        f"import sys, {module}\nprint([name for name in {HEAVY_PACKAGES} if name in sys.modules])"
    )
    assert printed(program) == "[]\n"


def test_the_core_brings_in_no_database() -> None:
    program = "import sys, taskdb_reference\nprint('sqlite3' in sys.modules)"
    assert printed(program) == "False\n"


@pytest.mark.parametrize("name", sorted(STORE_NAMES))
def test_all_stores_are_there(name: str) -> None:
    assert getattr(taskdb_reference, name) is import_store_class(name)


def test_the_stores_that_need_nothing_are_told_of_before_they_are_imported() -> None:
    program = (
        "import sys, inspect, taskdb_reference\n"
        "sys.modules |= {'psycopg': None, 'pymongo': None}\n"
        "from taskdb_reference import *\n"
        "print('SQLiteDB' in dict(inspect.getmembers(taskdb_reference)), SQLiteDB.__module__)"
    )
    assert printed(program) == "True taskdb_reference.sqlite.store\n"


@pytest.mark.parametrize(("name", "extra"), [("MongoDB", "mongo"), ("PostgresDB", "postgres")])
def test_without_the_package_of_a_store_its_extra_is_named(name: str, extra: str) -> None:
    program = (
        "import sys\n"
        "sys.modules |= {'psycopg': None, 'pymongo': None}\n"
        f"try:\n    from taskdb_reference import {name}\n"
        "except ImportError as error:\n    print(error)"
    )
    assert f"pip install 'taskdb-spec[{extra}]'" in printed(program)


def test_other_names_are_none() -> None:
    with pytest.raises(AttributeError, match="'taskdb_reference' has no attribute 'RedisDB'"):
        _ = taskdb_reference.RedisDB  # type: ignore[attr-defined]


def test_exports() -> None:
    names = ["BaseDB", "CompositeFilter", "DictDB", "NoDB", "NoData", "SQLiteDB"]
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
        return set(backend.capabilities)

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
