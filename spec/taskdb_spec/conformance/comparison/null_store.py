"""Stores that store nothing: they accept writes, refuse reads and keep no memory (NODB-1 to -4).

Input: the session, and a call or the store action. Output: findings and evidence.
"""

from __future__ import annotations

import gc
import re
import tracemalloc

from taskdb_spec.conformance.core.findings import KEY_ERROR, StepResult
from taskdb_spec.conformance.core.observations import ANSWER, ERROR_TEXT, MEMORY_GROWTH, View
from taskdb_spec.conformance.core.program import WRITES, Method, Operation, instantiate
from taskdb_spec.conformance.execution.session import Session

SAYS_NOTHING_IS_STORED = re.compile(
    r"\b(no|not|none|nothing|never|without|doesn't|does not|don't"
    r"|discards?|discarded|drops?|dropped|forgets?|ignores?|ignored)\b",
    re.IGNORECASE,
)
SAYS_HOW_TO_STORE = re.compile(
    r"\b(use|set|choose|select|configure|configured|enable|start|pick|switch|pass|give|name"
    r"|run|replace|change|install|add|try|needs?|requires?)\b",
    re.IGNORECASE,
)
"""Words of a helpful error text (NODB-3). The clause does not fix the wording, so any will do."""

LARGE_RECORD_COUNT = 64
LARGE_RECORD_BYTES = 2**18
MAX_GROWTH_BYTES = 2**21
"""The memory-growth action passes 16 MiB to the store; an eighth of that may stay allocated."""


def check_null_store(session: Session, operation: Operation, result: StepResult) -> None:
    """Execute any call on a store that stores nothing, and check what it returns or raises.

    Args:
        session: The session.
        operation: The call.
        result: Receives the findings and the evidence.
    """
    outcome = session.call(operation)
    if operation.call in WRITES:
        if outcome.value_or_error is not None:
            result.add_finding(["NODB-1"], ANSWER, None, outcome.value_or_error)
        result.add_evidence("NODB-1", "returned")
        return
    if not isinstance(outcome.error, KeyError):
        result.add_missing_refusal(["NODB-2"], KEY_ERROR, outcome.value_or_error)
        return
    result.add_evidence("NODB-2", "refused")
    text = str(outcome.error)
    is_helpful = SAYS_NOTHING_IS_STORED.search(text) and SAYS_HOW_TO_STORE.search(text)
    # A plain KeyError shows the repr of its message, which users read as a missing key.
    if not is_helpful or text[:1] in "'\"":
        expected = "a text that says that nothing is stored, and how to get storage"
        result.add_finding(["NODB-3"], ERROR_TEXT, expected, text)
    result.add_evidence("NODB-3", "refused")


def check_memory_growth(session: Session, _operation: Operation, result: StepResult) -> None:
    """Pass large records to a store that stores nothing, and measure what stays allocated."""
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(LARGE_RECORD_COUNT):
        msg_id = f"large-{i}" + "x" * LARGE_RECORD_BYTES
        record = {"msg_id": msg_id, "buffers": [bytes([i]) * LARGE_RECORD_BYTES]}
        session.call_store(session.store, Method.add, msg_id, record)
        session.call_store(session.store, Method.update, msg_id, instantiate(record))
        session.call_store(session.store, Method.purge, {"msg_id": msg_id})
        del record, msg_id
    gc.collect()  # Garbage that is not collected yet does not count as kept.
    growth = tracemalloc.get_traced_memory()[0] - before
    if not was_tracing:
        tracemalloc.stop()
    if growth > MAX_GROWTH_BYTES:
        accessor = MEMORY_GROWTH.viewed(View.AT_MOST, MAX_GROWTH_BYTES)
        result.add_finding(["NODB-4"], accessor, expected=True, actual=False)
    result.add_evidence("NODB-4", "measured")
