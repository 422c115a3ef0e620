"""A long program is made shorter before every record is read after every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from taskdb_spec import Backend
from taskdb_spec.conformance.comparison.step import COMPARISON
from taskdb_spec.conformance.core.program import Method, Operation, Program
from taskdb_spec.conformance.core.variants import Audit
from taskdb_spec.conformance.execution.executor import Executor, Failure
from taskdb_spec.conformance.execution.workdirs import Workdirs
from taskdb_spec.conformance.shrinking.minimizer import MAX_AUDITED_OPERATIONS, Minimizer
from taskdb_spec.model import Model

LENGTH = 400


class LosesLabels(Model):
    """An add whose label is "lost" stores no label."""

    def add_record(self, msg_id: Any, rec: Any, /) -> None:
        super().add_record(msg_id, rec)
        if rec.get("label") == "lost":
            self.records[msg_id]["label"] = None


def failure_of(executor: Executor, program: Program) -> Failure:
    failure = executor.execute_program(program, audit=Audit.AT_END)
    assert failure is not None
    return failure


def add(number: int, label: str = "kept") -> Operation:
    return Operation(Method.add, (f"id{number}", {"label": label}))


def minimizer_of(folder: Path, program: Program) -> Minimizer:
    backend = Backend("loses-labels", lambda workdir: LosesLabels())
    executor = Executor(backend, Workdirs(folder), COMPARISON)
    return Minimizer(executor, failure_of(executor, program), "", "", lambda: None)


def test_a_long_program_is_shortened_at_few_calls(tmp_path: Path) -> None:
    adds = [add(number) for number in range(LENGTH)]
    minimizer = minimizer_of(tmp_path, Program((*adds, add(LENGTH, "lost"))))
    minimizer.executor.recorder.take_calls()
    failure, audit = minimizer.audit_each_step()
    assert len(failure.program) <= MAX_AUDITED_OPERATIONS
    assert audit is Audit.EACH_STEP
    # To read each record after each step takes LENGTH * LENGTH / 2 calls, once.
    assert minimizer.executor.recorder.take_calls().count < LENGTH * LENGTH / 20


def test_a_short_program_is_audited_as_it_is(tmp_path: Path) -> None:
    minimizer = minimizer_of(tmp_path, Program((add(1), add(2, "lost"), add(3))))
    failure, audit = minimizer.audit_each_step()
    assert [operation.args[0] for operation in failure.program] == ["id1", "id2"]
    assert audit is Audit.EACH_STEP


def test_a_program_whose_length_matters_keeps_it(tmp_path: Path) -> None:
    class LosesTheHundredth(Model):
        def add_record(self, msg_id: Any, rec: Any, /) -> None:
            super().add_record(msg_id, rec)
            if len(self.records) == 100:
                self.records[msg_id]["label"] = None

    executor = Executor(
        Backend("hundredth", lambda workdir: LosesTheHundredth()), Workdirs(tmp_path), COMPARISON
    )
    program = Program(tuple(add(number) for number in range(120)))
    minimizer = Minimizer(executor, failure_of(executor, program), "", "", lambda: None)
    failure, audit = minimizer.audit_each_step()
    assert 100 <= len(failure.program) < 120
    assert audit is Audit.AT_END
