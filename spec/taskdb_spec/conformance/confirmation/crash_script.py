"""How a process ended in a call that did not come back, and a script that shows it."""

from __future__ import annotations

import textwrap

from taskdb_spec.conformance.confirmation.script import (
    LIMITED_MEMORY,
    Opener,
    docstring,
    imports,
    step_to_source,
)
from taskdb_spec.conformance.core.literals import call_to_source
from taskdb_spec.conformance.core.program import Operation, Program, instantiate
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.model import Model


def crash_summary(program: Program, end: ProcessExit) -> str:
    """What happened, in one sentence."""
    *before, operation = program.operations
    after = f" after {len(before)} other calls" if before else ""
    return f"{_call(operation)}{after}: expected the call to come back; it {end.text}"


def crash_script(
    program: Program, clause: str, end: ProcessExit, limit: float, opener: Opener
) -> str:
    """The calls in a process of their own, and an assertion that the last one comes back."""
    raises = raised_by(program)
    calls: list[str] = []
    for operation, refused in zip(program.operations[:-1], raises, strict=False):
        calls += step_to_source(operation, refused, opener)
    calls += ['Path(sys.argv[1], "called").touch()']
    calls += step_to_source(program.operations[-1], True, opener)
    calls += ['Path(sys.argv[1], "returned").touch()', "sys.exit()"]
    memory = [*LIMITED_MEMORY, ""] if end.out_of_memory else []
    header = [line for line in opener.header if line != "import sys"]
    inner = [*memory, *header, "folder = Path(tempfile.mkdtemp())"]
    inner += [f"db = {opener.at('folder')}", *calls]
    text = "\n".join(inner)
    came = f"did not return within {limit:g} s" if end.timed_out else end.text
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    lines = [
        f'"""{docstring(clause, crash_summary(program, end))}"""',
        "import subprocess",
        "import sys",
        *imports(text + "suppress(", Opener((), "")),
        "if len(sys.argv) > 1:  # the calls, in a process of their own",
        textwrap.indent(text, "    "),
        "",
        "marks = tempfile.mkdtemp()",
        "calls = [sys.executable, __file__, marks]",
        "with suppress(subprocess.TimeoutExpired):",
        f"    subprocess.run(calls, timeout={limit:g}, {quiet})",
        'Path(marks, "called").stat()  # what comes before the last call has to work',
        f'message = "{clause}: expected the last call to come back; it {came}"',
        'assert Path(marks, "returned").exists(), message',
    ]
    return "\n".join(lines) + "\n"


def raised_by(program: Program) -> list[bool]:
    """Which calls of a program have to raise."""
    model, raised = Model(), []
    for operation in program.operations:
        raised.append(_raises(model, operation))
    return raised


def _raises(model: Model, operation: Operation) -> bool:
    call = getattr(model, operation.call.value, None)
    try:
        if call is not None:
            call(*map(instantiate, operation.args))
    except Exception:
        return True
    return False


def _call(operation: Operation) -> str:
    call = getattr(Model, operation.call.value, None)
    text = call_to_source(operation)[3:] if call is not None else operation.call.value
    return text if len(text) <= 160 else f"{text[:157]}..."
