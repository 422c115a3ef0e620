"""The examples conform, and the suite finds the faults of their first versions.

A run of every clause is only on the two stores that are fast enough. ``make stores`` runs these
tests: they take minutes.
"""

from __future__ import annotations

import importlib
from collections.abc import Collection, Set
from types import ModuleType

import pytest
import redis

from taskdb_spec.conformance import check_backend
from taskdb_spec.conformance.core.results import Report

ESSENTIAL = ("ADD-2", "DROP-2", "NE-2", "NIN-2", "CMP-3", "HIST-3", "PURGE-1", "TIME-1", "DUR-1")
"""The clauses that the code of a store decides, rather than the helpers of `taskdb_spec`."""

MASKED = frozenset({"KEYS-1"})
"""Faults of the store on Redis that a run does not see: the ids in each projection are wrong."""

MAX_CALL_RATIO = 2
"""How many times the calls of a run on a sound store a run on a store with faults may make."""


def sound(library: str) -> ModuleType:
    return importlib.import_module(f"examples.{library}_backend")


def first_version(library: str) -> ModuleType:
    return importlib.import_module(f"examples.first_versions.{library}_backend")


def check(module: ModuleType, only: Collection[str] = ()) -> Report:
    return check_backend(module.backend, "quick", target=f"{module.__name__}:backend", only=only)


def conforms(library: str, only: Collection[str] = ()) -> Report:
    report = check(sound(library), only)
    failed = {r.clause.id: r.counterexample for r in report.with_verdict("fail")}
    assert (report.verdict, failed) == ("conforms", {})
    assert not report.with_verdict("unexercised")
    return report


def faults_are_found(library: str, only: Collection[str], masked: Set[str] = frozenset()) -> Report:
    module = first_version(library)
    report = check(module, only)
    failed = {result.clause.id for result in report.with_verdict("fail")}
    assert module.FAULTS.keys() - masked <= failed
    # What a run cannot see because of another fault, it must not call correct.
    assert not masked & {result.clause.id for result in report.with_verdict("pass")}
    return report


def test_tinydb_conforms_and_its_first_version_does_not() -> None:
    conforming = conforms("tinydb")
    # All clauses: no program made for DUR-1 has a dict that looks like a tag.
    failing = faults_are_found("tinydb", only=())
    assert failing.calls.count <= MAX_CALL_RATIO * conforming.calls.count


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
