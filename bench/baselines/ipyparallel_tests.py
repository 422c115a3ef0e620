"""ipyparallel's own tests of its task stores, run on a backend of this interface."""

from __future__ import annotations

import tempfile
import time
import unittest
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutation.store import Store

from taskdb_spec import Backend, Capability


class AsList:
    """A store that answers as ipyparallel's do: with a list of records."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def find_records(self, check: Any, keys: Any = None) -> list[Any]:
        return list(self._store.find_records(check, keys).values())


def _case(backend: Backend, folder: Path) -> type[unittest.TestCase]:
    from ipyparallel.tests.test_db import TaskDBTest

    def create_db(self: Any) -> AsList:
        return AsList(backend.open(folder))

    made: Any = type("Case", (TaskDBTest, unittest.TestCase), {"create_db": create_db})
    return made  # type: ignore[no-any-return]


@cache
def fair_tests(claimed: frozenset[Capability]) -> tuple[str, ...]:
    """The tests that a store passes which has no fault, and these capabilities and no others."""
    sound = Backend(name="sound", open=lambda workdir: Store(claimed), capabilities=claimed)
    names = unittest.defaultTestLoader.getTestCaseNames(_case(sound, Path()))
    return tuple(name for name in names if not _fails(sound, name))


def _fails(backend: Backend, test: str) -> bool:
    result = unittest.TestResult()
    with tempfile.TemporaryDirectory(prefix="taskdb-bench-") as folder:
        _case(backend, Path(folder))(test).run(result)
    return not result.wasSuccessful()


def tried(backend: Backend) -> tuple[float, bool]:
    """The CPU seconds until a test has failed on a backend or all are done, and whether one has."""
    tests = fair_tests(backend.capabilities)
    started = time.process_time()
    failed = any(_fails(backend, test) for test in tests)
    return time.process_time() - started, failed
