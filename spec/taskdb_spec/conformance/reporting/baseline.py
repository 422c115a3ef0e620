"""Known failures: a file that says which clauses a backend is known to fail, and why.

A run is then held to it both ways: what fails as listed is let pass, and what is listed and passes,
or fails otherwise, is an error, so that the file stays true. The file is TOML, a list of tables for
each backend::

    [[mydb]]
    clause = "UPD-3"
    reason = "documents are merged; mydb issue 12"
    expected = "it raised TypeError"

`expected` is optional: a part of the counterexample's summary. A file of flaky clauses looks the
same, without `expected`; its clauses may pass or fail.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from taskdb_spec.clauses import clauses
from taskdb_spec.conformance.core.results import (
    ClauseResult,
    ClauseVerdict,
    ExpectedFailure,
    Report,
    Verdict,
)

Baseline: TypeAlias = Mapping[str, Mapping[str, ExpectedFailure]]
"""What is known, by backend and clause."""

TODO = "TODO: say why"
"""The reason in a file that was written by a run. It has to be replaced before the file is read."""


class BaselineError(ValueError):
    """A file of known failures that is none. The text says where and why."""


def read_baseline(text: str, flaky: bool = False) -> Baseline:
    """What a file says; BaselineError if it is malformed.

    >>> read_baseline('[[mydb]]\\nclause = "ADD-2"\\nreason = "an upsert"')
    {'mydb': {'ADD-2': Known(reason='an upsert', expected='', flaky=False)}}
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"is not TOML: {error}") from error
    return {backend: dict(_entries(backend, tables, flaky)) for backend, tables in data.items()}


def _entries(backend: str, tables: object, flaky: bool) -> Iterator[tuple[str, ExpectedFailure]]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BaselineError(f"{backend}: must be a list of tables, each headed [[{_key(backend)}]]")
    seen = set()
    for number, table in enumerate(tables, 1):
        clause, known = _entry(f"{backend}, entry {number}", table, flaky)
        if clause in seen:
            raise BaselineError(f"{backend}, entry {number}: {clause} is listed twice")
        seen.add(clause)
        yield clause, known


def _entry(where: str, table: dict[str, Any], flaky: bool) -> tuple[str, ExpectedFailure]:
    names = ("clause", "reason") if flaky else ("clause", "reason", "expected")
    for name, value in table.items():
        if name not in names:
            raise BaselineError(f"{where}: unknown key {name!r}; there are {', '.join(names)}")
        if not isinstance(value, str) or not value.strip():
            raise BaselineError(f"{where}: {name!r} must be a text that is not empty")
    clause, reason = table.get("clause"), table.get("reason", "")
    if clause is None:
        raise BaselineError(f"{where}: does not say which clause")
    if clause not in clauses():
        raise BaselineError(f"{where}: there is no clause {clause!r}")
    if not reason or reason.lstrip().startswith("TODO"):
        raise BaselineError(f"{where}: {clause} needs a reason: why does it fail?")
    return clause, ExpectedFailure(reason, table.get("expected", ""), flaky)


def combine(known: Baseline, flaky: Baseline) -> Baseline:
    """Both as one; BaselineError where a clause is in both."""
    for backend in known.keys() & flaky.keys():
        for clause in known[backend].keys() & flaky[backend].keys():
            raise BaselineError(f"{backend}: {clause} is listed as a known failure and as flaky")
    return {name: {**known.get(name, {}), **flaky.get(name, {})} for name in {**known, **flaky}}


# On reports


def apply_baseline(report: Report, baseline: Baseline) -> Report:
    """The report with what is known marked, and with an objection where an entry is wrong."""
    listed = baseline.get(report.backend, {})
    results = (_held_to(result, listed.get(result.clause.id)) for result in report.clauses)
    return replace(report, clauses=tuple(results))


def _held_to(result: ClauseResult, known: ExpectedFailure | None) -> ClauseResult:
    if known is None:
        return result
    if result.verdict == "unclaimed":
        return replace(result, baseline_error="listed, but the backend does not claim it")
    if known.flaky:
        return replace(result, known=known) if result.counterexample else result
    if result.verdict == "pass":
        return replace(
            result, baseline_error="listed as a known failure, but it passes: remove the entry"
        )
    if result.verdict != "fail":
        return result
    summary = result.counterexample.summary if result.counterexample else ""
    if known.expected not in summary:
        return replace(result, baseline_error=f"fails otherwise than expected ({known.expected!r})")
    return replace(result, known=known)


def verdict_excluding_expected(report: Report) -> Verdict:
    """The verdict without what is known; it fails as well where an entry is wrong."""
    if any(result.baseline_error for result in report.clauses):
        return Verdict.FAILS
    rest = tuple(result for result in report.clauses if result.known is None)
    return replace(report, clauses=rest).verdict


# Writing


def baseline_text(reports: Sequence[Report]) -> str:
    """A file with the failures of these runs. What is new has no reason yet."""
    parts = [_HEAD]
    for report in reports:
        for result in report.with_verdict(ClauseVerdict.FAIL):
            if not result.known.flaky if result.known else report.enforces(result):
                parts.append(_table(report.backend, result))
    return "\n".join(parts)


_HEAD = "# Known failures, for taskdb check --baseline. Every entry needs a reason.\n"


def _table(backend: str, result: ClauseResult) -> str:
    known = result.known or ExpectedFailure(TODO)
    values = {"clause": result.clause.id, "reason": known.reason, "expected": known.expected}
    lines = [f"[[{_key(backend)}]]", f"# {result.clause.title}"]
    lines += [f"{name} = {_quoted(value)}" for name, value in values.items() if value]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """A key of TOML, bare where it may be."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    """A basic string of TOML.

    >>> print(_quoted('say "a\\\\b"\\n'))
    "say \\"a\\\\b\\"\\u000a"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(c) for c in escaped) + '"'


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
