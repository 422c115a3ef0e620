"""How a run continues around what is known to fail, so that each clause gets its own verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from taskdb_spec.conformance.comparison.aliasing import aliasing_clause
from taskdb_spec.conformance.comparison.refusals import refusals
from taskdb_spec.conformance.comparison.suspects import (
    keys_suspects,
    query_suspects,
    write_suspects,
)
from taskdb_spec.conformance.comparison.values import value_clauses
from taskdb_spec.conformance.core.findings import Finding, StepResult
from taskdb_spec.conformance.core.program import (
    QUERY_CALLS,
    RECORD_CALLS,
    WRITES,
    Method,
    Operation,
    Program,
)
from taskdb_spec.conformance.core.variants import Audit, Avoidance
from taskdb_spec.conformance.core.vocabulary import EPOCH
from taskdb_spec.conformance.diagnosis.quarantine import QuarantinedCall
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.policy import Fails
from taskdb_spec.conformance.execution.session import Session
from taskdb_spec.records.fields import TASK_FIELDS, new_record


@dataclass(frozen=True)
class KnownFailures:
    """What is known to fail on a backend: the policy by which later programs avoid it.

    Args:
        clauses: the clauses that failed.
        unsupported_fields: root fields that the backend never gives back (`REC-1`).
        quarantine: calls that hang or end the process.
    """

    clauses: frozenset[str] = frozenset()
    unsupported_fields: frozenset[str] = frozenset()
    quarantine: tuple[QuarantinedCall, ...] = ()

    @property
    def least_audit(self) -> Audit:
        """How often the records are compared with the model at least.

        Once something has failed, the model follows the store from the step that shows it. If
        `get_record` is wrong, only `get_record` shows what that means for other clauses.
        """
        if "GET-1" in self.clauses:
            return Audit.SOME_STEPS
        return Audit.EACH_WRITE if self.clauses else Audit.AT_END

    @property
    def skips_limited_programs(self) -> bool:
        """What a store has culled is seen by calls that may be in quarantine."""
        return any(call.matches_any_arguments for call in self.quarantine)

    def is_quarantined(self, session: Session, operation: Operation) -> bool:
        """Return whether the call is known to hang or to end the process."""
        return any(call.matches(session, operation) for call in self.quarantine)

    def is_known(self, finding: Finding) -> bool:
        """Return whether a failed clause is among the suspects of the finding."""
        return not self.clauses.isdisjoint(finding.suspects)

    def is_doubtful(self, failure: Failure) -> bool:
        """Return whether a failure was observed by `get_record`, which is known to be wrong.

        Experiments mostly show that it is the same fault again. A call that is accepted and should
        be refused is not doubtful: wrong answers do not explain it. Nor is an answer of
        `find_records`: it says more about the query.
        """
        if failure.finding.accepted_errors:
            return False
        observed_by = failure.finding.probe or failure.program.operations[-1]
        return observed_by.call is Method.get and "GET-1" in self.clauses

    def reinterpret(self, result: StepResult, operation: Operation, fails: Fails) -> Finding | None:
        """Return a finding of `QRY-9` that hides behind a failed clause, or None.

        A store may be known to accept a malformed query at times. If it accepts the query only
        while it is empty, and refuses it as soon as there is a record, then `QRY-9` fails too.
        """
        if "QRY-9" in self.clauses:
            return None
        for finding in result.findings:
            if finding.suspects[-1] == "QRY-9" and finding.accepted_errors:
                whole = Operation(Method.add, ("a", dict(new_record("a", label="a"))))
                # ERR-5 is about the class of the error alone, which does not matter here.
                control = KnownFailures(frozenset({"ERR-5"}))
                if not fails(Program((whole, operation)), control):
                    return replace(finding, suspects=("QRY-9",))
        return None

    def adapt(
        self, session: Session, operation: Operation, avoidance: Avoidance
    ) -> Operation | None:
        """Return the operation without what is known to fail, or None if nothing is left."""
        if not self.clauses or session.backend.stores_nothing:
            return operation
        if aliasing_clause(operation) in self.clauses:  # what the caller changes would be stored
            operation = operation.replace(mutate_afterwards=False)
        if operation.call in RECORD_CALLS and isinstance(operation.args[1], dict):
            operation = self._without_lost_values(session, operation, avoidance)
        if operation.call in QUERY_CALLS and mentions(operation.args, self.unsupported_fields):
            return None
        if avoidance is Avoidance.SKIP and self._exercises_failed_clause(session, operation):
            return None
        return operation

    def _exercises_failed_clause(self, session: Session, operation: Operation) -> bool:
        due = refusals(session.model, operation)
        if due:
            known = {refusal.clause for refusal in due} & self.clauses
            return bool(known) and operation.call in WRITES
        if operation.call in QUERY_CALLS and isinstance(operation.args[0], dict):
            suspects = query_suspects(session, operation, session.model.records)
            suspects += keys_suspects(operation)
            return not self.clauses.isdisjoint(suspects)
        if operation.call in WRITES:
            # REC-5 is about ids that differ; one that is the same can hardly be avoided.
            return bool(self.clauses & set(write_suspects(session, operation)) - {"REC-5"})
        return False

    def _without_lost_values(
        self, session: Session, operation: Operation, avoidance: Avoidance
    ) -> Operation:
        """Return a record or an update without the values that are known not to be kept."""
        msg_id, fields = operation.args
        if refusals(session.model, operation):
            return operation
        fields = {
            name: value
            for name, value in fields.items()
            if name not in self.unsupported_fields
            if name == "msg_id" or avoidance is Avoidance.ADAPT or self._is_kept(name, value)
        }
        if operation.call is Method.add and ("REC-2" in self.clauses or self._leaves_out_fields):
            whole = dict.fromkeys(TASK_FIELDS) | {"stdout": "", "stderr": ""}
            fields = {**whole, "msg_id": msg_id, **fields}
        return operation.replace(args=(msg_id, fields))

    def _is_kept(self, name: str, value: Any) -> bool:
        return self.clauses.isdisjoint(value_clauses(name, value))

    @property
    def _leaves_out_fields(self) -> bool:
        """Whether the backend gives back whole only those records that were given whole."""
        return "REC-1" in self.clauses and not self.unsupported_fields


def find_unsupported_fields(executor: Executor) -> frozenset[str] | None:
    """Return the root fields of a whole record that the backend does not give back.

    None if the backend gives no record back at all.
    """
    session = executor.open_session()
    probe = new_record("probe", submitted=EPOCH)
    session.call(Operation(Method.add, ("probe", dict(probe))))
    answer = session.call(Operation(Method.get, ("probe",))).value
    executor.close_session(session)
    return frozenset(TASK_FIELDS) - answer.keys() if isinstance(answer, dict) else None


def mentions(value: Any, fields: frozenset[str]) -> bool:
    """Return whether a query, or a list of keys, names one of the fields."""
    return not fields.isdisjoint(_names(value))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key).partition(".")[0]
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            if isinstance(item, str):
                yield item
            else:
                yield from _names(item)
