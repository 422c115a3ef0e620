"""Baseline: ipyparallel's own tests of its task stores, run on any backend."""

from __future__ import annotations

import tempfile
import time
import unittest
from functools import cache
from pathlib import Path
from typing import Any

from taskdb_spec import Backend, Capability
from taskdb_spec.model import Model

NAME = "ipyparallel's tests"


class ListResultStore:
    """A store whose `find_records` returns a list of records, as ipyparallel's stores do."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def find_records(self, check: Any, keys: Any = None) -> list[Any]:
        """Return the records without their order by id."""
        return list(self._store.find_records(check, keys).values())


def _make_test_case(backend: Backend, folder: Path) -> type[unittest.TestCase]:
    from ipyparallel.tests.test_db import TaskDBTest  # Optional: some installations lack the tests.

    def create_db(_self: Any) -> ListResultStore:
        return ListResultStore(backend.open(folder))

    bases = (TaskDBTest, unittest.TestCase)
    test_case: Any = type("BackendTestCase", bases, {"create_db": create_db})
    return test_case  # type: ignore[no-any-return]


@cache
def list_applicable_tests(capabilities: frozenset[Capability]) -> tuple[str, ...]:
    """Return the names of the tests that a correct store with these capabilities passes.

    Some tests need an operator outside the capabilities, or contradict the specification.

    Raises:
        ImportError: ipyparallel's tests are not installed.
    """
    correct = Backend(
        name="model", open=lambda _workdir: Model(capabilities), capabilities=capabilities
    )
    names = unittest.defaultTestLoader.getTestCaseNames(_make_test_case(correct, Path()))
    return tuple(name for name in names if not _fails(correct, name))


def _fails(backend: Backend, test_name: str) -> bool:
    result = unittest.TestResult()
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        _make_test_case(backend, Path(folder))(test_name).run(result)
    return not result.wasSuccessful()


def run_until_failure(backend: Backend) -> tuple[float, bool]:
    """Run the applicable tests on a backend until one fails.

    Returns:
        The CPU seconds, and True if a test failed.

    Raises:
        ImportError: ipyparallel's tests are not installed.
    """
    names = list_applicable_tests(backend.capabilities)
    started = time.process_time()
    has_failed = any(_fails(backend, name) for name in names)
    return time.process_time() - started, has_failed
