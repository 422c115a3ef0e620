"""Acts on whole stores: close, reopen, a second store, a crowd of records, a store of nothing."""

from __future__ import annotations

import gc
import re
import tracemalloc
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from taskdb_spec.conformance.comparison.effects import UNUSED_ID
from taskdb_spec.conformance.comparison.values import record_differences
from taskdb_spec.conformance.core.findings import StepResult
from taskdb_spec.conformance.core.program import WRITES, Method, Operation, instantiate
from taskdb_spec.conformance.execution.session import (
    CallResult,
    Session,
    StoreNotOpened,
)
from taskdb_spec.conformance.generation.values import EPOCH
from taskdb_spec.interface import TaskDB
from taskdb_spec.records.domain import strictly_equal
from taskdb_spec.records.fields import new_record

KEY = (KeyError,)


def close(session: Session, operation: Operation, result: StepResult) -> None:
    """Close the store twice; nothing may follow in the program."""
    clause = "NODB-5" if session.backend.stores_nothing else "CLOSE-1"
    for _ in range(2):
        outcome = session.call_store(session.store, Method.close)
        if outcome.error is not None:
            result.add_finding([clause], "answer", None, outcome.error)
            return
        if outcome.value is not None and not session.backend.stores_nothing:
            result.add_finding(["RET-1"], "answer", None, outcome.value)
    result.add_evidence(clause, "closed")


def closings(operation: Operation) -> int:
    """How often a store is closed before it is opened again."""
    return operation.args[0] if operation.args else 1


def reopen(session: Session, operation: Operation, result: StepResult) -> None:
    """Close the store, open it again under the same folder, and read everything back."""
    session.close()
    for _ in range(1, closings(operation)):
        session.call_store(session.store, Method.close)
    try:
        session.store = session.open(session.workdir)
    except StoreNotOpened as error:  # it was opened before
        kept = sorted(session.model.records)
        result.add_finding(["DUR-1"], "sorted(db.get_history())", kept, error.__cause__)
        return
    for msg_id in session.history.known_ids:
        probe = Operation(Method.get, (msg_id,))
        outcome = session.call(probe)
        expected = session.model.records.get(msg_id)
        if expected is None:
            if outcome.error is None:
                if not _has_a_record_of_any_id(session):
                    result.add_finding(
                        ["DUR-2"], "", KEY, outcome.value, probe, accepted_errors=KEY
                    )
            elif msg_id in session.history.dropped:
                result.add_evidence("DUR-2", "dropped")
        elif outcome.error is not None:
            result.add_finding(["DUR-1"], "answer['msg_id']", msg_id, outcome.error, probe)
        else:
            _reopened_record(session, msg_id, expected, outcome.value, probe, result)


def _has_a_record_of_any_id(session: Session) -> bool:
    """Whether the store finds what never was there, so that nothing has come back (GET-2)."""
    return session.call(Operation(Method.get, (UNUSED_ID,))).error is None


def _reopened_record(
    session: Session, msg_id: str, expected: Any, actual: Any, probe: Operation, result: Any
) -> None:
    before: Any = session.history.previous.get(msg_id)
    for found in record_differences(
        expected, actual, "answer", session.history.written.get(msg_id, {})
    ):
        stale = (
            before is not None
            and isinstance(actual, dict)
            and any(
                name in actual
                and strictly_equal(before.get(name), actual[name])
                and not strictly_equal(before.get(name), value)
                for name, value in expected.items()
            )
        )
        clause = ["DUR-2"] if stale else ["DUR-1"]
        result.add_finding(clause, found.subject, found.expected, found.actual, probe)
    result.add_evidence("DUR-1", "kept")


def neighbour(session: Session, operation: Operation, result: StepResult) -> None:
    """Open a second store; it has to be empty, and neither may see what the other is given."""
    clause = "CULL-8" if session.history.culled else "ISO-9"
    for source, expected in _own_records(session):
        if not _is_right(session.capture(eval, _code(source), {"db": session.store}), expected):
            return  # it errs about its own records already
    _share_nothing(session, clause, _neighbourly(session), result)


def successor(session: Session, operation: Operation, result: StepResult) -> None:
    """Close the store and open another; it has to be empty. Nothing may follow in the program."""
    if session.is_quarantined(Operation(Method.close)):
        return
    session.call_store(session.store, Method.close)
    _share_nothing(session, "ISO-9", _succeeding(session), result)


