"""``taskdb clauses`` and ``taskdb explain``: show the clauses and the ambiguity ledger."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

import click
from rich.console import Console

from taskdb_spec.clauses import Clause, Example, LedgerEntry, clauses, entries_named_in, ledger
from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.reporting.console import make_console, print_line, print_table
from taskdb_spec.conformance.reporting.text import format_check, format_needs

MAX_LINE_CHARACTERS = 100
"""Longer lines are hard to read, also on a wide terminal."""


@click.command("clauses")
@click.option(
    "--json", "as_json", is_flag=True, help="Print all attributes of the clauses, as JSON."
)
def list_clauses(*, as_json: bool) -> None:
    """List the clauses of the specification."""
    if as_json:
        click.echo(json.dumps([_clause_to_json(clause) for clause in clauses().values()], indent=2))
        return
    rows = [
        (clause.id, clause.level, format_needs(clause), clause.title, clause.check or "none")
        for clause in clauses().values()
    ]
    header = ("id", "level", "needs", "title", "check")
    print_table(make_console(sys.stdout), header, rows, {})


def _clause_to_json(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "level": clause.level,
        "needs": format_needs(clause),
        "title": clause.title,
        "refines": list(clause.refines),
        "evidence": list(clause.evidence),
        "check": clause.check,
        "no_check": clause.no_check,
        "source": clause.source,
        "text": clause.text,
        "examples": [asdict(example) for example in clause.examples],
        "likely_cause": clause.likely_cause,
    }


@click.command()
@click.argument("clause", metavar="CLAUSE")
def explain(clause: str) -> None:
    """Show one clause with its sources, or one entry of the ambiguity ledger, such as L-3."""
    name, console = clause.strip().upper(), make_console(sys.stdout)
    if name in clauses():
        _print_clause(console, clauses()[name])
    elif name in ledger():
        _print_entry(console, ledger()[name])
        _print_attribute(console, "decides", ", ".join(_clauses_decided_by(name)), "  ")
    else:
        raise RunError(
            f"there is no clause {clause!r};{_suggest(clause)} taskdb clauses lists them all"
        )


def _clauses_decided_by(entry: str) -> list[str]:
    return [
        clause.id
        for clause in clauses().values()
        if ledger()[entry] in entries_named_in(clause.source)
    ]


def _suggest(wanted: str) -> str:
    """Return a hint: all clauses of a family, such as PATH, or the ids with a similar spelling."""
    word = wanted.strip().upper()
    family = [known for known in clauses() if known.startswith(f"{word}-")]
    close = family or get_close_matches(word, [*clauses(), *ledger()], n=3)
    return f" did you mean {', '.join(close)}?" if close else ""


def _print_clause(console: Console, clause: Clause) -> None:
    print_line(console, f"{clause.id} {clause.title}", "bold")
    print_line(console)
    _print_attribute(console, "level", clause.level)
    _print_attribute(console, "applies to", _applies_to(clause))
    _print_attribute(console, "refines", ", ".join(clause.refines) or "nothing")
    _print_attribute(console, "evidence", ", ".join(clause.evidence))
    _print_attribute(console, "check", format_check(clause))
    _print_attribute(console, "source", clause.source)
    print_line(console)
    for line in clause.text.splitlines():
        if line:
            _print_text(console, line)
        else:
            print_line(console)
    for example in clause.examples:
        _print_example(console, example)
    print_line(console)
    _print_attribute(console, "likely cause of a failure", clause.likely_cause)
    for entry in entries_named_in(f"{clause.source} {clause.text}"):
        print_line(console)
        _print_entry(console, entry)


def _print_example(console: Console, example: Example) -> None:
    reason = example.not_on_mongodb
    print_line(console)
    _print_text(console, f"example, not on MongoDB: {reason}:" if reason else "example:")
    for line in example.text.splitlines():
        print_line(console, line)


def _applies_to(clause: Clause) -> str:
    if clause.is_null_store:
        return "stores that store nothing"
    if clause.lacks is not None:
        return f"stores that do not claim {clause.lacks}"
    if clause.needs:
        return f"stores that claim {' and '.join(sorted(clause.needs))}"
    return "every store"


def _print_attribute(console: Console, name: str, text: str, indent: str = "") -> None:
    _print_text(console, f"{name}: {text}", indent)


def _print_entry(console: Console, entry: LedgerEntry) -> None:
    print_line(console, f"{entry.entry} of the ambiguity ledger", "bold")
    _print_attribute(console, "what the sources say", entry.sources, "  ")
    _print_attribute(console, "what was chosen", entry.chosen, "  ")
    _print_attribute(console, "why", entry.why, "  ")


def _print_text(console: Console, text: str, indent: str = "") -> None:
    width = MAX_LINE_CHARACTERS
    if console.is_terminal:
        width = min(console.width, width)
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        print_line(console, line)
