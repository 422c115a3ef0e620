"""The HTML report: one page that needs nothing beside itself."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import jinja2

from taskdb_spec.conformance.core.results import ClauseResult, Report
from taskdb_spec.conformance.reporting.text import (
    check_text,
    count_verdicts,
    explanation_of,
    ids_in_brief,
    known_text,
    missing_text,
    needs_text,
    printable,
    seed_text,
    summary_of,
    verdict_line,
)

_HELPERS = {
    "check_text": check_text,
    "explanation_of": explanation_of,
    "ids_in_brief": ids_in_brief,
    "known_text": known_text,
    "missing_text": missing_text,
    "needs_text": needs_text,
    "seed_text": seed_text,
    "summary_of": summary_of,
    "tally": count_verdicts,
    "verdict_line": verdict_line,
}


def render(reports: Sequence[Report]) -> str:
    """The page of several runs."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    source = files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8")
    template = environment.from_string(source, globals={**_HELPERS, "worst_first": worst_first})
    return template.render(reports=reports) + "\n"


def worst_first(report: Report) -> list[ClauseResult]:
    """What needs a look first: failing, then unexercised clauses, each in the order of SPEC.md."""
    order = ("fail", "unexercised", "pass", "unclaimed")
    return sorted(report.clauses, key=lambda result: order.index(result.verdict))


def _shown(value: object) -> object:
    """Control characters and lone surrogates are no HTML."""
    return printable(value) if type(value) is str else value
