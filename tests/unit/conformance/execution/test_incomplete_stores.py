"""Stores that answer with what no store should, or hold what is not the suite's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from taskdb_reference.nodb import NoDB
from taskdb_spec import Backend, Capability, RecordError
from taskdb_spec.capabilities import QUERY_CAPABILITIES
from taskdb_spec.conformance import StoreNotOpened, check_backend, state_machine
from taskdb_spec.conformance.comparison.culling import check_choice
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.generation.values import EXTREME_TIMESTAMPS
from taskdb_spec.model import Model
from taskdb_spec.records.fields import new_record
from tests.false_alarms.unusual_stores import InFile
from tests.support.small_runs import BRIEF, small_run


def failing(open_store: Callable[[], Any], *claims: Capability, **options: Any) -> set[str]:
    """The clauses that a small run finds broken."""
    backend = Backend("odd", lambda workdir: open_store(), claims, **options)
    return {result.clause.id for result in small_run(backend, profile=BRIEF).with_verdict("fail")}


class ListsAnIterator(Model):
    def get_history(self) -> Any:
        return iter(super().get_history())


class ListsNumbers(Model):
    """As a column does that takes what looks like a number for one."""

    def get_history(self) -> Any:
        return [int(each) if each.isdigit() else each for each in super().get_history()]


class FindsNumbers(Model):
    def find_records(self, check: Any, keys: Any = None) -> Any:
        found = super().find_records(check, keys)
        return {int(each) if each.isdigit() else each: found[each] for each in found}


class FindsNone(Model):
    def find_records(self, check: Any, keys: Any = None) -> Any:
        return dict.fromkeys(super().find_records(check, keys))


@pytest.mark.parametrize(
    ("store", "clause"),
    [
        (ListsAnIterator, "HIST-1"),
        (ListsNumbers, "HIST-1"),
        (FindsNumbers, "FIND-1"),
        (FindsNone, "FIND-2"),
    ],
)
def test_an_answer_of_another_kind_fails_its_clause(store: type[Model], clause: str) -> None:
    assert clause in failing(store)


class RefusesAnId(Model):
    """An id in the record is refused."""

    def add_record(self, msg_id: str, rec: Any, /) -> None:
        if "msg_id" in rec:
            raise RecordError("the id is given already")
        super().add_record(msg_id, rec)


def test_who_refuses_an_id_in_a_record_is_not_said_to_drop_records() -> None:
    found = failing(RefusesAnId)
    assert "REC-5" in found
    assert found.isdisjoint({"KEEP-1", "ISO-9"})


class FindsStrangers(InFile):
    def get_record(self, msg_id: str) -> Any:
        return super().get_record(msg_id) if msg_id in self.kept else None


def test_what_never_was_there_has_not_come_back() -> None:
    backend = Backend("strangers", FindsStrangers, {*QUERY_CAPABILITIES, Capability.durable})
    report = small_run(backend, profile=BRIEF)
    assert report["GET-2"].verdict == "fail"
    assert report["DUR-2"].verdict == "unexercised"
    assert report["DUR-2"].evidence["dropped"] == 0


class Litters(NoDB):
    """Leaves garbage that refers to itself."""

    def add_record(self, msg_id: Any, rec: Any) -> None:
        litter = {"record": rec}
        litter["itself"] = litter


def test_garbage_is_not_kept() -> None:
    assert failing(Litters, stores_nothing=True) == set()


class Used(Model):
    """Holds somebody's records, and cannot list them."""

    def __init__(self) -> None:
        super().__init__()
        self.add_record("somebody's", {})

    def get_history(self) -> Any:
        raise TypeError("'<' not supported between instances of 'NoneType' and 'datetime'")


def test_a_store_in_use_is_refused_even_if_its_history_fails() -> None:
    store = Used()
    backend = Backend("used", lambda workdir: store)
    with pytest.raises(StoreNotOpened, match="not empty: it has 1 records"):
        check_backend(backend, "quick")
    machine = state_machine(backend, max_examples=1, database=None)
    with pytest.raises(StoreNotOpened, match="not empty"):
        run_state_machine_as_test(machine, settings=machine.TestCase.settings)
    assert list(store.records) == ["somebody's"]


def test_open_has_to_return_a_store() -> None:
    def opened(workdir: Path) -> Any:
        Model()

    with pytest.raises(StoreNotOpened, match="`open` returned no store"):
        check_backend(Backend("nothing", opened), "quick")


@pytest.mark.parametrize(("first", "clause"), [("pending", "CULL-3"), ("newer", "CULL-4")])
def test_of_records_culled_out_of_turn_the_first_is_told(first: str, clause: str) -> None:
    """Whatever the order of a set of ids is, which is another in each process."""
    records = {
        "old": new_record("old", submitted=EXTREME_TIMESTAMPS[0], completed=EXTREME_TIMESTAMPS[0])
    }
    for number in range(40):
        pending = (first == "pending") == (number % 2 == 0)
        msg_id = f"id{number}"
        records[msg_id] = new_record(
            msg_id,
            submitted=EXTREME_TIMESTAMPS[-1],
            completed=None if pending else EXTREME_TIMESTAMPS[-1],
        )
    result = StepResult()
    check_choice(records, records.keys() - {"old"}, "written", result)
    assert [
        (each.clause, each.accessor and each.accessor.to_source()) for each in result.findings
    ] == [(clause, "'id0' in db.get_history()")]


class FindsThree(Model):
    """Finds no more than three records, whatever is asked."""

    def find_records(self, check: Any, keys: Any = None) -> Any:
        found = super().find_records(check, keys)
        return {msg_id: found[msg_id] for msg_id in [*found][:3]}


def test_what_a_search_for_all_gets_wrong_is_held_against_no_operator() -> None:
    found = failing(FindsThree)
    assert {"QRY-1", "KEEP-1"} <= found
    assert not {clause for clause in found if clause.startswith(("EQ-", "NE-", "CMP-", "LT-"))}


class Discards(NoDB):
    def get_record(self, msg_id: Any) -> Any:
        raise Discarded

    def find_records(self, check: Any, keys: Any = None) -> Any:
        raise Discarded

    def get_history(self) -> Any:
        raise Discarded


class Discarded(KeyError):
    def __str__(self) -> str:
        return "This store discards every record. To keep them, run the hub with db_class=SQLiteDB."


def test_what_to_do_may_be_said_in_many_words() -> None:
    assert failing(Discards, stores_nothing=True) == set()