def _share_nothing(
    session: Session,
    clause: str,
    expressions: Iterable[tuple[str, Any]],
    result: StepResult,
) -> None:
    """Open the ``other`` store, and hold expressions against what they should be."""
    other = session.open(session.workdir.with_name(session.workdir.name + "-neighbour"))
    done: list[str] = []
    try:
        for source, expected in expressions:
            outcome = session.capture(eval, _code(source), {"db": session.store, "other": other})
            if not _is_right(outcome, expected):
                if not _is_wrong_alone(session, other):
                    accepted_errors = KEY if expected is KEY else ()
                    result.add_finding(
                        [clause],
                        source,
                        expected,
                        outcome.value_or_error,
                        accepted_errors=accepted_errors,
                        interposed=tuple(done),
                    )
                return
            if expected is None:  # a write; what only looks is not needed to show the fault
                done.append(source)
        result.add_evidence(clause, "compared")
    finally:
        session.call_store(other, Method.close)


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """The same few expressions are looked at in every program."""
    return compile(source, "expression", "eval")


def _is_right(outcome: CallResult, expected: Any) -> bool:
    if expected is KEY:
        return isinstance(outcome.error, KeyError)
    return outcome.error is None and bool(outcome.value == expected)


def _is_wrong_alone(session: Session, other: TaskDB) -> bool:
    """Whether the second store errs about an id that the first never had: it is not the sharing."""
    stranger = "known to the second alone"
    expressions = [
        (f"other.get_record({stranger!a})", KEY),
        *_lifetime(stranger),
        (f"{stranger!a} in other.get_history()", True),
        (f"other.drop_matching_records({{'msg_id': {stranger!a}}})", None),
        (f"other.get_record({stranger!a})", KEY),
    ]
    return not all(
        _is_right(session.capture(eval, _code(source), {"other": other}), expected)
        for source, expected in expressions
    )


def _lifetime(msg_id: str) -> Iterator[tuple[str, Any]]:
    """What the second store is asked to do with a record, up to its drop."""
    record = new_record(msg_id, label="neighbour")
    yield f"other.add_record({msg_id!a}, {dict(record)!a})", None
    yield f"other.get_record({msg_id!a})['label']", "neighbour"
    yield f"list(other.find_records({{'msg_id': {msg_id!a}}}))", [msg_id]
    yield f"other.update_record({msg_id!a}, {{'label': 'changed'}})", None


def _neighbourly(session: Session) -> Iterator[tuple[str, Any]]:
    """Expressions over ``db`` and ``other``, the second store, with what they should be."""
    stored = list(session.model.records)
    for msg_id in stored:
        yield f"other.get_record({msg_id!a})", KEY
    for msg_id in [*sorted(session.history.culled), *stored, *session.history.dropped, "neighbour"]:
        added, got, *rest = _lifetime(msg_id)
        yield from (added, got, _own_record(session, msg_id), *rest)
        if msg_id not in session.model.records:
            yield f"db.get_record({msg_id!a})", KEY
        yield f"other.drop_record({msg_id!a})", None
    yield "other.add_record('neighbour', {'msg_id': 'neighbour', 'stdout': '', 'stderr': ''})", None
    yield "other.get_history()", ["neighbour"]
    yield from _own_records(session)
    yield "other.drop_matching_records({})", None
    yield from _own_records(session)


def _succeeding(session: Session) -> Iterator[tuple[str, Any]]:
    """Expressions over ``other``, a store that was opened when the first one was closed."""
    yield "other.get_history()", []
    for msg_id in session.model.records:
        yield f"other.get_record({msg_id!a})", KEY
        yield from _lifetime(msg_id)
        yield f"other.drop_record({msg_id!a})", None


def _own_records(session: Session) -> Iterator[tuple[str, Any]]:
    """Expressions over ``db`` about its own records."""
    for msg_id in session.model.records:
        yield _own_record(session, msg_id)
    yield "sorted(db.get_history())", sorted(session.model.records)
    yield "sorted(db.find_records({}))", sorted(session.model.records)


def _own_record(session: Session, msg_id: str) -> tuple[str, Any]:
    if msg_id not in session.model.records:
        return f"db.get_record({msg_id!a})", KEY
    return f"db.get_record({msg_id!a})['label']", session.model.records[msg_id].get("label")


def crowd_record() -> dict[str, Any]:
    """A finished task, as a store that culls would choose it first."""
    record = {**new_record("", submitted=EPOCH, completed=EPOCH)}
    del record["msg_id"]  # whether a store takes the id there as well is told by REC-5
    return record


