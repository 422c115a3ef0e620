"""Scripts: they fail on a defect and pass without it, and they import what they use."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from taskdb_spec.conformance.confirmation.confirm import run_here
from taskdb_spec.conformance.confirmation.crash_script import summarize_crash, write_crash_script
from taskdb_spec.conformance.confirmation.script import summarize_finding, write_script
from taskdb_spec.conformance.confirmation.script_builder import Opener, ScriptBuilder
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.observations import (
    ANSWER,
    ARGUMENTS,
    EARLIER_ANSWER,
    FOUND_IDS,
    Accessor,
    Change,
    Mutation,
    StoreCall,
    View,
)
from taskdb_spec.conformance.core.program import Method, Operation, Program, StoreAction
from taskdb_spec.conformance.execution.executor import Failure
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.conformance.execution.session import EVERYTHING
from taskdb_spec.model import model_backend

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
ADD = Operation(Method.add, ("a", {"label": "x", "completed": NOON}))
HISTORY = Operation(Method.history)
GET = Operation(Method.get, ("a",))
MODEL = Opener.for_model(model_backend)


def run(finding: Finding, *operations: Operation) -> tuple[int, str]:
    """Run the script of a finding on the model."""
    failure = Failure(Program(operations), finding, [False] * len(operations))
    return run_here(write_script(failure, finding.clause, "a summary", MODEL))


@pytest.mark.parametrize(
    ("finding", "operations"),
    [
        (Finding(("FIND-1",), FOUND_IDS, ["a"], []), [ADD, EVERYTHING]),
        (Finding(("FIND-1",), FOUND_IDS, ["a"], OSError()), [ADD, EVERYTHING]),
        (Finding(("ADD-1",), ANSWER.at("label"), "x", "y", GET), [ADD]),
        (Finding(("ADD-2",), None, (KeyError,), None, None, (KeyError,)), [ADD, ADD]),
        (
            Finding(("HIST-5",), ANSWER.viewed(View.EQUALS, EARLIER_ANSWER), True, False),
            [ADD, HISTORY, HISTORY],
        ),
        (
            Finding(("ISO-6",), ARGUMENTS.at(1).viewed(View.KEYS), ["label", "completed"], []),
            [ADD],
        ),
        (
            Finding(
                ("ISO-1",),
                ANSWER.viewed(View.CONTAINS, "mark"),
                False,
                True,
                GET,
                interposed=(Mutation(ARGUMENTS.at(1), Change.SET_ITEM, ("mark", 1)),),
            ),
            [ADD],
        ),
        (
            Finding(
                ("ISO-9",),
                Accessor(StoreCall("other", GET)),
                (KeyError,),
                {},
                accepted_errors=(KeyError,),
                interposed=(
                    StoreCall("other", ADD),
                    StoreCall("other", Operation(Method.drop, ("a",))),
                ),
            ),
            [ADD, Operation(StoreAction.second_store)],
        ),
    ],
)
def test_a_script_passes_on_the_model(finding: Finding, operations: list[Operation]) -> None:
    assert run(finding, *operations) == (0, "")


@pytest.mark.parametrize(
    ("finding", "operations", "message"),
    [
        (Finding(("FIND-1",), FOUND_IDS, [], ["a"]), [ADD, EVERYTHING], "expected [], got ['a']"),
        (Finding(("GET-1",), ANSWER.at("msg_id"), "b", KeyError()), [GET], "expected 'b', got"),
        (
            Finding(("GET-2",), None, (), None, None, (ValueError,)),
            [GET],
            "expected ValueError, got RecordNotFound",
        ),
    ],
)
def test_a_script_names_the_clause_that_fails(
    finding: Finding, operations: list[Operation], message: str
) -> None:
    status, last_line = run(finding, *operations)
    assert status == 1
    assert last_line.startswith(f"AssertionError: {finding.clause}: {message}")


def test_a_script_imports_the_names_that_it_uses() -> None:
    builder = ScriptBuilder(MODEL)
    assert builder.import_lines() == ["import tempfile", "from pathlib import Path"]
    builder.step(ADD.replace(args=("a", {"completed": NOON, "header": Decimal(1)})), raises=True)
    builder.statements(Operation(StoreAction.memory_growth))
    assert builder.import_lines() == [
        "import gc",
        "import tracemalloc",
        "import tempfile",
        "from contextlib import suppress",
        "from decimal import Decimal",
        "from datetime import datetime, timezone",
        "from pathlib import Path",
    ]


def test_text_that_looks_like_code_is_not_imported() -> None:
    builder = ScriptBuilder(MODEL)
    builder.step(Operation(Method.add, ("re.", {"label": "datetime(gc."})), raises=False)
    assert builder.import_lines() == ["import tempfile", "from pathlib import Path"]


def test_a_summary_is_one_sentence() -> None:
    finding = Finding(("ISO-6",), ARGUMENTS.at(1).viewed(View.KEYS), ["label"], [])
    assert summarize_finding([HISTORY, ADD.replace(args=("a", {}))], finding) == (
        "add_record('a', {}) after 1 other call: expected list(the arguments given[1]) to be "
        "['label']; got []"
    )
    refusal = Finding(("GET-2",), None, (KeyError,), OSError("away"), GET, (KeyError,))
    assert summarize_finding([ADD], refusal) == (
        "get_record('a'): expected the call to raise KeyError; it raised OSError: away"
    )


def test_the_script_of_a_crash_marks_the_last_call() -> None:
    program = Program((ADD, ADD, GET))
    process_exit = ProcessExit(timed_out=True, text="did not return")
    script = write_crash_script(program, "GET-1", process_exit, 1.5, MODEL)
    lines = script.splitlines()
    assert [line.strip() for line in lines if "db." in line or "touch" in line] == [
        "db.add_record('a', {'label': 'x', 'completed': "
        "datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)})",
        "db.add_record('a', {'label': 'x', 'completed': "
        "datetime(2024, 2, 29, 12, 0, tzinfo=timezone.utc)})",
        'Path(sys.argv[1], "called").touch()',
        "db.get_record('a')",
        'Path(sys.argv[1], "returned").touch()',
    ]
    # The second add must raise, and so the script lets it; so it does for the last call.
    assert script.count("with suppress(Exception):") == 2
    assert "from datetime import datetime, timezone" in lines
    assert "it did not return within 1.5 s" in script
    compile(script, "script", "exec")
    assert summarize_crash(program, process_exit) == (
        "get_record('a') after 2 other calls: expected the call to come back; it did not return"
    )
