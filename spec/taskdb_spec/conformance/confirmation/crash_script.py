"""The script of a crash: the calls run in a child process, and the last one must return.

Input: a program whose last call hangs or ends the process. Output: the script, and a sentence that
summarises the failure.
"""

from __future__ import annotations

import textwrap

from taskdb_spec.conformance.confirmation.script import describe_earlier_calls, summarize_call
from taskdb_spec.conformance.confirmation.script_builder import (
    MAX_MEMORY_LINES,
    Opener,
    ScriptBuilder,
    write_docstring,
)
from taskdb_spec.conformance.core.program import Operation, Program, instantiate
from taskdb_spec.conformance.execution.isolation.exit import ProcessExit
from taskdb_spec.model import Model


def summarize_crash(program: Program, process_exit: ProcessExit) -> str:
    """Return the crash in one sentence: the call, and how the process ended."""
    *before, operation = program.operations
    after = describe_earlier_calls(len(before))
    call = summarize_call(operation)
    return f"{call}{after}: expected the call to come back; it {process_exit.text}"


def write_crash_script(
    program: Program, clause: str, process_exit: ProcessExit, limit: float, opener: Opener
) -> str:
    """Return a script that executes the program in a child process.

    The child marks with two files that the last call began and that it returned. The script asserts
    that both exist.

    Args:
        program: The program.
        clause: The clause that is blamed; the message of the assertion begins with it.
        process_exit: How the process ended.
        limit: The seconds that the child may take.
        opener: How the script opens the store.
    """
    builder = ScriptBuilder(opener)
    child = textwrap.indent("\n".join(_child_lines(program, process_exit, builder)), "    ")
    happened = f"did not return within {limit:g} s" if process_exit.timed_out else process_exit.text
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    parent = [
        "marks = tempfile.mkdtemp()",
        "calls = [sys.executable, __file__, marks]",
        f"with {builder.name('suppress')}(subprocess.TimeoutExpired):",
        f"    subprocess.run(calls, timeout={limit:g}, {quiet})",
        'Path(marks, "called").stat()  # what comes before the last call has to work',
        f'message = "{clause}: expected the last call to come back; it {happened}"',
        'assert Path(marks, "returned").exists(), message',
    ]
    lines = [
        write_docstring(clause, summarize_crash(program, process_exit)),
        "import subprocess",
        "import sys",
        *builder.import_lines(),
        "",
        "if len(sys.argv) > 1:  # the calls, in a process of their own",
        child,
        "",
        *parent,
    ]
    return "\n".join(lines) + "\n"


def _child_lines(program: Program, process_exit: ProcessExit, builder: ScriptBuilder) -> list[str]:
    """Return the statements of the child process."""
    opener = builder.opener
    lines = [*MAX_MEMORY_LINES, ""] if process_exit.out_of_memory else []
    lines += [*opener.path_lines, *opener.header]
    lines += ["folder = Path(tempfile.mkdtemp())", f"db = {opener.at('folder')}"]
    *before, last = program.operations
    for operation, raises in zip(before, raising_steps(program), strict=False):
        lines += builder.step(operation, raises=raises)
    lines.append('Path(sys.argv[1], "called").touch()')
    lines += builder.step(last, raises=True)
    return [*lines, 'Path(sys.argv[1], "returned").touch()', "sys.exit()"]


def raising_steps(program: Program) -> list[bool]:
    """Return for each operation of a program whether it must raise."""
    model = Model()
    return [_raises(model, operation) for operation in program.operations]


def _raises(model: Model, operation: Operation) -> bool:
    call = getattr(model, operation.call.value, None)
    try:
        if call is not None:
            call(*map(instantiate, operation.args))
    except Exception:
        return True
    return False
