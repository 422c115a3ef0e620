"""What can be imported from taskdb_spec, and what that does not bring in."""

from __future__ import annotations

import inspect
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

import taskdb_spec
from taskdb_spec import ALL, TASK_FIELDS, Backend, Capability, QueryError, compile_query
from taskdb_spec.model import Model

PROMISED = [
    *("TaskDB", "TaskRecord", "EngineRecord", "TASK_FIELDS", "new_record"),
    *("compile_query", "pending", "outstanding", "mia", "checked_fields", "check_keys"),
    *("Backend", "Capability", "DuplicateRecord", "RecordNotFound", "RecordError", "QueryError"),
]
NAMED = [
    *("completed", "finished_on", "mia", "outstanding", "pending", "queued_on", "unassigned"),
]


@pytest.mark.parametrize("name", PROMISED)
def test_promised(name: str) -> None:
    assert name in taskdb_spec.__all__
    assert hasattr(taskdb_spec, name)


def test_all_names_are_there() -> None:
    assert len(set(taskdb_spec.__all__)) == len(taskdb_spec.__all__)
    for name in taskdb_spec.__all__:
        assert getattr(taskdb_spec, name) is not None


def test_importing_brings_in_nothing_of_the_machine() -> None:
    code = "import sys, taskdb_spec; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    command = [sys.executable, "-W", "error", "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    modules = set(loaded.stdout.split())
    assert "taskdb_spec" in modules
    heavy = {"hypothesis", "click", "rich", "pytest", "traitlets", "taskdb_reference", "mongomock"}
    assert not modules & heavy


def test_compile_query_has_the_promised_defaults() -> None:
    parameters = inspect.signature(compile_query).parameters
    assert list(parameters) == ["check", "fields", "capabilities"]
    assert parameters["fields"].default is TASK_FIELDS
    assert parameters["capabilities"].default is ALL
    assert compile_query({"anything": 1}, fields=None)({"anything": 1})
    with pytest.raises(QueryError):
        compile_query({"anything": 1})


def test_the_names_of_the_capabilities() -> None:
    names = [
        *("presence", "glob", "arith", "logic", "paths", "documents", "arrays", "bytes"),
        *("numbers", "regex", "durable", "crash_safe", "concurrent", "shared", "culling"),
    ]
    assert list(Capability) == names
    assert frozenset(names) == ALL


def test_keys_are_asked_to_be_no_more_than_a_list_or_tuple() -> None:
    hints = get_type_hints(taskdb_spec.TaskDB.find_records)
    assert hints["keys"] == list[str] | tuple[str, ...] | None


@pytest.mark.parametrize("names", ["logic", Capability.logic])
def test_a_bare_str_is_no_set_of_capabilities(names: Any) -> None:
    told = "^capabilities: must be a set or list of names, not 'logic'$"
    with pytest.raises(ValueError, match=told):
        compile_query({}, capabilities=names)
    with pytest.raises(ValueError, match=told):
        Backend("mydb", lambda workdir: Model(), capabilities=names)


def test_capabilities_that_are_none() -> None:
    with pytest.raises(ValueError, match=r"^no such capability: foo; there are: presence, glob"):
        compile_query({}, capabilities={"logic", "foo"})


def test_a_bare_str_is_no_set_of_fields() -> None:
    with pytest.raises(ValueError, match=r"^fields: must be a set or list of names, not 'label'$"):
        compile_query({"label": "a"}, fields="label")


def test_a_backend_that_stores_nothing_claims_nothing() -> None:
    with pytest.raises(ValueError, match="stores nothing can claim nothing: logic, paths"):
        Backend("mydb", lambda workdir: Model(), {"paths", "logic"}, stores_nothing=True)


def test_the_interface_has_the_promised_calls() -> None:
    calls = [
        *("add_record", "get_record", "update_record", "drop_record", "drop_matching_records"),
        *("find_records", "get_history", "close"),
    ]
    assert all(callable(getattr(taskdb_spec.TaskDB, name)) for name in calls)


@pytest.mark.parametrize("name", NAMED)
def test_named_queries_are_core(name: str) -> None:
    named = getattr(taskdb_spec, name)
    query = named(*["u"] * len(inspect.signature(named).parameters))
    assert compile_query(query, capabilities=taskdb_spec.CORE)
    assert named(*["u"] * len(inspect.signature(named).parameters)) is not query


def test_what_named_queries_select() -> None:
    noon = datetime(2012, 3, 4, 12, tzinfo=UTC)
    records = {
        "fresh": {"client_uuid": "c"},
        "taken": {"client_uuid": "c", "engine_uuid": "e", "arrived": noon},
        "given": {"client_uuid": "d", "engine_uuid": "e"},
        "done": {"client_uuid": "c", "engine_uuid": "e", "arrived": noon, "completed": noon},
    }

    def selected(query: dict[str, object]) -> set[str]:
        predicate = compile_query(query)
        return {name for name, record in records.items() if predicate(record)}

    assert selected(taskdb_spec.pending()) == {"fresh", "taken", "given"}
    assert selected(taskdb_spec.completed()) == {"done"}
    assert selected(taskdb_spec.outstanding("c")) == {"fresh", "taken"}
    assert selected(taskdb_spec.mia()) == {"fresh", "given"}
    assert selected(taskdb_spec.unassigned()) == {"fresh"}
    assert selected(taskdb_spec.queued_on("e")) == {"taken", "given"}
    assert selected(taskdb_spec.finished_on("e")) == {"done"}
    assert taskdb_spec.pending() == {"completed": None}
    assert taskdb_spec.mia() == {"arrived": None, "completed": None}
