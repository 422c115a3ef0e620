"""What the caller does to a query, or a list of keys, after the call must not show (ISO-10)."""

from __future__ import annotations

from typing import Any

from taskdb_spec.conformance.comparison.aliasing import inside, made
from taskdb_spec.conformance.comparison.answers import ids_in
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.literals import call_to_source, to_source
from taskdb_spec.conformance.core.program import Operation
from taskdb_spec.conformance.execution.session import EVERYTHING, CallResult, Session

RETAINED = "ISO-10"


def reuse(
    session: Session, operation: Operation, args: tuple[Any, ...], result: StepResult
) -> None:
    """Empty what was given, at every depth; ask with what is left of it, then the same anew.

    What is left of a query and its keys, once the caller has emptied both, asks for everything.
    """
    anew = operation.replace(mutate_afterwards=False)
    expected = [session.call_model(step) for step in (anew, EVERYTHING)]
    if any(map(_difference, expected, map(session.call, (anew, EVERYTHING)))):
        return  # the business of other clauses
    session.call(operation, args)  # the last question that the store was asked, as it was at first
    statements = _emptied(args)
    names = tuple(f"given[{i}]" for i in range(len(args)))
    again = f"answer = {call_to_source(operation, names)}"
    if found := _difference(expected[1], session.call(operation, args)):
        result.add_finding([RETAINED], *found, interposed=(*statements, again))
    elif found := _difference(expected[0], session.call(anew)):
        result.add_finding([RETAINED], *found, anew, interposed=tuple(statements))
    elif expected[0] != expected[1]:
        result.add_evidence(RETAINED, "mutated")


def _difference(expected: dict[str, Any], outcome: CallResult) -> tuple[str, Any, Any] | None:
    """An expression over the answer that has another value: what was found, or how much of it."""
    answer = outcome.value_or_error
    if not isinstance(answer, dict):
        return "answer", expected, answer
    if answer.keys() != expected.keys():
        subject, ids = ids_in(answer)
        return subject, sorted(expected), ids
    for msg_id, record in expected.items():
        found, subject = answer[msg_id], f"answer[{to_source(msg_id)}]"
        if not isinstance(found, dict):
            return f"type({subject}).__name__", "dict", type(found).__name__
        if len(found) != len(record):
            return f"len({subject})", len(record), len(found)
    return None


def _emptied(args: tuple[Any, ...]) -> list[str]:
    """Empty every dict and list in the arguments, the innermost first; the statements that do."""
    return made(
        (f"{name}.clear()", value.clear)
        for i, arg in enumerate(args)
        for name, value in inside(arg, f"given[{i}]")
        if isinstance(value, dict | list)
    )
