"""``taskdb clauses`` and ``taskdb explain``: the specification and its ledger, to read."""

from __future__ import annotations

import json
import sys
import textwrap
from difflib import get_close_matches
from typing import Any

import click
from rich.console import Console

from taskdb_spec.clauses import Clause, clauses
from taskdb_spec.cli.errors import RunError
from taskdb_spec.conformance.reporting.console import console_for, print_table, say
from taskdb_spec.conformance.reporting.text import check_text, needs_text
from taskdb_spec.ledger import Entry, entries_named_in, ledger

WIDTH = 100
"""The longest line of a text that is read."""


@click.command("clauses")
@click.option("--json", "as_json", is_flag=True, help="All that is known of each, as JSON.")
def list_clauses(as_json: bool) -> None:
    """List the clauses of the specification."""
    if as_json:
        click.echo(json.dumps([_as_data(clause) for clause in clauses().values()], indent=2))
        return
    rows = [
        (clause.id, clause.level, needs_text(clause), clause.title, clause.check or "none")
        for clause in clauses().values()
    ]
    header = ("id", "level", "needs", "title", "check")
    print_table(console_for(sys.stdout), header, rows, {})


def _as_data(clause: Clause) -> dict[str, Any]:
    return {
        "id": clause.id,
        "level": clause.level,
        "needs": needs_text(clause),
        "title": clause.title,
        "evidence": list(clause.evidence),
        "check": clause.check,
        "no_check": clause.no_check,
        "source": clause.source,
        "text": clause.text,
        "look_at": clause.look_at,
    }


@click.command()
@click.argument("clause", metavar="CLAUSE")
def explain(clause: str) -> None:
    """Show one clause whole, with its sources, or one entry of the ledger, such as L-3."""
    name, console = clause.strip().upper(), console_for(sys.stdout)
    if name in clauses():
        _print_clause(console, clauses()[name])
    elif name in ledger():
        _print_entry(console, ledger()[name])
        _print_line(console, "decides", ", ".join(_decided_by(name)), "  ")
    else:
        raise RunError(
            f"there is no clause {clause!r};{_suggestion(clause)} taskdb clauses lists them all"
        )


def _decided_by(entry: str) -> list[str]:
    """The clauses that name the entry among their sources."""
    return [
        clause.id
        for clause in clauses().values()
        if ledger()[entry] in entries_named_in(clause.source)
    ]


def _suggestion(wanted: str) -> str:
    """The family, where only its name was given, or the clauses whose ids look alike."""
    word = wanted.strip().upper()
    family = [known for known in clauses() if known.startswith(f"{word}-")]
    close = family or get_close_matches(word, [*clauses(), *ledger()], n=3)
    return f" did you mean {', '.join(close)}?" if close else ""


def _print_clause(console: Console, clause: Clause) -> None:
    say(console, f"{clause.id} {clause.title}", "bold")
    say(console)
    _print_text(console, clause.text)
    say(console)
    _print_line(console, "level", clause.level)
    _print_line(console, "applies to", _applies_to(clause))
    _print_line(console, "evidence", ", ".join(clause.evidence))
    _print_line(console, "check", check_text(clause))
    if clause.look_at:
        _print_line(console, "look at", clause.look_at)
    _print_line(console, "source", clause.source)
    for entry in entries_named_in(f"{clause.source} {clause.text}"):
        say(console)
        _print_entry(console, entry)


def _applies_to(clause: Clause) -> str:
    if clause.nothing:
        return "stores that store nothing"
    if clause.lacks is not None:
        return f"stores that do not claim {clause.lacks}"
    if clause.needs:
        return f"stores that claim {' and '.join(sorted(clause.needs))}"
    return "every store"


def _print_line(console: Console, name: str, text: str, indent: str = "") -> None:
    _print_text(console, f"{name}: {text}", indent)


def _print_entry(console: Console, entry: Entry) -> None:
    say(console, f"{entry.entry} of the ambiguity ledger", "bold")
    _print_line(console, "what the sources say", entry.sources, "  ")
    _print_line(console, "what was chosen", entry.chosen, "  ")
    _print_line(console, "why", entry.why, "  ")


def _print_text(console: Console, text: str, indent: str = "") -> None:
    lines = textwrap.wrap(
        text,
        min(console.width, WIDTH) if console.is_terminal else WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        say(console, line)
