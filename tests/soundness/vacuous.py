"""Stores that earn nothing, and the few clauses that each of them keeps all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from taskdb_spec import Backend

from .independent import QUERYING, Store
from .values import FIELDS


class DoesNothing:
    """Every call returns at once, with something empty."""

    def add_record(self, msg_id: Any, rec: Any) -> None: ...
    def update_record(self, msg_id: Any, rec: Any) -> None: ...
    def drop_record(self, msg_id: Any) -> None: ...
    def drop_matching_records(self, check: Any) -> None: ...
    def close(self) -> None: ...

    def get_record(self, msg_id: Any) -> Any:
        return None

    def find_records(self, check: Any, keys: Any = None) -> dict[str, Any]:
        return {}

    def get_history(self) -> list[str]:
        return []


class Refuses:
    """Every call raises the same error."""

    error: type[Exception]

    def refuse(self, *args: Any) -> NoReturn:
        raise self.error("no")

    add_record = get_record = update_record = drop_record = refuse
    drop_matching_records = find_records = get_history = close = refuse


class RefusesByKey(Refuses):
    error = KeyError


class RefusesByValue(Refuses):
    error = ValueError


class NotImplementedYet(Refuses):
    error = NotImplementedError


class FindsNothing(Store):
    """Records are kept, and never found."""

    def find_records(self, check: Any, keys: Any = None) -> dict[str, Any]:
        return {}


class FindsAll(Store):
    """Every query finds all records, whole."""

    def find_records(self, check: Any, keys: Any = None) -> dict[str, Any]:
        return {msg_id: self.copied(record) for msg_id, record in self.kept.items()}


class GetsBlank(Store):
    """Whatever the id, the record has nothing in it."""

    def get_record(self, msg_id: Any) -> Any:
        return {**dict.fromkeys(FIELDS), "stdout": "", "stderr": "", "msg_id": msg_id}


class NoHistory(Store):
    """The history is empty."""

    def get_history(self) -> list[str]:
        return []


class AcceptsAll(Store):
    """Nothing is ever refused: what is not understood is passed over."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        default = EMPTY.get(name)
        if default is None:
            return found

        def call(*args: Any) -> Any:
            try:
                return found(*args)
            except (KeyError, ValueError, TypeError):
                return default()

        return call


def nothing() -> None:
    """What a write returns."""


EMPTY: dict[str, Callable[[], Any]] = {
    "add_record": nothing,
    "get_record": nothing,
    "update_record": nothing,
    "drop_record": nothing,
    "drop_matching_records": nothing,
    "find_records": dict,
}


class Forgets(Store):
    """Every second add forgets all that was there."""

    adds = 0

    def add_record(self, msg_id: Any, rec: Any) -> None:
        super().add_record(msg_id, rec)
        self.adds += 1
        if self.adds % 2 == 0:
            self.kept = {}


VACUOUS = {
    store.__name__: Backend(
        name=store.__name__, open=lambda workdir, store=store: store(), capabilities=QUERYING
    )
    for store in (
        DoesNothing,
        RefusesByKey,
        RefusesByValue,
        NotImplementedYet,
        FindsNothing,
        FindsAll,
        GetsBlank,
        NoHistory,
        AcceptsAll,
        Forgets,
    )
}
