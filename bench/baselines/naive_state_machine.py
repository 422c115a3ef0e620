"""The plain design, to compare the suite with: a state machine that draws without looking.

It is what one writes first: Hypothesis draws records, ids and queries, each on its own and whatever
is stored, and every answer is compared with the model's.
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

NAME = "plain state machine"
IDS = st.sampled_from("abcdef")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), TEXTS),
    *(st.binary(max_size=8), TIMES),
)
VALUES = st.recursive(
    SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(TEXTS, some, max_size=3)
)
DICTS = st.dictionaries(TEXTS, VALUES, max_size=3)
OF_FIELD: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(TEXT_FIELDS[1:], st.none() | TEXTS),
    **dict.fromkeys(TIME_FIELDS, st.none() | TIMES),
    **dict.fromkeys(DICT_FIELDS, st.none() | DICTS),
    **dict.fromkeys(BUFFER_FIELDS, st.none() | st.lists(st.binary(max_size=8), max_size=3)),
    "resubmitted": st.none() | TEXTS | TIMES,
}
RECORDS = st.fixed_dictionaries({}, optional=OF_FIELD)
TESTS = st.one_of(
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
QUERIES = st.dictionaries(PATHS, TESTS, max_size=2)
KEYS = st.none() | st.lists(st.sampled_from(TASK_FIELDS), max_size=3)


class Departed(AssertionError):
    """The store did otherwise than the model."""


class OutOfTime(BaseException):
    """What Hypothesis does not take for a failure, but ends with."""


class Hunt:
    """What the machine has done, in CPU seconds: so many for a failure, so many to shrink it."""

    def __init__(self, patience: float) -> None:
        self.operations = 0
        self.found: float | None = None
        self._patience = patience
        self._since = time.process_time()

    @property
    def hunting(self) -> float:
        """How long it looked for a failure."""
        return self.seconds if self.found is None else self.found

    @property
    def seconds(self) -> float:
        """Since the start; or since there is a failure."""
        return time.process_time() - self._since

    def go_on(self) -> None:
        """Count an operation. Raises `OutOfTime` where there is no time left for it."""
        if self.seconds > self._patience:
            raise OutOfTime
        self.operations += self.found is None

    def depart(self) -> None:
        """Note that the machine has failed; only the first time counts."""
        if self.found is None:
            self.found = self.seconds
            self._since = time.process_time()


class PlainMachine(RuleBasedStateMachine):
    """Makes calls on a store and on the model."""

    backend: Backend
    hunt: Hunt

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory(prefix="taskdb-bench-")
        self._store: Any = self.backend.open(Path(self._folder.name))
        self._model = Model(self.backend.capabilities)

    def teardown(self) -> None:
        _, error = _outcome(self._store.close, ())
        self._folder.cleanup()
        if error is not None:
            self._depart(f"close raises {error!r}")

    @rule(msg_id=IDS, rec=RECORDS)
    def add(self, msg_id: str, rec: Any) -> None:
        self._compare("add_record", msg_id, rec)

    @rule(msg_id=IDS)
    def get(self, msg_id: str) -> None:
        self._compare("get_record", msg_id)

    @rule(msg_id=IDS, rec=RECORDS)
    def update(self, msg_id: str, rec: Any) -> None:
        self._compare("update_record", msg_id, rec)

    @rule(msg_id=IDS)
    def drop(self, msg_id: str) -> None:
        self._compare("drop_record", msg_id)

    @rule(check=QUERIES)
    def drop_matching(self, check: Any) -> None:
        self._compare("drop_matching_records", check)

    @rule(check=QUERIES, keys=KEYS)
    def find(self, check: Any, keys: Any) -> None:
        self._compare("find_records", check, keys)

    @rule()
    def history(self) -> None:
        self.hunt.go_on()
        told, error = _outcome(self._store.get_history, ())
        if error is not None or sorted(told) != sorted(self._model.records):
            self._depart(f"the history is {error or told!r}")
        times = [sort_key(self._model.records[msg_id]["submitted"]) for msg_id in told]
        if times != sorted(times):
            self._depart(f"the history is not in order: {told}")

    def _compare(self, call: str, *args: Any) -> None:
        self.hunt.go_on()
        expected, refusal = _outcome(getattr(self._model, call), args)
        if isinstance(refusal, UnsupportedOperator):
            return  # the store need not know it
        answer, error = _outcome(getattr(self._store, call), args)
        if refusal is None and error is not None:
            self._depart(f"{call} raises {error!r}")
        if refusal is not None and not isinstance(error, type(refusal)):
            self._depart(f"{call} does not raise {refusal!r}")
        if not _same(answer, expected):
            self._depart(f"{call} answers {answer!r}, not {expected!r}")

    def _depart(self, text: str) -> NoReturn:
        self.hunt.depart()
        raise Departed(text)


def _outcome(call: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        return call(*args), None
    except Exception as error:
        return None, error


def _same(answer: Any, expected: Any) -> bool:
    """Whether two answers are the same, type for type, where the order of keys may differ."""
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
            and all(_same(answer[msg_id], record) for msg_id, record in expected.items())
        )
    return bool(answer == expected)


def hunt(backend: Backend, patience: float) -> Hunt:
    """Run the machine until it fails on a backend, or for so many CPU seconds; then shrink.

    It is run as Hypothesis runs it, a hundred examples each, with one seed after the other.
    """
    hunt = Hunt(patience)
    machine: Any = type("Machine", (PlainMachine,), {"backend": backend, "hunt": hunt})
    with suppress(OutOfTime):
        for number in count():
            # Only what the machine itself has seen counts: Hypothesis has failures of its own.
            with suppress(Departed, Flaky):
                run_state_machine_as_test(seed(number)(machine), settings=SETTINGS)
            if hunt.found is not None:
                break
    return hunt


SETTINGS = settings(
    max_examples=100,
    stateful_step_count=30,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
