"""Stores that earn nothing, and the few clauses that each of them keeps all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from taskdb_spec import Backend
from taskdb_spec.clauses import clauses
from tests.support.second_implementation.store import QUERYING, Store
from tests.support.second_implementation.values import FIELDS


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

        def call(*args: Any, **named: Any) -> Any:
            try:
                return found(*args, **named)
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

GIVEN = "ISO-6 ISO-7 ISO-8"  # arguments are not modified by what never looks at them
REFUSALS = (
    "GET-2 UPD-5 DROP-2 ADD-2 REC-4 UPD-6 REC-5 REC-6 REC-7 REC-8 REC-9 REC-11 KEYS-4 KEYS-5"
    " IN-5 IN-6 QRY-4 QRY-5 QRY-6 QRY-7 QRY-8 QRY-9 QRY-10 PURGE-3 ERR-1 ERR-2 ERR-3 ERR-4 ERR-5"
    " EXI-2 GLB-8 RGX-4 LOG-1 LOG-2 SIZE-2 ALL-3 ELEM-2 MOD-2 ADD-3 REC-10"
)
READING = (
    "FIND-1 QRY-1 FIND-2 KEYS-1 KEYS-2 KEYS-3 KEYS-4 KEYS-5 ISO-4 ISO-9 KEEP-1 HUB-2"
    " IN-5 IN-6 QRY-4 QRY-5 QRY-6 QRY-7 QRY-8 QRY-9 QRY-10"
)


def section(*groups):
    """The clauses whose ids begin so."""
    return {clause for clause in clauses() if clause.partition("-")[0] in groups}


def listed(*texts):
    return {clause for text in texts for clause in text.split()}


OPERATORS = "EQ NE LT LTE GT GTE ORD CMP IN NIN PATH EXI NUM BYT GLB RGX AND OR NOR NOT LOG"
ARRAYS = "DOC LIST SIZE ALL ELEM MOD"
MATCHING = section(*OPERATORS.split(), *ARRAYS.split()) | listed("QRY-2 QRY-3")
EVERY = {clause.id for clause in clauses().values() if clause.claimed_by(VACUOUS["Forgets"])}

# What a store keeps, read off the text of each clause.
KEPT = {
    "DoesNothing": listed("RET-1 CLOSE-1", GIVEN),
    "RefusesByKey": listed("ERR-2", GIVEN),
    "RefusesByValue": listed("ERR-3 ERR-4", GIVEN),
    "NotImplementedYet": listed(GIVEN),
    # Nothing is the right answer to some queries, and a purge does not go through `find_records`.
    "FindsNothing": (EVERY - MATCHING - listed(READING)) | listed("CMP-4 IN-3 ALL-2 GLB-7"),
    "FindsAll": (EVERY - MATCHING - listed(READING))
    | listed("FIND-1 QRY-1 FIND-2 KEYS-2 NIN-4 ISO-4 ISO-9 KEEP-1 GLB-7"),
    # What is written is not seen by `get_record`; queries, refusals and history are right.
    # Its searches show that records are stored, which is evidence until GET-1 has failed.
    "GetsBlank": EVERY
    - section("VAL", "BUF", "TIME")
    - listed("GET-1 GET-2 REC-3 UPD-1 UPD-2 UPD-3 UPD-4 DROP-1 ADD-3 ADD-4 REC-10")
    - listed("FIND-2 ISO-1 ISO-2 HUB-3")
    | listed("TIME-1"),
    "NoHistory": EVERY - section("HIST") - {"ISO-5"},
    "AcceptsAll": EVERY - listed(REFUSALS),
    "Forgets": EVERY - listed("KEEP-1"),  # ADD-1 or GET-1 has to fail too, but not both
}
