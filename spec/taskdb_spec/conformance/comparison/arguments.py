"""Arguments: no call modifies the objects of the caller (ISO-6 to ISO-8).

Input: the arguments after the call, and the templates that they were copied from. Output: findings
and evidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from taskdb_spec.conformance.comparison.values import Mismatch
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.observations import ARGUMENTS, RELEASED, Accessor, View
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    Operation,
    is_unmodified,
)


def check_arguments(operation: Operation, args: tuple[object, ...], result: StepResult) -> None:
    """Compare the arguments with their templates.

    Args:
        operation: The call, with the templates.
        args: The objects that were passed.
        result: Receives the findings and the evidence.
    """
    for i, (template, arg) in enumerate(zip(operation.args, args, strict=True)):
        clause = _argument_clause(operation, i)
        if not clause or not isinstance(template, dict | list):
            continue
        if is_unmodified(template, arg):
            result.add_evidence(clause, "compared")
        else:
            result.add_finding([clause], *_first_change(template, arg, ARGUMENTS.at(i)))


def _argument_clause(operation: Operation, position: int) -> str:
    """Return the clause that protects this argument, or ""."""
    if operation.call in RECORD_CALLS:
        return "ISO-6" if position == 1 else ""
    if operation.call in QUERY_CALLS:
        return ("ISO-7", "ISO-8")[position]
    return ""


def _first_change(before: Any, after: Any, accessor: Accessor) -> Mismatch:
    """Return the first place in an argument that was modified."""
    if type(before) is not type(after):
        names = type(before).__name__, type(after).__name__
        return Mismatch(accessor.viewed(View.TYPE_NAME), *names)
    if isinstance(before, dict) and list(before) != list(after):
        return Mismatch(accessor.viewed(View.KEYS), list(before), list(after))
    if isinstance(before, dict | list | tuple) and len(before) == len(after):
        keys = before if isinstance(before, dict) else range(len(before))
        key = next(key for key in keys if not is_unmodified(before[key], after[key]))
        return _first_change(before[key], after[key], accessor.at(key))
    if isinstance(before, datetime):
        return Mismatch(accessor.viewed(View.ISO_FORMAT), before.isoformat(), after.isoformat())
    if isinstance(before, memoryview) and repr(after).startswith(RELEASED):
        return Mismatch(accessor.viewed(View.STARTS_WITH_RELEASED), expected=False, actual=True)
    return Mismatch(accessor, before, after)
