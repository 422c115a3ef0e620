"""Suspects: the clauses that an operation exercises.

If the operation fails, one of them is violated. If one of them is known to fail, the operation is
avoided. Input: the session, whose model has the state before the operation, and the operation.
Output: clause ids, from the most general to the most specific. The clauses about single values are
in `values`, those about conditions of queries in `query_coverage`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.comparison.query_coverage import (
    PER_RECORD_CLAUSES,
    exercised_clauses,
    has_offsets,
)
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.comparison.values import value_clauses
from taskdb_spec.conformance.core.findings import most_general_first
from taskdb_spec.conformance.core.program import WRITES, Call, Method, Operation, StoreAction
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.language.parser import parse_query
from taskdb_spec.language.tree import Query
from taskdb_spec.records.fields import TASK_FIELDS
from taskdb_spec.records.traversal import iter_keys

HUB_QUERY_CLAUSES = ("HUB-1", "HUB-2")
"""Clauses about whole queries of the Hub. They are blamed for anything that such a query shows."""

_GENERAL_CLAUSES: dict[Call, str] = {
    Method.add: "ADD-1",
    Method.get: "GET-1",
    Method.update: "UPD-1",
    Method.drop: "DROP-1",
    Method.purge: "PURGE-1",
    Method.find: "FIND-1",
    Method.history: "HIST-1",
    Method.close: "CLOSE-1",
    StoreAction.reopen: "DUR-1",
    StoreAction.second_store: "ISO-9",
    StoreAction.next_store: "ISO-9",
    StoreAction.capacity: "KEEP-1",
    StoreAction.memory_growth: "NODB-4",
}


def general_clause(call: Call, *, stores_nothing: bool) -> str:
    """Return the clause that requires the call to return at all.

    Args:
        call: The call.
        stores_nothing: Whether the backend is one that stores nothing.
    """
    if not stores_nothing or call is StoreAction.memory_growth:
        return _GENERAL_CLAUSES[call]
    if call is Method.close:
        return "NODB-5"
    return "NODB-1" if call in WRITES else "NODB-2"


def call_suspects(session: Session, operation: Operation) -> list[str]:
    """Return the clauses that any call exercises, whether it must be refused or not."""
    general = general_clause(operation.call, stores_nothing=session.backend.stores_nothing)
    if session.backend.stores_nothing:
        return [general]
    due = refusals(session.model, operation)
    if due:
        return [refusal.clause for refusal in due]
    if operation.call is Method.find:
        found = query_suspects(session, operation, session.model.records)
        return found + keys_suspects(operation)
    if operation.call in WRITES:
        return list(write_suspects(session, operation))
    return [general]


def write_suspects(
    session: Session, operation: Operation, ids: Collection[str] | None = None
) -> Iterator[str]:
    """Yield the clauses that a valid write exercises.

    Args:
        session: The session before the write.
        operation: The write.
        ids: The records about which a purge is wrong, or None if that is not known.
    """
    if operation.call is Method.drop:
        yield "DROP-1"
    elif operation.call is Method.purge:
        yield from _purge_suspects(session, operation, ids or session.model.records)
    else:
        yield from _record_suspects(session, operation)


def _purge_suspects(session: Session, operation: Operation, ids: Collection[str]) -> Iterator[str]:
    if operation.args[0] == {}:
        yield "PURGE-2"
        return
    yield from query_suspects(session, operation, ids)
    if operation.target_clause in HUB_QUERY_CLAUSES:
        return
    yield "PURGE-1"
    if "$glob" in iter_keys(operation.args[0]):
        yield "GLB-7"


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


def keys_suspects(operation: Operation) -> list[str]:
    """Return the clauses about `keys` that a valid `find_records` exercises."""
    if len(operation.args) < 2:
        return []
    keys = operation.args[1]
    if not keys:
        return ["KEYS-2", "KEYS-3"] if isinstance(keys, tuple) else ["KEYS-2"]
    # KEYS-3 is about tuples, repeated keys, msg_id among the keys, and other orders.
    is_plain = [name for name in TASK_FIELDS if name in keys and name != "msg_id"] == keys
    return ["KEYS-1"] if is_plain else ["KEYS-1", "KEYS-3"]


def query_suspects(session: Session, operation: Operation, ids: Collection[str]) -> list[str]:
    """Return the clauses of the query language that a valid query exercises.

    Args:
        session: The session.
        operation: A search or a purge.
        ids: The records to look at, for example those about which the answer is wrong.
    """
    if operation.target_clause in HUB_QUERY_CLAUSES:
        return [operation.target_clause]
    parsed = ParsedQuery.parse(session, operation)
    return parsed_query_suspects(session, operation, parsed, ids)


@dataclass(frozen=True)
class ParsedQuery:
    """What the suspects of a query depend on, besides the records.

    Attributes:
        tree: The syntax tree.
        keys: All keys of the query and its operands: fields, paths and operators.
        with_offsets: Whether a timestamp in the query is not in UTC.
    """

    tree: Query
    keys: frozenset[Any]
    with_offsets: bool

    @classmethod
    def parse(cls, session: Session, operation: Operation) -> ParsedQuery:
        """Parse the query of a search or a purge once, for any number of records."""
        check = operation.args[0]
        tree = parse_query(check, TASK_FIELDS, session.model.capabilities)
        return cls(tree, frozenset(iter_keys(check)), has_offsets(check))


def parsed_query_suspects(
    session: Session, operation: Operation, parsed: ParsedQuery, ids: Collection[str]
) -> list[str]:
    """Return what `query_suspects` returns, for a query that was parsed before.

    Args:
        session: The session.
        operation: A search or a purge.
        parsed: Its query.
        ids: The records to look at.
    """
    target = operation.target_clause
    by_record = _exercised_by_record(session, parsed, ids)
    # A query that was generated for a clause tells records apart by it, so every wrong record
    # counts. A random query is wrong about most records for one reason, and about some for several:
    # the record that exercises the fewest clauses shows the reason best.
    found = set().union(*by_record) if target else min(by_record, key=len, default=set())
    # A plain value and $eq, and two keys and $and, have the same syntax tree.
    found |= {
        clause for name, clause in (("$eq", "EQ-2"), ("$and", "AND-1")) if name in parsed.keys
    }
    if target in clauses() and (target not in PER_RECORD_CLAUSES or target in found):
        is_about_matching = {"matched", "unmatched"} & set(clauses()[target].evidence)
        found |= {target} if is_about_matching else set()
    applying = {clause for clause in found if clauses()[clause].claimed_by(session.backend)}
    if target in applying:
        # The query was generated to violate this clause if any, so it counts as most specific.
        return [*most_general_first(applying - {target}), target]
    return most_general_first(applying) or ["FIND-1"]


def _exercised_by_record(
    session: Session, parsed: ParsedQuery, ids: Collection[str]
) -> list[set[str]]:
    """Return the clauses that the query exercises on each record.

    A dropped record counts as it last was, because the store may still have it.
    """
    stored = session.model.records
    if not stored and not ids:
        return [exercised_clauses(parsed.tree, {}, with_offsets=parsed.with_offsets)]
    found = []
    for msg_id in ids:
        with_offsets = parsed.with_offsets or has_offsets(session.history.written.get(msg_id, {}))
        record: Any = stored.get(msg_id) or session.history.dropped.get(msg_id) or {}
        found.append(exercised_clauses(parsed.tree, record, with_offsets=with_offsets))
    return found
