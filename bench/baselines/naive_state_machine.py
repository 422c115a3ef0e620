"""Baseline: a naive Hypothesis state machine that compares a backend with the model.

This is the usual first design. Hypothesis draws ids, records and queries independently of each
other and of the stored records. So a query rarely matches anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from taskdb_spec import Backend, UnsupportedOperator
from taskdb_spec.model import Model
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import (
    BUFFER_FIELDS,
    DICT_FIELDS,
    TASK_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
)
from taskdb_spec.records.ordering import sort_key

NAME = "naive state machine"
IDS = st.sampled_from("abcdef")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS),
    *(st.binary(max_size=8), TIMES),
)
VALUES = st.recursive(
    SCALARS, lambda value: st.lists(value, max_size=3) | st.dictionaries(TEXTS, value, max_size=3)
)
DICTS = st.dictionaries(TEXTS, VALUES, max_size=3)
FIELD_VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXT_FIELDS[1:], st.none() | TEXTS),
    **dict.fromkeys(TIME_FIELDS, st.none() | TIMES),
    **dict.fromkeys(DICT_FIELDS, st.none() | DICTS),
    **dict.fromkeys(BUFFER_FIELDS, st.none() | st.lists(st.binary(max_size=8), max_size=3)),
    "resubmitted": st.none() | TEXTS | TIMES,
}
RECORDS = st.fixed_dictionaries({}, optional=FIELD_VALUES)
CONDITIONS = st.one_of(
    VALUES,
    *(
        st.dictionaries(st.just(operator), VALUES, min_size=1)
        for operator in ("$eq", "$ne", "$lt", "$lte", "$gt", "$gte")
    ),
    *(
        st.dictionaries(st.just(operator), st.lists(VALUES, max_size=3), min_size=1)
        for operator in ("$in", "$nin", "$all")
    ),
    st.fixed_dictionaries({"$exists": st.booleans()}),
    st.fixed_dictionaries({"$size": st.integers(0, 3)}),
    st.fixed_dictionaries({"$mod": st.tuples(st.integers(1, 9), st.integers(0, 9)).map(list)}),
    st.fixed_dictionaries({"$glob": TEXTS}),
    st.fixed_dictionaries({"$unknown": VALUES}),
)
PATHS = st.sampled_from(TASK_FIELDS) | st.sampled_from(DICT_FIELDS).flatmap(
    lambda root: TEXTS.map(lambda name: f"{root}.{name}")
)
QUERIES = st.dictionaries(PATHS, CONDITIONS, max_size=2)
KEYS = st.none() | st.lists(st.sampled_from(TASK_FIELDS), max_size=3)


class ViolationError(AssertionError):
    """The backend and the model disagree."""


class BudgetExhaustedError(BaseException):
    """The time for a search, or for shrinking, is used up.

    It derives from BaseException because Hypothesis would shrink an Exception as a failure.
    """


class SearchClock:
    """The CPU time and the operations of a search for a failure, and of shrinking it.

    The search may take `budget` CPU seconds, and the shrinking as many again.
    """

    def __init__(self, budget: float) -> None:
        self.operations = 0
        self.seconds_to_failure: float | None = None
        self._budget = budget
        self._phase_started = time.process_time()

    @property
    def search_seconds(self) -> float:
        """The CPU seconds of the search, which ends with the first failure."""
        if self.seconds_to_failure is None:
            return self._phase_seconds
        return self.seconds_to_failure

    @property
    def shrinking_seconds(self) -> float | None:
        """The CPU seconds since the first failure; None before it."""
        return None if self.seconds_to_failure is None else self._phase_seconds

    @property
    def _phase_seconds(self) -> float:
        return time.process_time() - self._phase_started

    def count_operation(self) -> None:
        """Count an operation, if the search is not over.

        Raises:
            BudgetExhaustedError: The budget of the search or of the shrinking is used up.
        """
        if self._phase_seconds > self._budget:
            raise BudgetExhaustedError
        self.operations += self.seconds_to_failure is None

    def record_failure(self) -> None:
        """End the search at its first failure; ignore later failures."""
        if self.seconds_to_failure is None:
            self.seconds_to_failure = self._phase_seconds
            self._phase_started = time.process_time()


class NaiveStateMachine(RuleBasedStateMachine):
    """A state machine that makes each call on a store and on the model."""

    backend: Backend
    clock: SearchClock

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="taskdb-bench-")
        self._store: Any = self.backend.open(Path(self._folder.name))
        self._model = Model(self.backend.capabilities)

    def teardown(self) -> None:
        """Close the store at the end of an example."""
        _, error = _capture(self._store.close, ())
        self._folder.cleanup()
        if error is not None:
            self._fail(f"close raises {error!r}")

    @rule(msg_id=IDS, rec=RECORDS)
    def add(self, msg_id: str, rec: Any) -> None:
        """Add a record."""
        self._compare("add_record", msg_id, rec)

    @rule(msg_id=IDS)
    def get(self, msg_id: str) -> None:
        """Get a record."""
        self._compare("get_record", msg_id)

    @rule(msg_id=IDS, rec=RECORDS)
    def update(self, msg_id: str, rec: Any) -> None:
        """Update a record."""
        self._compare("update_record", msg_id, rec)

    @rule(msg_id=IDS)
    def drop(self, msg_id: str) -> None:
        """Drop a record."""
        self._compare("drop_record", msg_id)

    @rule(check=QUERIES)
    def drop_matching(self, check: Any) -> None:
        """Drop the records that match a query."""
        self._compare("drop_matching_records", check)

    @rule(check=QUERIES, keys=KEYS)
    def find(self, check: Any, keys: Any) -> None:
        """Find the records that match a query."""
        self._compare("find_records", check, keys)

    @rule()
    def history(self) -> None:
        """Get the history. Records with the same `submitted` may be in any order."""
        self.clock.count_operation()
        history, error = _capture(self._store.get_history, ())
        if error is not None or sorted(history) != sorted(self._model.records):
            self._fail(f"the history is {error or history!r}")
        times = [sort_key(self._model.records[msg_id]["submitted"]) for msg_id in history]
        if times != sorted(times):
            self._fail(f"the history is not in order: {history}")

    def _compare(self, method: str, *args: Any) -> None:
        self.clock.count_operation()
        expected, expected_error = _capture(getattr(self._model, method), args)
        if isinstance(expected_error, UnsupportedOperator):
            return  # A backend may support more operators than it claims.
        answer, error = _capture(getattr(self._store, method), args)
        if expected_error is None and error is not None:
            self._fail(f"{method} raises {error!r}")
        if expected_error is not None and not isinstance(error, type(expected_error)):
            self._fail(f"{method} does not raise {expected_error!r}")
        if not _is_same_answer(answer, expected):
            self._fail(f"{method} answers {answer!r}, not {expected!r}")

    def _fail(self, text: str) -> NoReturn:
        self.clock.record_failure()
        raise ViolationError(text)


def _capture(call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    """Return the result of a call and None, or None and the exception."""
    try:
        return call(*args), None
    except Exception as error:
        return None, error


def _is_same_answer(answer: Any, expected: Any) -> bool:
    """Compare answers and the types in them. The order of keys is free."""
    if isinstance(expected, dict) and "msg_id" in expected:
        return (
            isinstance(answer, dict)
            and answer.keys() == expected.keys()
            and all(strictly_equal(answer[name], value) for name, value in expected.items())
        )
    if isinstance(expected, dict):
        return (
            isinstance(answer, dict)
            and answer.keys() == expected.keys()
            and all(_is_same_answer(answer[msg_id], record) for msg_id, record in expected.items())
        )
    return bool(answer == expected)


def run_until_failure(backend: Backend, budget: float) -> SearchClock:
    """Run the state machine on a backend until it fails, then shrink the failure.

    Hypothesis runs `SETTINGS.max_examples` examples per seed. The seeds are 0, 1, 2, and so on.

    Args:
        backend: The backend to test.
        budget: CPU seconds for the search, and as many again for shrinking.
    """
    clock = SearchClock(budget)
    attributes = {"backend": backend, "clock": clock}
    machine: Any = type("BackendStateMachine", (NaiveStateMachine,), attributes)
    with suppress(BudgetExhaustedError):
        for number in count():
            # Hypothesis may also raise Flaky. The search ends only if the machine itself has
            # recorded a failure.
            with suppress(ViolationError, Flaky):
                run_state_machine_as_test(seed(number)(machine), settings=SETTINGS)
            if clock.seconds_to_failure is not None:
                break
    return clock


SETTINGS = settings(
    max_examples=100,  # the default of Hypothesis
    stateful_step_count=30,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
