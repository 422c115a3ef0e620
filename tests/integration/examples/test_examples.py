"""The examples are short, clean up, and list their faults. `test_conformance` runs the suite."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from examples import redis_backend

REPOSITORY = Path(__file__).parents[3]
LIBRARIES = ("diskcache", "duckdb", "redis", "tinydb")
FILES = sorted((REPOSITORY / "examples").glob("**/*.py"))
MAX_LINES = 150


def test_discard_keeps_other_folders(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    below, beside = tmp_path / "a" / "below", tmp_path / "ab"
    stores = [redis_backend.backend.open(folder) for folder in (tmp_path / "a", below, beside)]
    for store in stores:
        store.add_record("i", {})
    redis_backend.discard(tmp_path / "a")
    assert [store.get_history() for store in stores] == [[], [], ["i"]]
    redis_backend.discard(tmp_path)
    for store in stores:
        store.close()


def test_without_a_server_the_error_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDIS_URL", f"unix://{tmp_path / 'no-server'}")
    with pytest.raises(ConnectionError, match="start one with `redis-server`"):
        redis_backend.backend.open(tmp_path)
    redis_backend.discard(tmp_path)  # does not fail where nothing was opened


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_docstring_names_each_fault(library: str) -> None:
    module = importlib.import_module(f"examples.first_versions.{library}_backend")
    named = re.findall(r"\b[A-Z]+-\d+\b", module.__doc__ or "")
    assert sorted(named) == sorted(module.FAULTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
