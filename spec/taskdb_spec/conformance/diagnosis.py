"""Which clause is to blame: controls that tell the suspects of a shrunk failure apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from taskdb_spec.conformance.judging.findings import Finding
from taskdb_spec.conformance.judging.refusals import refusals
from taskdb_spec.conformance.model import Model
from taskdb_spec.conformance.operations import WRITES, Call, Operation, Program, fresh
from taskdb_spec.conformance.playing import Failure, Player

_OF_WRITES = {Call.update: "UPD-1", Call.drop: "DROP-1", Call.purge: "PURGE-1"}


def blame(player: Player, failure: Failure, focus: str = "") -> str:
    """The clause to blame: what the program was made for, if that is under suspicion, or the last
    suspect; after controls have cleared the query, its parts, or what was written before it.
    """
    finding = failure.finding
    operation = failure.program.operations[-1]
    suspects = list(finding.suspects)
    if finding.family and isinstance(finding.actual, BaseException):
        return suspects[-1]  # refused, but with an error of another family
    if operation.call is Call.purge and (
        operation.args[0] == {} or not _find_fails(player, failure)
    ):
        return suspects[-1]  # only the drop is wrong, not the query
    if suspects[-1].startswith("CULL-"):
        return suspects[-1]  # the controls know of no limits
    if _is_wrong_record(operation, finding) and _find_is_right(player, failure):
        return "GET-1"
    if _is_wrong_answer(operation, finding):
        for control in _controls(player, failure):
            suspects = control or suspects
            if control:
                break
    return focus if focus in suspects else suspects[-1]


def _is_wrong_record(operation: Operation, finding: Finding) -> bool:
    probe = finding.probe or operation
    return probe.call is Call.get and not finding.family and not finding.extra


def _find_is_right(player: Player, failure: Failure) -> bool:
    """Whether `find_records` gives the record as it should be where `get_record` does not."""
    *before, operation = failure.program.operations
    probe = failure.finding.probe or operation
    look = Operation(Call.find, ({"msg_id": probe.args[0]},))
    steps = [*before, look] if operation.call is Call.get else [*before, operation, look]
    failed = player.replay(Program(tuple(steps)), careful=False)
    return failed is None or len(failed.program) > len(steps)  # only the last look is wrong


def _is_wrong_answer(operation: Operation, finding: Finding) -> bool:
    reads = operation.call in (Call.find, Call.history, Call.purge)
    refused_add = operation.call is Call.add and finding.suspects[-1] == "ADD-1"
    return (
        (reads or (refused_add and finding.probe is None))
        and not finding.family
        and not finding.extra
        and not finding.subject.startswith("given")
    )


def _controls(player: Player, failure: Failure) -> Iterator[list[str]]:
    """Suspects that a control experiment leaves, none where it decides nothing."""
    *before, operation = failure.program.operations
    model = _model_after(player, before)
    stored = [Operation(Call.add, (m, dict(r))) for m, r in model.records.items()]
    if operation.call is Call.purge:
        yield _suspects(player, [*stored, operation.but(call=Call.find)])
    elif operation.call is Call.find:
        for part in _parts(operation.args[0]):
            yield _suspects(player, [*stored, Operation(Call.find, (part,))])
    rewritten = any(step.call in WRITES and step.call is not Call.add for step in before)
    if (
        rewritten
        and operation.call is not Call.history
        and not _suspects(player, [*stored, operation])
    ):
        yield [_last_write(before)]


def _find_fails(player: Player, failure: Failure) -> bool:
    """Whether `find_records` is wrong about the query of a purge as well."""
    *before, operation = failure.program.operations
    look = operation.but(call=Call.find, aim="")
    return player.replay(Program((*before, look)), careful=False) is not None


def _suspects(player: Player, operations: list[Operation]) -> list[str]:
    failure = player.replay(Program(tuple(operations)), careful=False)
    if failure is None or len(failure.program) < len(operations):
        return []
    return list(failure.finding.suspects)


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


def _model_after(player: Player, operations: list[Operation]) -> Model:
    model = Model(player.backend.query_capabilities)
    for operation in operations:
        if operation.call in WRITES and not refusals(model, operation):
            getattr(model, operation.call.value)(*map(fresh, operation.args))
    return model


def _parts(check: Any) -> Iterator[dict[str, Any]]:
    """Each single condition of a query of several, as a query of its own."""
    parts = list(_conditions(check))
    if len(parts) > 1 or (parts and parts[0] != check):
        yield from parts


def _conditions(check: Any) -> Iterator[dict[str, Any]]:
    for key, condition in check.items():
        if key in ("$and", "$or", "$nor"):
            for query in condition:
                yield from _conditions(query)
        elif isinstance(condition, dict) and len(condition) > 1 and "$regex" not in condition:
            if all(str(name).startswith("$") for name in condition):
                yield from ({key: {name: operand}} for name, operand in condition.items())
            else:
                yield {key: condition}
        elif isinstance(condition, dict) and isinstance(condition.get("$not"), dict):
            yield from _conditions({key: condition["$not"]})
        else:
            yield {key: condition}
