"""The HTML report: one page that needs no other file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import jinja2

from taskdb_spec.conformance.core.results import ClauseResult, Report
from taskdb_spec.conformance.reporting.text import (
    abbreviate_ids,
    count_verdicts,
    escape_unprintable,
    explain_unexercised,
    format_check,
    format_equal_suspects,
    format_expected_failure,
    format_explanation,
    format_needs,
    format_seed,
    format_verdict,
    get_summary,
)

_TEMPLATE_FUNCTIONS = {
    "format_check": format_check,
    "format_equal_suspects": format_equal_suspects,
    "format_explanation": format_explanation,
    "abbreviate_ids": abbreviate_ids,
    "count_verdicts": count_verdicts,
    "format_expected_failure": format_expected_failure,
    "explain_unexercised": explain_unexercised,
    "format_needs": format_needs,
    "format_seed": format_seed,
    "get_summary": get_summary,
    "format_verdict": format_verdict,
}


def render(reports: Sequence[Report]) -> str:
    """Return the page of several runs."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_escape_text,
    )
    source = files(__package__).joinpath("report.html.j2").read_text(encoding="utf-8")
    template = environment.from_string(
        source, globals={**_TEMPLATE_FUNCTIONS, "sort_worst_first": sort_worst_first}
    )
    return template.render(reports=reports) + "\n"


def sort_worst_first(report: Report) -> list[ClauseResult]:
    """Return the failing clauses, then the unexercised ones, then the others.

    Within each group, the order is that of SPEC.md.
    """
    order = ("fail", "unexercised", "pass", "unclaimed", "not selected")
    return sorted(report.clauses, key=lambda result: order.index(result.verdict))


def _escape_text(value: object) -> object:
    """Escape control characters and lone surrogates, which HTML does not allow."""
    return escape_unprintable(value) if type(value) is str else value
