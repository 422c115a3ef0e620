"""Answers: compare what a valid call returned with what the model returns.

Input: a call that the model accepts, and the result of the backend. Output: findings and evidence.
The model executes the call here as well, because afterwards its state has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import pairwise
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.query_coverage import PER_RECORD_CLAUSES, has_offsets
from taskdb_spec.conformance.comparison.suspects import (
    ParsedQuery,
    keys_suspects,
    parsed_query_suspects,
    query_suspects,
    write_suspects,
)
from taskdb_spec.conformance.comparison.values import is_informative, record_differences
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.observations import (
    ANSWER,
    EARLIER_ANSWER,
    FOUND_IDS,
    LISTED_IDS,
    Accessor,
    View,
)
from taskdb_spec.conformance.core.program import Call, Method, Operation
from taskdb_spec.conformance.execution.session import CallResult, Session
from taskdb_spec.language.parser import check_keys
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.ordering import sort_key

_ACCEPTANCE_CLAUSES: dict[Call, tuple[str, ...]] = {
    Method.add: ("ADD-2", "REC-11"),
    Method.update: ("UPD-5", "REC-11"),
    Method.drop: ("DROP-2", "REC-11"),
}
"""Clauses about refusals, for which an accepted call is the opposite kind of evidence."""

_MATCH_NOTHING = ("IN-3", "CMP-4", "ALL-2")
"""Clauses by which a condition matches no record at all."""
_MATCHES_EVERYTHING = "NIN-4"
"""The clause by which a condition matches every record."""


def check_answer(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    """Compare the result of a call that the model accepts.

    Args:
        session: The session. Its model executes the call too.
        operation: The call.
        outcome: What the backend returned or raised.
        result: Receives the findings and the evidence.
    """
    check = _READ_CHECKS.get(operation.call, _check_write)
    check(session, operation, outcome, result)
    target_clause = operation.target_clause
    if not result.findings and target_clause and "accepted" in _evidence_kinds(target_clause):
        result.add_evidence(target_clause, "accepted")


def _evidence_kinds(clause: str) -> tuple[str, ...]:
    return clauses()[clause].evidence


def _check_write(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    if outcome.error is not None:
        result.add_finding(write_suspects(session, operation), ANSWER, None, outcome.error)
        return
    if outcome.value is not None:
        result.add_finding(["RET-1"], ANSWER, None, outcome.value)
    result.add_evidence("RET-1", "returned")
    for clause in _ACCEPTANCE_CLAUSES.get(operation.call, ()):
        result.add_evidence(clause, "accepted")
    session.call_model(operation)


# get_record


def _check_get(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    (msg_id,) = operation.args
    expected = session.model.records[msg_id]
    if outcome.error is not None:
        result.add_finding(["GET-1"], ANSWER.at("msg_id"), msg_id, outcome.error)
        return
    written = session.history.written.get(msg_id, {})
    for found in record_differences(expected, outcome.value, ANSWER, written):
        result.add_finding(found.suspects, *found.mismatch)
    if not result.findings:
        for clause, kind in (("GET-1", "found"), ("GET-2", "accepted"), ("REC-1", "read")):
            result.add_evidence(clause, kind)
        result.add_evidence("REC-11", "accepted")


# find_records


def sort_ids(answer: Iterable[Any]) -> tuple[Accessor, list[Any]]:
    """Return where the sorted ids of an answer are, and the ids, which can have any class."""
    ids = sorted(answer, key=str)
    are_texts = all(isinstance(each, str) for each in ids)
    return FOUND_IDS if are_texts else ANSWER.viewed(View.SORTED_BY_TEXT), ids


def _check_find(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    expected = session.call_model(operation)
    records = session.model.records
    if outcome.error is not None:
        suspects = query_suspects(session, operation, records)
        suspects += keys_suspects(operation)
        if operation.target_clause and "accepted" in _evidence_kinds(operation.target_clause):
            suspects.append(operation.target_clause)
        result.add_finding(suspects, FOUND_IDS, sorted(expected), outcome.error)
        return
    answer = outcome.value
    if not isinstance(answer, dict):
        type_name = ANSWER.viewed(View.TYPE_NAME)
        result.add_finding(["FIND-1"], type_name, "dict", type(answer).__name__)
    elif _has_unknown_ids(session, answer):
        accessor, found = sort_ids(answer)
        result.add_finding(["FIND-1"], accessor, sorted(expected), found)
    elif answer.keys() != expected.keys():
        wrong = [m for m in {**records, **answer} if (m in expected) != (m in answer)]
        suspects = _culling_suspects(session, wrong)
        suspects = suspects or query_suspects(
            session, operation, [m for m in wrong if m in records]
        )
        accessor, found = sort_ids(answer)
        result.add_finding(suspects, accessor, sorted(expected), found)
    else:
        for msg_id in expected:
            _check_found_record(
                session, operation, msg_id, expected[msg_id], answer[msg_id], result
            )
        if not result.findings:
            _add_find_evidence(session, operation, expected, result)


def _has_unknown_ids(session: Session, answer: dict[Any, Any]) -> bool:
    """Return whether the keys are not ids, although the values are records.

    An answer of empty values is a wrong projection instead.
    """
    known = session.history.known_ids
    unknown = any(not isinstance(key, str) or key not in known for key in answer)
    first = next(iter(answer.values()), None)
    return unknown and isinstance(first, dict) and "msg_id" in first


def _culling_suspects(session: Session, wrong: list[str]) -> list[str]:
    """Return the clause about culled ids, if the answer is wrong about no other ids."""
    if session.history.culled.issuperset(wrong):
        return ["CULL-5"]
    return ["CULL-6"] if session.history.added_again.issuperset(wrong) else []


def _check_found_record(
    session: Session,
    operation: Operation,
    msg_id: str,
    expected: Any,
    actual: Any,
    result: StepResult,
) -> None:
    accessor = ANSWER.at(msg_id)
    suspects = ["FIND-2", *keys_suspects(operation)]
    is_projected = len(operation.args) == 2 and check_keys(operation.args[1]) is not None
    if is_projected and isinstance(actual, dict) and expected.keys() != actual.keys():
        names = sorted(expected), sorted(map(str, actual))
        result.add_finding(suspects, accessor.viewed(View.SORTED), *names)
        return
    if isinstance(actual, dict) and actual.get("msg_id") != msg_id:
        result.add_finding(["FIND-1"], accessor.at("msg_id"), msg_id, actual.get("msg_id"))
    written = session.history.written.get(msg_id, {})
    for found in record_differences(expected, actual, accessor, written):
        result.add_finding(found.add_suspects(suspects), *found.mismatch)


def _add_find_evidence(
    session: Session, operation: Operation, matched: dict[str, Any], result: StepResult
) -> None:
    result.add_evidence("FIND-1", "found" if matched else "empty")
    session.history.any_match_so_far = session.history.any_match_so_far or bool(matched)
    for clause in _content_clauses(operation, matched) if matched else ():
        result.add_evidence(clause, "read")
    if operation.args[0] == {}:
        result.evidence["QRY-1", "matched"] += len(matched)
    target_clause = operation.target_clause
    kinds = _evidence_kinds(target_clause) if target_clause else ()
    if not _is_answer_informative(session, target_clause, kinds, matched):
        return
    exercises_target = _target_clause_filter(session, operation)
    for msg_id in session.model.records if kinds else ():
        kind = "matched" if msg_id in matched else "unmatched"
        if kind in kinds and exercises_target(msg_id):
            result.add_evidence(target_clause, kind)


def _content_clauses(operation: Operation, matched: dict[str, Any]) -> list[str]:
    """Return the clauses about the content of found records for which the answer is evidence."""
    keys_clauses = keys_suspects(operation)
    if not keys_clauses:
        return ["FIND-2"] if any(map(is_informative, matched.values())) else []
    if keys_clauses[0] == "KEYS-2":
        return keys_clauses[:1]  # An empty tuple shows nothing about tuples of keys (KEYS-3).
    leaves_out_fields = len({"msg_id", *operation.args[1]}) < len(TASK_FIELDS)
    return keys_clauses if leaves_out_fields else []


def _target_clause_filter(session: Session, operation: Operation) -> Callable[[str], bool]:
    """Return a predicate: whether the query exercises its target clause on a record."""
    if operation.target_clause not in PER_RECORD_CLAUSES:
        return lambda _msg_id: True
    parsed = ParsedQuery.parse(session, operation)
    return lambda msg_id: (
        operation.target_clause in parsed_query_suspects(session, operation, parsed, [msg_id])
    )


def _is_answer_informative(
    session: Session, target_clause: str, kinds: tuple[str, ...], matched: Collection[str]
) -> bool:
    """Return whether a store that ignores the query could not have given the answer.

    If a clause needs both kinds of evidence, a store that always finds all records, or none, fails
    to provide one of them. If it needs one kind only, this function must reject such answers.
    """
    if kinds == ("unmatched",) and target_clause not in _MATCH_NOTHING:
        return session.history.any_match_so_far
    if kinds == ("matched",) and target_clause != _MATCHES_EVERYTHING:
        return len(matched) < len(session.model.records)
    return True


# get_history


def _check_history(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    answer = outcome.value
    if outcome.error is not None or not isinstance(answer, list):
        actual = outcome.error or type(answer).__name__
        submitted = {record.get("submitted") is None for record in session.model.records.values()}
        # If records with and without `submitted` are mixed, to order them may have failed.
        clause = "HIST-3" if len(submitted) == 2 else "HIST-1"
        result.add_finding([clause], ANSWER.viewed(View.TYPE_NAME), "list", actual)
        return
    expected = sorted(session.model.records)
    accessor, listed = sort_ids(answer)
    if listed != expected:
        result.add_finding(["HIST-1"], accessor, expected, listed)
        return
    if expected:
        result.add_evidence("HIST-1", "listed")
    for one, other in pairwise(answer):
        _check_order(session, one, other, result)
    _check_repetition(session, operation, list(answer), result)


def _check_repetition(
    session: Session, operation: Operation, answer: list[str], result: StepResult
) -> None:
    """Check that the order is the same in a second call, and as before if nothing was written."""
    history = session.history
    again = session.call(operation).value_or_error
    if again != answer:
        result.add_finding(
            ["HIST-5"], LISTED_IDS.viewed(View.EQUALS, ANSWER), expected=True, actual=False
        )
    elif history.last_history is not None and history.last_history != answer:
        result.add_finding(
            ["HIST-5"], ANSWER.viewed(View.EQUALS, EARLIER_ANSWER), expected=True, actual=False
        )
    history.last_history = answer
    if len(answer) > 1:
        result.add_evidence("HIST-5", "repeated")


def _check_order(session: Session, one: str, other: str, result: StepResult) -> None:
    """Check that two neighbours in the history are in the order of `submitted`."""
    records = session.model.records
    before, after = records[one].get("submitted"), records[other].get("submitted")
    if sort_key(before) == sort_key(after):
        return
    if None in (before, after):
        clause = "HIST-3"
    elif any(_was_submitted_with_offset(session, msg_id) for msg_id in (one, other)):
        clause = "HIST-4"
    else:
        clause = "HIST-2"
    if sort_key(before) > sort_key(after):
        pair = ANSWER.viewed(View.ONLY, (one, other))
        result.add_finding(["HIST-2", clause], pair, [other, one], [one, other])
    else:
        result.add_evidence(clause, "ordered")


def _was_submitted_with_offset(session: Session, msg_id: str) -> bool:
    return has_offsets(session.history.written.get(msg_id, {}).get("submitted"))


_READ_CHECKS: dict[Call, Callable[[Session, Operation, CallResult, StepResult], None]] = {
    Method.get: _check_get,
    Method.find: _check_find,
    Method.history: _check_history,
}
