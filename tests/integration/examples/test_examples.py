"""The examples conform, and the suite finds the faults of their first versions.

A run of every clause is only on the two stores that are fast enough. Each run also counts the
calls of the store: a store with faults must not cost many times as much as a sound one.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Set
from pathlib import Path
from types import ModuleType

import pytest
import redis

from examples import redis_backend
from tests.support.call_counts import CountedRun, check_and_count

REPOSITORY = Path(__file__).parents[3]
LIBRARIES = ("diskcache", "duckdb", "redis", "tinydb")
FILES = sorted((REPOSITORY / "examples").glob("**/*.py"))
MAX_LINES = 150

ESSENTIAL = ("ADD-2", "DROP-2", "NE-2", "NIN-2", "CMP-3", "HIST-3", "PURGE-1", "TIME-1", "DUR-1")
"""The clauses that the code of a store decides, rather than the helpers of `taskdb_spec`."""

MASKED = frozenset({"KEYS-1"})
"""Faults of the store on Redis that a run does not see: the ids in each projection are wrong."""

MAX_CALL_RATIO = 5.5
"""How many times the calls of a run on a sound store a run on a store with faults may make.

The first version on TinyDB fails DUR-1 first in a program with 150 records. To shrink this program
takes most of the calls.
"""


def sound(library: str) -> ModuleType:
    return importlib.import_module(f"examples.{library}_backend")


def first_version(library: str) -> ModuleType:
    return importlib.import_module(f"examples.first_versions.{library}_backend")


def check(module: ModuleType, only: Collection[str] = ()) -> CountedRun:
    return check_and_count(module.backend, f"{module.__name__}:backend", only)


def conforms(library: str, only: Collection[str] = ()) -> CountedRun:
    run = check(sound(library), only)
    failed = {r.clause.id: r.counterexample for r in run.report.with_verdict("fail")}
    assert (run.report.verdict, failed) == ("conforms", {})
    assert not run.report.with_verdict("unexercised")
    return run


def faults_are_found(
    library: str, only: Collection[str], masked: Set[str] = frozenset()
) -> CountedRun:
    module = first_version(library)
    run = check(module, only)
    failed = {result.clause.id for result in run.report.with_verdict("fail")}
    assert module.FAULTS.keys() - masked <= failed
    # What a run cannot see because of another fault, it must not call correct.
    assert not masked & {result.clause.id for result in run.report.with_verdict("pass")}
    return run


def test_tinydb_conforms_and_its_first_version_does_not() -> None:
    conforming = conforms("tinydb")
    # All clauses: no program made for DUR-1 has a dict that looks like a tag.
    failing = faults_are_found("tinydb", only=())
    assert failing.calls <= MAX_CALL_RATIO * conforming.calls


@pytest.mark.parametrize("library", ["diskcache", "duckdb"])
def test_it_conforms_where_its_own_code_decides(library: str) -> None:
    conforms(library, ESSENTIAL)


@pytest.mark.parametrize("library", ["diskcache", "duckdb"])
def test_the_faults_of_the_first_version_are_found(library: str) -> None:
    faults_are_found(library, first_version(library).FAULTS)


def test_redis_conforms_and_leaves_nothing(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    conforms("redis")
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys() == []


def test_the_faults_of_the_first_version_on_redis_are_found(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    faults_are_found("redis", first_version("redis").FAULTS, MASKED)


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
    module = first_version(library)
    named = re.findall(r"\b[A-Z]+-\d+\b", module.__doc__ or "")
    assert sorted(named) == sorted(module.FAULTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