def crowd(session: Session, operation: Operation, result: StepResult) -> None:
    """Add many records; every one of them has to be there afterwards."""
    (count,) = operation.args
    for i in range(count):
        msg_id = f"crowd-{i}"
        outcome = session.call_store(session.store, Method.add, msg_id, crowd_record())
        if outcome.error is not None:
            result.add_finding(["ADD-1", "KEEP-1"], "answer", None, outcome.error)
            return
        if i in (0, count - 1):
            field = "stdout" if i == 0 else "stderr"
            session.call_store(session.store, Method.update, "crowd-0", {field: "kept"})
    lost = [
        i
        for i in range(count)
        if session.call_store(session.store, Method.get, f"crowd-{i}").error is not None
    ]
    found = session.call_store(session.store, Method.find, {}).value
    if not lost and isinstance(found, dict) and len(found) < count:
        result.add_finding(["KEEP-1"], "len(db.find_records({}))", count, len(found))
    if lost:
        subject = f"db.get_record('crowd-{lost[0]}')['msg_id']"
        result.add_finding(["KEEP-1"], subject, f"crowd-{lost[0]}", KeyError(f"crowd-{lost[0]}"))
    if not result.findings:
        _crowd_updated(session, result)
    if not result.findings:
        _crowd_found_and_purged(session, count, result)
    result.add_evidence("KEEP-1", "kept")


def _crowd_updated(session: Session, result: StepResult) -> None:
    """The first record, to which something was written at either end of the crowd."""
    record = session.call_store(session.store, Method.get, "crowd-0").value
    for field in ("stdout", "stderr"):
        if isinstance(record, dict) and record.get(field) != "kept":
            subject = f"db.get_record('crowd-0')[{field!r}]"
            result.add_finding(["UPD-1"], subject, "kept", record.get(field))
            return


def _crowd_found_and_purged(session: Session, count: int, result: StepResult) -> None:
    part = session.call_store(session.store, Method.find, {}, ["label"]).value
    if isinstance(part, dict) and len(part) < count:
        result.add_finding(["KEEP-1"], "len(db.find_records({}, ['label']))", count, len(part))
        return
    session.call_store(session.store, Method.purge, {"msg_id": {"$ne": "crowd-0"}})
    left = session.call_store(session.store, Method.history).value
    if isinstance(left, list) and len(left) != 1:
        purge = "db.drop_matching_records({'msg_id': {'$ne': 'crowd-0'}})"
        history = Operation(Method.history)
        result.add_finding(["PURGE-1"], "len(answer)", 1, len(left), history, interposed=(purge,))


# A store that stores nothing

SAYS_NOTHING = re.compile(
    r"\b(no|not|none|nothing|never|without|doesn't|does not|don't"
    r"|discards?|discarded|drops?|dropped|forgets?|ignores?|ignored)\b",
    re.IGNORECASE,
)
SAYS_HOW = re.compile(
    r"\b(use|set|choose|select|configure|configured|enable|start|pick|switch|pass|give|name"
    r"|run|replace|change|install|add|try|needs?|requires?)\b",
    re.IGNORECASE,
)


def nothing(session: Session, operation: Operation, result: StepResult) -> None:
    """Any call on a store that stores nothing."""
    outcome = session.call(operation)
    if operation.call in WRITES:
        if outcome.value_or_error is not None:
            result.add_finding(["NODB-1"], "answer", None, outcome.value_or_error)
        result.add_evidence("NODB-1", "returned")
        return
    if not isinstance(outcome.error, KeyError):
        result.add_finding(["NODB-2"], "", KEY, outcome.value_or_error, accepted_errors=KEY)
        return
    result.add_evidence("NODB-2", "refused")
    text = str(outcome.error)
    if not (SAYS_NOTHING.search(text) and SAYS_HOW.search(text)) or text[:1] in "'\"":
        wanted = "a text that says that nothing is stored, and how to get storage"
        result.add_finding(["NODB-3"], "text", wanted, text)
    result.add_evidence("NODB-3", "refused")


COUNT, SIZE, ALLOWED = 64, 2**18, 2**21
"""How many records `hoard` writes, of how many bytes each, and how many may stay in memory."""


def hoard(session: Session, operation: Operation, result: StepResult) -> None:
    """Write 16 MiB to a store that stores nothing, and see what stays in memory."""
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(COUNT):
        msg_id = f"hoard-{i}" + "x" * SIZE
        record = {"msg_id": msg_id, "buffers": [bytes([i]) * SIZE]}
        session.call_store(session.store, Method.add, msg_id, record)
        session.call_store(session.store, Method.update, msg_id, instantiate(record))
        session.call_store(session.store, Method.purge, {"msg_id": msg_id})
        del record, msg_id
    gc.collect()  # what is garbage is not kept
    grown = tracemalloc.get_traced_memory()[0] - before
    if not tracing:
        tracemalloc.stop()
    if grown > ALLOWED:
        result.add_finding(["NODB-4"], f"grown <= {ALLOWED}", True, False)
    result.add_evidence("NODB-4", "measured")
