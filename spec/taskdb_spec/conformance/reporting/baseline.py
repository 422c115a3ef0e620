"""Baselines: files that list which clauses a backend is expected to fail, and why.

A run with a baseline reports both kinds of deviation. A clause that fails as listed is accepted. A
listed clause that passes, or fails in another way, is an error, so the file cannot become outdated.
The file is TOML, with a list of tables for each backend::

    [[mydb]]
    clause = "UPD-3"
    reason = "documents are merged; mydb issue 12"
    expected = "it raised TypeError"

`expected` is optional: a part of the counterexample's summary. A file of flaky clauses has the same
form without `expected`; its clauses may pass or fail.
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
"""Expected failures, by backend and clause."""

TODO = "TODO: say why"
"""The reason in a file that a run has written. `read_baseline` refuses it: say why first."""


class BaselineError(ValueError):
    """A malformed baseline. The message says at which entry, and what is wrong."""


def read_baseline(text: str, *, flaky: bool = False) -> Baseline:
    r"""Read a baseline, or a file of flaky clauses.

    Args:
        text: the content of the file.
        flaky: whether its clauses may pass as well.

    Raises:
        BaselineError: the text is not a baseline.

    >>> read_baseline('[[mydb]]\nclause = "ADD-2"\nreason = "an upsert"')
    {'mydb': {'ADD-2': ExpectedFailure(reason='an upsert', expected='', flaky=False)}}
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"is not TOML: {error}") from error
    return {
        backend: dict(_read_entries(backend, tables, flaky=flaky))
        for backend, tables in data.items()
    }


def _read_entries(
    backend: str, tables: object, *, flaky: bool
) -> Iterator[tuple[str, ExpectedFailure]]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BaselineError(
            f"{backend}: must be a list of tables, each headed [[{_format_key(backend)}]]"
        )
    seen = set()
    for number, table in enumerate(tables, 1):
        clause, expected = _read_entry(f"{backend}, entry {number}", table, flaky=flaky)
        if clause in seen:
            raise BaselineError(f"{backend}, entry {number}: {clause} is listed twice")
        seen.add(clause)
        yield clause, expected


def _read_entry(
    location: str, table: dict[str, Any], *, flaky: bool
) -> tuple[str, ExpectedFailure]:
    names = ("clause", "reason") if flaky else ("clause", "reason", "expected")
    for name, value in table.items():
        if name not in names:
            raise BaselineError(f"{location}: unknown key {name!r}; there are {', '.join(names)}")
        if not isinstance(value, str) or not value.strip():
            raise BaselineError(f"{location}: {name!r} must be a text that is not empty")
    clause, reason = table.get("clause"), table.get("reason", "")
    if clause is None:
        raise BaselineError(f"{location}: does not say which clause")
    if clause not in clauses():
        raise BaselineError(f"{location}: there is no clause {clause!r}")
    if not reason or reason.lstrip().startswith("TODO"):
        raise BaselineError(f"{location}: {clause} needs a reason: why does it fail?")
    return clause, ExpectedFailure(reason, table.get("expected", ""), flaky)


def combine(known: Baseline, flaky: Baseline) -> Baseline:
    """Combine the expected failures with the flaky clauses.

    Raises:
        BaselineError: a clause is in both.
    """
    for backend in known.keys() & flaky.keys():
        for clause in known[backend].keys() & flaky[backend].keys():
            raise BaselineError(f"{backend}: {clause} is listed as a known failure and as flaky")
    return {name: {**known.get(name, {}), **flaky.get(name, {})} for name in {**known, **flaky}}


def apply_baseline(report: Report, baseline: Baseline) -> Report:
    """Mark the expected failures in a report, and the clauses whose entry is wrong."""
    listed = baseline.get(report.backend, {})
    results = (_apply_entry(result, listed.get(result.clause.id)) for result in report.clauses)
    return replace(report, clauses=tuple(results))


def _apply_entry(result: ClauseResult, entry: ExpectedFailure | None) -> ClauseResult:
    if entry is None:
        return result
    if result.verdict == ClauseVerdict.NOT_SELECTED:
        return result
    if result.verdict == ClauseVerdict.UNCLAIMED:
        return replace(result, baseline_error="listed, but the backend does not claim it")
    if entry.flaky:
        return replace(result, known=entry) if result.counterexample else result
    if result.verdict == ClauseVerdict.PASS:
        error = "listed as a known failure, but it passes: remove the entry"
        return replace(result, baseline_error=error)
    # An unexercised clause says nothing about the entry.
    return _apply_to_failure(result, entry) if result.verdict == ClauseVerdict.FAIL else result


def _apply_to_failure(result: ClauseResult, entry: ExpectedFailure) -> ClauseResult:
    summary = result.counterexample.summary if result.counterexample else ""
    if entry.expected not in summary:
        return replace(result, baseline_error=f"fails otherwise than expected ({entry.expected!r})")
    return replace(result, known=entry)


def verdict_excluding_expected(report: Report) -> Verdict:
    """Return the verdict without the expected failures; wrong entries count as failures."""
    if any(result.baseline_error for result in report.clauses):
        return Verdict.FAILS
    rest = tuple(result for result in report.clauses if result.known is None)
    return replace(report, clauses=rest).verdict


def format_baseline(reports: Sequence[Report]) -> str:
    """Return a baseline with the failures of these reports. New failures get no reason yet."""
    parts = [_HEADER]
    for report in reports:
        for result in report.with_verdict(ClauseVerdict.FAIL):
            # Flaky clauses have a file of their own; a new SHOULD is listed only if it is enforced.
            if not result.known.flaky if result.known else report.enforces(result):
                parts.append(_format_table(report.backend, result))
    return "\n".join(parts)


_HEADER = "# Known failures, for taskdb check --baseline. Every entry needs a reason.\n"


def _format_table(backend: str, result: ClauseResult) -> str:
    entry = result.known or ExpectedFailure(TODO)
    values = {"clause": result.clause.id, "reason": entry.reason, "expected": entry.expected}
    lines = [f"[[{_format_key(backend)}]]", f"# {result.clause.title}"]
    lines += [f"{name} = {_quote(value)}" for name, value in values.items() if value]
    return "\n".join(lines) + "\n"


def _format_key(name: str) -> str:
    """Return a key of TOML, bare if possible."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _quote(name)


def _quote(text: str) -> str:
    r"""Return a basic string of TOML.

    >>> print(_quote('say "a\\b"\n'))
    "say \"a\\b\"\u000a"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
