"""A folder with stores to name on the command line, and the command itself."""

import json
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from taskdb_spec.cli import main
from tests.support.fake_reports import Engine

STORES = '''
from taskdb_spec import Backend
from taskdb_spec.model import Model


class Store(Model):
    """In memory, with CORE."""


class Nested:
    inner = Backend(name="nested", open=lambda workdir: Model(), capabilities={"logic"})


mydb = Backend(name="mydb", open=lambda workdir: Model())
other = Backend(name="other", open=lambda workdir: Model())
a_twin = Backend(name="twin", open=lambda workdir: Model())
b_twin = Backend(name="twin", open=lambda workdir: Model())
strange = Backend(name="a/b c", open=lambda workdir: Model())
not_a_store = 7


def needs_an_argument(path):
    return Model()
'''


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with a module of stores; what it imports is forgotten afterwards."""
    (tmp_path / "made_stores.py").write_text(STORES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("made_"):
            del sys.modules[name]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """No store is called: each run ends as `engine.outcomes` says, and otherwise well."""
    stub = Engine()
    monkeypatch.setattr("taskdb_spec.cli.runs.check_backend", stub)
    return stub


@pytest.fixture
def taskdb() -> Callable[..., Result]:
    """The command, in this process; stdout is no terminal."""

    def run(*args: str) -> Result:
        result = CliRunner().invoke(main, args)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(scope="session")
def validator() -> Any:
    """Validates reports in JSON."""
    schema = json.loads(files("taskdb_spec.conformance").joinpath("report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
