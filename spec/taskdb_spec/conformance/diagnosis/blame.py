"""Which clause is to blame: controls that tell the suspects of a shrunk failure apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.program import QUERY_CALLS, WRITES, Call, Operation, Program
from taskdb_spec.conformance.diagnosis.experiments import (
    CIRCUMSTANCES,
    FORMS,
    combinations,
    conditions,
    failure_of,
    is_as_wrong,
    is_taken_anywhere,
    model_after,
    suspect_in_plain_form,
    suspects_of_everything,
    suspects_of_offsets,
    suspects_of_order,
    suspects_of_records,
    suspects_of_value,
)
from taskdb_spec.conformance.execution.executor import Failure, Player

_REWRITTEN = frozenset({"UPD-1", "UPD-3", "ADD-4", "HUB-3"})
"""The clauses about values that a record has when it is written again."""
_OF_WRITES = {Call.update: "UPD-1", Call.drop: "DROP-1", Call.purge: "PURGE-1"}


def blame(player: Player, failure: Failure, focus: str = "") -> str:
    """The clause to blame: what the program was made for, if that is under suspicion, or the last
    suspect; after controls have cleared the query, its parts, or what was written before it.

    It is one that applies to the backend: blamed on another, a failure would not be reported.
    """
    blamed = _blamed(player, failure, focus)
    suspects = [blamed, *reversed(failure.finding.suspects)]
    applying = (c for c in suspects if clauses()[c].claimed_by(player.backend))
    return next(applying, blamed)


def _blamed(player: Player, failure: Failure, focus: str) -> str:
    finding, operation = failure.finding, failure.program.operations[-1]
    suspects = list(finding.suspects)
    if finding.family:
        return _blame_for_acceptance(player, failure, focus)
    if operation.call is Call.purge and (
        operation.args[0] == {} or not _find_fails(player, failure)
    ):
        return suspects[-1]  # only the drop is wrong, not the query
    if suspects[-1].startswith("CULL-"):
        return suspects[-1]  # the controls know of no limits
    if suspects[-1] in FORMS:
        return suspect_in_plain_form(player, failure.program, suspects[-1])
    if _is_wrong_record(operation, finding) and _find_is_right(player, failure):
        return "GET-1"
    if suspects[-1] in _REWRITTEN:
        suspects = suspects_of_value(player, failure) or suspects
    if _is_wrong_answer(operation, finding):
        suspects = next(filter(None, _controls(player, failure)), suspects)
    return focus if focus in suspects else suspects[-1]


def _blame_for_acceptance(player: Player, failure: Failure, focus: str) -> str:
    """The clause to blame for a call that was not refused, or not as it should have been."""
    operation, suspects = failure.program.operations[-1], list(failure.finding.suspects)
    if isinstance(failure.finding.actual, BaseException):
        return suspects[-1]  # refused, but with an error of another family
    if is_taken_anywhere(player, operation, suspects[-1]):
        suspects = [clause for clause in suspects if clause not in CIRCUMSTANCES]
    elif operation.call is Call.purge:
        return suspects[-1]  # a search refuses it
    return focus if focus in suspects else suspects[-1]


def _is_wrong_record(operation: Operation, finding: Finding) -> bool:
    """Whether a value is not read as it was written; which fields there are is another matter."""
    probe = finding.probe or operation
    return probe.call is Call.get and not finding.extra and finding.clause != "REC-1"


def _find_is_right(player: Player, failure: Failure) -> bool:
    """Whether `find_records` gives the record as it should be where `get_record` does not."""
    *before, operation = failure.program.operations
    probe = failure.finding.probe or operation
    look = Operation(Call.find, ({"msg_id": probe.args[0]},))
    steps = [*before, look] if operation.call is Call.get else [*before, operation, look]
    # What is read after it may be wrong, and what else is known to be wrong with it.
    return not any(
        found.probe is None
        and (player.failed.isdisjoint(found.suspects) or is_as_wrong(found, failure.finding))
        for found in player.findings(Program(tuple(steps)))
    )


def _is_wrong_answer(operation: Operation, finding: Finding) -> bool:
    reads = operation.call in (Call.find, Call.history, Call.purge)
    refused_add = operation.call is Call.add and finding.suspects[-1] == "ADD-1"
    return (
        (reads or (refused_add and finding.probe is None))
        and not finding.extra
        and not finding.subject.startswith("given")
    )


def _controls(player: Player, failure: Failure) -> Iterator[list[str]]:
    """Suspects that a control experiment leaves, none where it decides nothing."""
    *before, operation = failure.program.operations
    model = model_after(player, before)
    stored = [Operation(Call.add, (m, dict(r))) for m, r in model.records.items()]
    if operation.call in QUERY_CALLS:
        yield suspects_of_everything(player, stored, failure.finding)
        yield suspects_of_offsets(player, failure)
        if isinstance(failure.finding.actual, BaseException):
            yield suspects_of_records(player, stored, operation.args[0])
        yield from _of_the_query(player, stored, operation.args[0], failure.finding.suspects)
    if operation.call is Call.purge:
        yield _suspects(player, [*stored, operation.but(call=Call.find)])
    rewritten = any(step.call in WRITES and step.call is not Call.add for step in before)
    if (
        rewritten
        and operation.call is not Call.history
        and not _suspects(player, [*stored, operation])
    ):
        yield [_last_write(before)]


def _of_the_query(
    player: Player, stored: list[Operation], check: Any, suspects: Sequence[str]
) -> Iterator[list[str]]:
    """Parts of the query that are wrong alone; what its single comparison is wrong about."""
    for part in (*_parts(check), *combinations(check)):
        found = _suspects(player, [*stored, Operation(Call.find, (part,))])
        yield ("ORD-1" in found and suspects_of_order(player, stored, part)) or found
    if "ORD-1" in suspects:
        yield suspects_of_order(player, stored, check)


def _find_fails(player: Player, failure: Failure) -> bool:
    """Whether `find_records` is wrong about the query of a purge as well."""
    *before, operation = failure.program.operations
    look = operation.but(call=Call.find, aim="")
    return player.replay(Program((*before, look)), careful=False) is not None


def _suspects(player: Player, operations: list[Operation]) -> list[str]:
    failure = failure_of(player, *operations)
    return list(failure.finding.suspects) if failure else []


def _last_write(before: list[Operation]) -> str:
    dropped: set[Any] = set()
    clause = "ADD-1"
    for operation in before:
        if operation.call is Call.add and operation.args[0] in dropped:
            clause = "ADD-4"
        elif operation.call is Call.purge and operation.args[0] == {}:
            clause = "PURGE-2"
        elif operation.call in _OF_WRITES:
            clause = _OF_WRITES[operation.call]
        if operation.call is Call.drop and isinstance(operation.args[0], str):
            dropped.add(operation.args[0])
    return clause


def _parts(check: Any) -> Iterator[dict[str, Any]]:
    """Each single condition of a query of several, as a query of its own."""
    parts = list(conditions(check))
    if len(parts) > 1 or (parts and parts[0] != check):
        yield from parts
