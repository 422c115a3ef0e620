"""The script of a counterexample: a program of calls that ends in an assertion.

Input: a program, the finding at its last step, and the clause that is blamed. Output: the script,
and a sentence that summarises the failure.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskdb_spec.conformance.comparison.null_store import (
    SAYS_HOW_TO_STORE,
    SAYS_NOTHING_IS_STORED,
)
from taskdb_spec.conformance.confirmation.script_builder import (
    MAX_MEMORY_LINES,
    OPENING_ACTIONS,
    Opener,
    ScriptBuilder,
    write_docstring,
)
from taskdb_spec.conformance.core.findings import Finding
from taskdb_spec.conformance.core.literals import SourceWriter, to_source
from taskdb_spec.conformance.core.observations import ARGUMENTS, ERROR_TEXT, Base
from taskdb_spec.conformance.core.program import READS, Method, Operation
from taskdb_spec.conformance.execution.executor import Failure

MAX_CALL_CHARACTERS = 160
MAX_VALUE_CHARACTERS = 120
"""Lengths to which calls and values in a summary are cut."""


def write_script(failure: Failure, clause: str, summary: str, opener: Opener) -> str:
    """Return a script that executes a failing program and asserts what the clause requires.

    Args:
        failure: The program, and the finding at its last step.
        clause: The clause that is blamed; the message of the assertion begins with it.
        summary: A sentence for the docstring.
        opener: How the script opens the store: on the backend, or on the model.
    """
    script, program, raised = (
        _FailureScript(failure, clause, opener),
        failure.program,
        failure.raised,
    )
    body: list[str] = []
    for operation, raises in zip(program.operations[:-1], raised, strict=False):
        body += script.setup_step(operation, raises=raises)
    raises = len(raised) == len(program) and raised[-1]
    body += script.final_step(program.operations[-1], raises=raises)
    path = ("import sys", *opener.path_lines) if opener.path else ()
    lines = [write_docstring(clause, summary), *script.builder.import_lines(), ""]
    lines += [*path, *opener.header, ""]
    if isinstance(failure.finding.actual, MemoryError):
        lines += [*MAX_MEMORY_LINES, ""]
    lines += ["folder = Path(tempfile.mkdtemp())", f"db = {opener.at('folder')}", *body]
    return "\n".join(lines) + "\n"


class _FailureScript:
    """Writes the statements of one failure."""

    def __init__(self, failure: Failure, clause: str, opener: Opener) -> None:
        self.finding, self.clause = failure.finding, clause
        self.builder = ScriptBuilder(opener)
        accessor = self.finding.accessor
        self.observed = "" if accessor is None else accessor.to_source(self.builder.writer)
        """The expression that has another value than expected."""

    def setup_step(self, operation: Operation, *, raises: bool) -> list[str]:
        """Return the statements of a step before the last one."""
        accessor = self.finding.accessor
        needs_answer = accessor is not None and accessor.compares_with_earlier_answer
        is_kept = needs_answer and operation.call is Method.history
        answer = Base.EARLIER_ANSWER.value if is_kept else None
        return self.builder.step(operation, raises=raises, answer=answer)

    def final_step(self, operation: Operation, *, raises: bool) -> list[str]:
        """Return the last step, what the caller does after it, the probe, and the assertion."""
        finding = self.finding
        if finding.uses_arguments:
            lines = self._call_with_kept_arguments(operation)
        elif finding.interposed and operation.call in READS:
            lines = self.builder.statements(operation)  # The caller keeps the answer.
        elif finding.probe is not None:
            lines = self.builder.step(operation, raises=raises)
        else:
            return ["", *self._assertion(operation)]
        lines += self._interposed_statements()
        if finding.probe is not None:
            return [*lines, *self._assertion(finding.probe)]
        if isinstance(finding.actual, BaseException):
            return [*lines[:-1], *self._comparison_unless_raised(lines[-1:])]
        return [*lines, *self._comparison()]

    def _interposed_statements(self) -> list[str]:
        return [statement.to_source(self.builder.writer) for statement in self.finding.interposed]

    def _call_with_kept_arguments(self, operation: Operation) -> list[str]:
        writer = self.builder.writer
        names = tuple(ARGUMENTS.at(i).to_source(writer) for i in range(len(operation.args)))
        call = f"{Base.ANSWER.value} = {writer.call(operation, names)}"
        # Without a probe, the script looks at the arguments only, and the call may be refused.
        calls = [call] if self.finding.probe is not None else self.builder.suppressing([call])
        return [f"{Base.ARGUMENTS.value} = {writer.value(list(operation.args))}", *calls]

    def _assertion(self, operation: Operation) -> list[str]:
        """Return the operation that shows the difference, and the assertion."""
        finding, lines = self.finding, self.builder.statements(operation)
        if operation.call in OPENING_ACTIONS:
            return [*lines, *self._interposed_statements(), *self._second_store_assertion()]
        if finding.accessor == ERROR_TEXT:
            return self._message_check(lines)
        if finding.accepted_errors:
            return self._refusal_check(lines)
        if isinstance(finding.actual, BaseException):
            return self._comparison_unless_raised(lines)
        return [*lines, *self._comparison()]

    def _second_store_assertion(self) -> list[str]:
        if self.finding.accepted_errors:
            return self._refusal_check([f"{Base.ANSWER.value} = {self.observed}"])
        if isinstance(self.finding.actual, BaseException):
            return self._comparison_unless_raised([])
        return self._comparison()

    def _comparison(self) -> list[str]:
        return [self._expected(), f"got = {self.observed}", self._assert_equal()]

    def _comparison_unless_raised(self, lines: list[str]) -> list[str]:
        message = f"{self.clause}: expected {{expected!r}}, got {{error!r}}"
        return [
            self._expected(),
            "try:",
            *(f"    {line}" for line in lines),
            f"    got = {self.observed}",
            f"except {self._caught_class()} as error:",
            f'    raise AssertionError(f"{message}") from error',
            self._assert_equal(),
        ]

    def _expected(self) -> str:
        return f"expected = {self.builder.writer.value(self.finding.expected)}"

    def _assert_equal(self) -> str:
        message = f"{self.clause}: expected {{expected!r}}, got {{got!r}}"
        return f'assert got == expected, f"{message}"'

    def _caught_class(self) -> str:
        """Return the class that a script must catch: a store may raise a BaseException."""
        actual = self.finding.actual
        is_base = isinstance(actual, BaseException) and not isinstance(actual, Exception)
        return "BaseException" if is_base else "Exception"

    def _refusal_check(self, lines: list[str]) -> list[str]:
        names = sorted(error.__name__ for error in self.finding.accepted_errors)
        names = list(map(self.builder.name, names))
        accepted_errors = f"({', '.join(names)})" if len(names) > 1 else names[0]
        message = f"{self.clause}: expected {' or '.join(names)}"
        return [
            "try:",
            *(f"    {line}" for line in lines),
            f"except {accepted_errors}:",
            "    pass",
            f"except {self._caught_class()} as error:",
            f'    raise AssertionError(f"{message}, got {{error!r}}") from error',
            "else:",
            f'    raise AssertionError(f"{message}, got {{answer!r}}")',
        ]

    def _message_check(self, lines: list[str]) -> list[str]:
        re = self.builder.name("re")
        nothing, how = SAYS_NOTHING_IS_STORED.pattern, SAYS_HOW_TO_STORE.pattern
        text = Base.ERROR_TEXT.value
        message = f'f"{self.clause}: got {{{text}!r}}"'
        return [
            "try:",
            *(f"    {line}" for line in lines),
            "except KeyError as error:",
            f"    {text} = str(error)",
            f"nothing = {re}.search({nothing!r}, {text}, {re}.IGNORECASE)",
            f"how = {re}.search({how!r}, {text}, {re}.IGNORECASE)",
            f'assert nothing and how and {text}[:1] not in "\'\\"", {message}',
        ]


def summarize_finding(program: Sequence[Operation], finding: Finding) -> str:
    """Return the failure in one sentence: the call, what was expected, and what happened.

    Args:
        program: The operations up to the failing step.
        finding: The finding at that step.
    """
    accessor = finding.accessor
    observed = "the call" if accessor is None else accessor.describe()
    if finding.accepted_errors:
        names = sorted(error.__name__ for error in finding.accepted_errors)
        expected = f"to raise {' or '.join(names)}"
    else:
        expected = f"to be {_shorten(to_source(finding.expected), MAX_VALUE_CHARACTERS)}"
    actual = finding.actual
    if isinstance(actual, BaseException):
        happened = f"it raised {type(actual).__name__}: {actual}"
    else:
        happened = f"got {_shorten(to_source(actual), MAX_VALUE_CHARACTERS)}"
    call = summarize_call(finding.probe or program[-1])
    after = describe_earlier_calls(len(program) - 1)
    return f"{call}{after}: expected {observed} {expected}; {happened}"


def summarize_call(operation: Operation) -> str:
    """Return a call as an expression without the store, or the name of a store action."""
    if not isinstance(operation.call, Method):
        return operation.call.value
    return _shorten(SourceWriter().call(operation, store=None), MAX_CALL_CHARACTERS)


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def describe_earlier_calls(count: int) -> str:
    """Return how many calls come before the failing one; empty if it is the first.

    >>> describe_earlier_calls(1), describe_earlier_calls(2), describe_earlier_calls(0)
    (' after 1 other call', ' after 2 other calls', '')
    """
    if not count:
        return ""
    return f" after {count} other call{'s' if count > 1 else ''}"
