"""What a call returned, held against what the model returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.query_coverage import (
    SPECIAL,
    exercised_clauses,
    has_offsets,
)
from taskdb_spec.conformance.comparison.values import (
    is_informative,
    record_differences,
    value_clauses,
)
from taskdb_spec.conformance.core.findings import StepResult, most_general_first
from taskdb_spec.conformance.core.program import Call, Method, Operation
from taskdb_spec.conformance.execution.session import CallResult, Session
from taskdb_spec.language.parser import check_keys, parse_query
from taskdb_spec.language.tree import Query
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.ordering import sort_key


def judge_answer(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    """Judge a call that the model accepts; the model makes the call here as well."""
    if operation.call in _READS:
        _READS[operation.call](session, operation, outcome, result)
    else:
        _write(session, operation, outcome, result)
    if (
        not result.findings
        and operation.target_clause
        and "accepted" in _evidence_of(operation.target_clause)
    ):
        result.add_evidence(operation.target_clause, "accepted")


def _evidence_of(clause: str) -> tuple[str, ...]:
    return clauses()[clause].evidence


# Writes


def _write(session: Session, operation: Operation, outcome: CallResult, result: StepResult) -> None:
    if outcome.error is not None:
        suspects = list(write_suspects(session, operation))
        result.add_finding(suspects, "answer", None, outcome.error)
        return
    if outcome.value is not None:
        result.add_finding(["RET-1"], "answer", None, outcome.value)
    result.add_evidence("RET-1", "returned")
    for clause in _ACCEPTED.get(operation.call, ()):
        result.add_evidence(clause, "accepted")
    session.call_model(operation)


_ACCEPTED: dict[Call, tuple[str, ...]] = {
    Method.add: ("ADD-2", "REC-11"),
    Method.update: ("UPD-5", "REC-11"),
    Method.drop: ("DROP-2", "REC-11"),
}


def write_suspects(
    session: Session, operation: Operation, ids: Collection[str] | None = None
) -> Iterator[str]:
    """The clauses that an accepted write exercises, from the general to the special.

    `ids` are those that a purge is wrong about, where that is known.
    """
    if operation.call is Method.drop:
        yield "DROP-1"
    elif operation.call is Method.purge:
        if operation.args[0] == {}:
            yield "PURGE-2"
            return
        yield from query_suspects(session, operation, ids or session.model.records)
        if operation.target_clause in OF_THE_HUB:
            return
        yield "PURGE-1"
        if _has_key(operation.args[0], "$glob"):
            yield "GLB-7"
    else:
        yield from _record_suspects(session, operation)


def _record_suspects(session: Session, operation: Operation) -> list[str]:
    msg_id, fields = operation.args
    if msg_id in session.history.culled:
        return ["CULL-6"]
    found = {"ADD-1"} if operation.call is Method.add else {"UPD-1"}
    if operation.call is Method.update and not fields:
        return ["UPD-4"]
    if operation.call is Method.add and msg_id in session.history.dropped:
        found.add("ADD-4")
    for name, value in fields.items():
        if name == "msg_id":
            found.add("REC-5")
        else:
            found |= value_clauses(name, value)
    return [*most_general_first(found), *(["HUB-3"] if operation.target_clause == "HUB-3" else [])]


# get_record


def _get(session: Session, operation: Operation, outcome: CallResult, result: StepResult) -> None:
    (msg_id,) = operation.args
    expected = session.model.records[msg_id]
    if outcome.error is not None:
        result.add_finding(["GET-1"], "answer['msg_id']", msg_id, outcome.error)
        return
    for found in record_differences(
        expected, outcome.value, "answer", session.history.written.get(msg_id, {})
    ):
        result.add_finding(found.suspects, found.subject, found.expected, found.actual)
    if not result.findings:
        for clause, kind in (("GET-1", "found"), ("GET-2", "accepted"), ("REC-1", "read")):
            result.add_evidence(clause, kind)
        result.add_evidence("REC-11", "accepted")


# find_records

IDS_FOUND = "sorted(answer)"
"""The expression over the answer that says which records it has."""


def ids_in(answer: Iterable[Any]) -> tuple[str, list[Any]]:
    """The ids in an answer, sorted, and the expression for them; they may be of any class."""
    ids = sorted(answer, key=str)
    all_texts = all(isinstance(each, str) for each in ids)
    return IDS_FOUND if all_texts else "sorted(answer, key=str)", ids


def query_suspects(session: Session, operation: Operation, ids: Collection[str]) -> list[str]:
    """The clauses of the query language that the query exercises on these records."""
    if operation.target_clause in OF_THE_HUB:
        return [operation.target_clause]
    check = operation.args[0]
    tree = parse_query(check, TASK_FIELDS, session.model.capabilities)
    return _suspects_of(session, operation, tree, ids)


def _suspects_of(
    session: Session, operation: Operation, tree: Query, ids: Collection[str]
) -> list[str]:
    check, target_clause, stored = operation.args[0], operation.target_clause, session.model.records
    of_each = [] if stored or ids else [exercised_clauses(tree, {}, has_offsets(check))]
    for msg_id in ids:
        offsets = has_offsets(check) or has_offsets(session.history.written.get(msg_id, {}))
        record: Any = stored.get(msg_id) or session.history.dropped.get(msg_id) or {}
        of_each.append(exercised_clauses(tree, record, offsets))
    # Made for no clause, the query is wrong about other records for what it is wrong about first.
    found = set().union(*of_each) if target_clause else min(of_each, key=len, default=set())
    if _has_key(check, "$eq"):
        found.add("EQ-2")
    if _has_key(check, "$and"):
        found.add("AND-1")
    if target_clause in clauses() and (target_clause not in SPECIAL or target_clause in found):
        kinds = _evidence_of(target_clause)
        found |= {target_clause} if {"matched", "unmatched"} & set(kinds) else set()
    applying = {clause for clause in found if clauses()[clause].claimed_by(session.backend)}
    if (
        target_clause in applying
    ):  # what the query was made for comes last, unless a later clause applies
        return [*most_general_first(applying - {target_clause}), target_clause]
    return most_general_first(applying) or ["FIND-1"]


OF_THE_HUB = ("HUB-1", "HUB-2")
"""Clauses about whole queries of the Hub: whatever is wrong with them is theirs to report."""


def _has_key(check: Any, key: str) -> bool:
    if isinstance(check, dict):
        return key in check or any(_has_key(value, key) for value in check.values())
    return isinstance(check, list | tuple) and any(_has_key(item, key) for item in check)


def _find(session: Session, operation: Operation, outcome: CallResult, result: StepResult) -> None:
    expected = session.call_model(operation)
    records = session.model.records
    if outcome.error is not None:
        suspects = query_suspects(session, operation, records)
        suspects += keys_suspects(operation)
        if operation.target_clause and "accepted" in _evidence_of(operation.target_clause):
            suspects.append(operation.target_clause)
        result.add_finding(suspects, IDS_FOUND, sorted(expected), outcome.error)
        return
    answer = outcome.value
    if not isinstance(answer, dict):
        result.add_finding(["FIND-1"], "type(answer).__name__", "dict", type(answer).__name__)
        return
    strange = [
        key for key in answer if not isinstance(key, str) or key not in session.history.known_ids
    ]
    if strange and answer.values() and "msg_id" in next(iter(answer.values()), ()):
        subject, found = ids_in(answer)
        result.add_finding(["FIND-1"], subject, sorted(expected), found)
        return
    if answer.keys() != expected.keys():
        wrong = [m for m in {**records, **answer} if (m in expected) != (m in answer)]
        suspects = _of_culling(session, wrong)
        suspects = suspects or query_suspects(
            session, operation, [m for m in wrong if m in records]
        )
        subject, found = ids_in(answer)
        result.add_finding(suspects, subject, sorted(expected), found)
        return
    for msg_id in expected:
        _found_record(session, operation, msg_id, expected[msg_id], answer[msg_id], result)
    if not result.findings:
        _find_evidence(session, operation, expected, result)


def _of_culling(session: Session, wrong: list[str]) -> list[str]:
    """The clause about culled ids where the query is wrong about none but these."""
    if session.history.culled.issuperset(wrong):
        return ["CULL-5"]
    return ["CULL-6"] if session.history.readded.issuperset(wrong) else []


def keys_suspects(operation: Operation) -> list[str]:
    """The clauses of `keys` that a find exercises."""
    if len(operation.args) < 2:
        return []
    keys = operation.args[1]
    if not keys:
        return ["KEYS-2", "KEYS-3"] if isinstance(keys, tuple) else ["KEYS-2"]
    plain = [name for name in TASK_FIELDS if name in keys and name != "msg_id"] == keys
    return ["KEYS-1"] if plain else ["KEYS-1", "KEYS-3"]


def _found_record(
    session: Session, operation: Operation, msg_id: str, expected: Any, actual: Any, result: Any
) -> None:
    subject = f"answer[{msg_id!a}]"
    suspects = ["FIND-2", *keys_suspects(operation)]
    projected = len(operation.args) == 2 and check_keys(operation.args[1]) is not None
    if projected and isinstance(actual, dict) and expected.keys() != actual.keys():
        names = sorted(expected), sorted(map(str, actual))
        result.add_finding(suspects, f"sorted({subject})", *names)
        return
    if isinstance(actual, dict) and actual.get("msg_id") != msg_id:
        result.add_finding(["FIND-1"], f"{subject}['msg_id']", msg_id, actual.get("msg_id"))
    for found in record_differences(
        expected, actual, subject, session.history.written.get(msg_id, {})
    ):
        result.add_finding(
            found.add_suspects(suspects), found.subject, found.expected, found.actual
        )


def _find_evidence(
    session: Session, operation: Operation, matched: dict[str, Any], result: StepResult
) -> None:
    result.add_evidence("FIND-1", "found" if matched else "empty")
    session.history.any_match_so_far = session.history.any_match_so_far or bool(matched)
    for clause in _read(operation, matched) if matched else ():
        result.add_evidence(clause, "read")
    if operation.args[0] == {}:
        result.evidence["QRY-1", "matched"] += len(matched)
    target_clause = operation.target_clause
    kinds = _evidence_of(target_clause) if target_clause else ()
    if not _tells_apart(session, target_clause, kinds, matched):
        return
    concerns = _concerned(session, operation)
    for msg_id in session.model.records if kinds else ():
        kind = "matched" if msg_id in matched else "unmatched"
        if kind in kinds and concerns(msg_id):
            result.add_evidence(target_clause, kind)


def _read(operation: Operation, matched: dict[str, Any]) -> list[str]:
    """The clauses about what records hold that are kept where those found are as they should be."""
    of_keys = keys_suspects(operation)
    if not of_keys:
        return ["FIND-2"] if any(map(is_informative, matched.values())) else []
    if of_keys[0] == "KEYS-2":
        return of_keys[:1]  # of an empty tuple, nothing is taken
    leaves_out = len({"msg_id", *operation.args[1]}) < len(TASK_FIELDS)
    return of_keys if leaves_out else []


def _concerned(session: Session, operation: Operation) -> Callable[[str], bool]:
    """Whether the clause that a query was made for is about what it says of a record."""
    if operation.target_clause not in SPECIAL:
        return lambda msg_id: True
    tree = parse_query(operation.args[0], TASK_FIELDS, session.model.capabilities)
    return lambda msg_id: (
        operation.target_clause in _suspects_of(session, operation, tree, [msg_id])
    )


def _tells_apart(
    session: Session, target_clause: str, kinds: tuple[str, ...], matched: Collection[str]
) -> bool:
    """Whether an answer says anything: one that finds all, or nothing ever, need not have looked.

    Where a clause takes evidence of both kinds, the other kind sees to that.
    """
    if kinds == ("unmatched",) and target_clause not in ("IN-3", "CMP-4", "ALL-2"):
        return session.history.any_match_so_far
    if kinds == ("matched",) and target_clause != "NIN-4":
        return len(matched) < len(session.model.records)
    return True


# get_history


def _history(
    session: Session, operation: Operation, outcome: CallResult, result: StepResult
) -> None:
    answer = outcome.value
    if outcome.error is not None or not isinstance(answer, list):
        told = outcome.error or type(answer).__name__
        submitted = {record.get("submitted") is None for record in session.model.records.values()}
        clause = "HIST-3" if len(submitted) == 2 else "HIST-1"
        result.add_finding([clause], "type(answer).__name__", "list", told)
        return
    expected = sorted(session.model.records)
    subject, listed = ids_in(answer)
    if listed != expected:
        result.add_finding(["HIST-1"], subject, expected, listed)
        return
    if expected:
        result.add_evidence("HIST-1", "listed")
    for one, other in pairwise(answer):
        _in_order(session, one, other, result)
    _judge_repetition(session, operation, list(answer), result)


EARLIER = "earlier"
"""The name that the answer of the last `get_history` has in expressions."""


def _judge_repetition(
    session: Session, operation: Operation, answer: list[str], result: StepResult
) -> None:
    """The same as just before, and as at the last call, if nothing was written since."""
    again = session.call(operation).value_or_error
    if again != answer:
        result.add_finding(["HIST-5"], "db.get_history() == answer", True, False)
    elif session.history.last_history is not None and session.history.last_history != answer:
        result.add_finding(["HIST-5"], f"answer == {EARLIER}", True, False)
    session.history.last_history = answer
    if len(answer) > 1:
        result.add_evidence("HIST-5", "repeated")


def _in_order(session: Session, one: str, other: str, result: StepResult) -> None:
    records = session.model.records
    before, after = records[one].get("submitted"), records[other].get("submitted")
    if sort_key(before) == sort_key(after):
        return
    if None in (before, after):
        clause = "HIST-3"
    elif any(
        has_offsets(session.history.written.get(msg_id, {}).get("submitted"))
        for msg_id in (one, other)
    ):
        clause = "HIST-4"
    else:
        clause = "HIST-2"
    if sort_key(before) > sort_key(after):
        pair = literal_pair(one, other)
        result.add_finding(
            ["HIST-2", clause], f"[m for m in answer if m in {pair}]", [other, one], [one, other]
        )
    else:
        result.add_evidence(clause, "ordered")


def literal_pair(one: str, other: str) -> str:
    return f"({one!a}, {other!a})"


_READS: dict[Call, Callable[[Session, Operation, CallResult, StepResult], None]] = {
    Method.get: _get,
    Method.find: _find,
    Method.history: _history,
}
