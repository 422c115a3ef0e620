"""What cannot be checked at all is refused at once, in words, and with few calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taskdb_reference.nodb import NoDB
from taskdb_spec import Backend, TaskRecord
from taskdb_spec.conformance import StoreNotOpened, check_backend
from taskdb_spec.conformance.execution.first_look import look_first
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.model import Model

MOST_CALLS = 20


class OnlyAdd:
    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None: ...


class Asynchronous(Model):
    async def get_record(self, msg_id: Any, /) -> TaskRecord:  # type: ignore[override]
        return super().get_record(msg_id)


class WithoutKeys(Model):
    def find_records(self, check: Any) -> Any:  # type: ignore[override]
        return super().find_records(check)


class HistoryIsATuple(Model):
    get_history: Any = ("a",)


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        (
            OnlyAdd,
            "its store, of the class OnlyAdd, has no method get_record(msg_id)",
        ),
        (Asynchronous, "get_record is async; the interface is synchronous"),
        (
            WithoutKeys,
            r"find_records(check: 'Any') -> 'Any' cannot be called as documented, "
            "find_records(check, keys=None): too many positional arguments",
        ),
        (HistoryIsATuple, "get_history is not a method but a tuple"),
    ],
)
def test_a_store_that_cannot_be_called_is_refused(store: Callable[[], Any], problem: str) -> None:
    with pytest.raises(StoreNotOpened) as caught:
        check_backend(Backend("odd", lambda folder: store()), "quick")
    assert str(caught.value).startswith(f"odd cannot be checked: {problem}")


def test_one_object_for_all_folders_is_refused() -> None:
    store = Model()
    with pytest.raises(StoreNotOpened, match="`open` returned the same object for two folders"):
        check_backend(Backend("odd", lambda folder: store), "quick")


def test_a_store_that_stores_nothing_has_the_same_methods() -> None:
    backend = Backend("none", lambda folder: NoDB(), stores_nothing=True)
    assert check_backend(backend, "quick").verdict == "conforms"


def test_the_look_makes_few_calls(tmp_path: Path) -> None:
    calls: Counter[str] = Counter()

    class Counting(Model):
        def __getattribute__(self, name: str) -> Any:
            if not name.startswith("_"):
                calls[name] += 1
            return super().__getattribute__(name)

    backend = Backend("counting", lambda folder: Counting())
    session = Session(backend, tmp_path / "first")
    look_first(session)
    session.close()
    assert 0 < calls.total() <= MOST_CALLS
