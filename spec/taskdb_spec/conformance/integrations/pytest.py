"""One test a clause, for those who use pytest (or unittest's loader).

In a test module of yours::

    from taskdb_spec import Backend
    from taskdb_spec.conformance import conformance_tests

    TestMyDB = conformance_tests(Backend(name="mydb", open=lambda folder: MyDB(folder / "db")))

The backend is checked once, when the first of the tests runs; each test then says what the run
found of its clause. There is a test for each clause that the backend claims, and none is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any

from taskdb_spec.backend import as_backend
from taskdb_spec.clauses import Clause, clauses
from taskdb_spec.conformance.api import check_backend, select_clauses
from taskdb_spec.conformance.core.results import ClauseResult, Report


class _Run:
    """The run that all tests of a class share."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments

    @cached_property
    def report(self) -> Report:
        return check_backend(**self.arguments)


def conformance_tests(
    backend: Any,
    profile: str = "default",
    *,
    seed: int = 0,
    strict: bool = False,
    only: Collection[str] = (),
    seconds: float | None = None,
    fail_fast: bool = False,
    openings: str | None = None,
) -> type:
    """Return a test class with one test for each clause that applies to the backend.

    The arguments are those of `check_backend`. SHOULD clauses have tests only if `strict` is true.
    If the run ends early, the test of a clause without enough evidence fails, and says so.

    >>> from taskdb_spec.model import model_backend
    >>> tests = conformance_tests(model_backend, profile="quick")
    >>> tests.__name__, hasattr(tests, "test_ADD_2")
    ('TestModelConformance', True)
    """
    subject = as_backend(backend)
    run = _Run(
        backend=backend,
        profile=profile,
        seed=seed,
        strict=strict,
        only=only,
        seconds=seconds,
        fail_fast=fail_fast,
        openings=openings,
    )
    selected = select_clauses(only)
    applying = [
        clause
        for clause in clauses().values()
        if clause.claimed_by(subject) and clause.is_enforced(strict=strict)
        if selected is None or clause.id in selected
    ]
    tests: dict[str, Any] = {f"test_{c.id.replace('-', '_')}": _test(run, c) for c in applying}
    name = subject.name.title().replace("-", "").replace("_", "").replace(" ", "")
    return type(f"Test{name}Conformance", (), {"__doc__": f"{subject.name}, by clause.", **tests})


def _test(run: _Run, clause: Clause) -> Callable[[Any], None]:
    def test(_self: Any) -> None:
        result = run.report[clause.id]
        if result.verdict != "pass":
            raise AssertionError(_what_is_wrong(result))

    test.__doc__ = f"{clause.id}: {clause.title}"
    return test


def _what_is_wrong(result: ClauseResult) -> str:
    clause = result.clause
    head = f"{clause.id}: {clause.title}\n{clause.text}\n"
    if result.counterexample is None:
        missing = ", ".join(result.missing)
        return f"{head}It was claimed but not exercised enough to say: no evidence of {missing}."
    counterexample = result.counterexample
    lines = [counterexample.summary]
    if counterexample.equal_suspects:
        lines.append(f"Or instead: {', '.join(counterexample.equal_suspects)}")
    if counterexample.explanation:
        lines.append(f"Likely: {counterexample.explanation}")
    lines.append(f"Usual cause: {clause.likely_cause}")
    return head + "\n".join([*lines, "", counterexample.script])
