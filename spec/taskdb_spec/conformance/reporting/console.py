"""The console: colours and boxes on a terminal, plain lines in a pipe."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from taskdb_spec.conformance.reporting.text import printable


def console_for(stream: IO[str]) -> Console:
    """A console that leaves lines alone, and is plain wherever `stream` is no terminal."""
    # Not rich's own guess, which variables of the environment turn: a pipe has to stay plain.
    terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return Console(
        file=stream,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        soft_wrap=not terminal,
        highlight=False,
        markup=False,
        emoji=False,
    )


def say(console: Console, text: str = "", style: str = "", indent: int = 0) -> None:
    """Print a line of plain text; a terminal wraps it, and keeps the indentation."""
    line = Text(printable(text), style=style)
    if console.is_terminal and indent:
        console.print(Padding.indent(line, indent))
    else:
        console.print(Text(" " * indent).append_text(line))


def print_table(
    console: Console, header: Sequence[str], rows: Sequence[Sequence[str]], styles: dict[str, str]
) -> None:
    """A table; a cell that is a key of `styles` is printed in that style."""
    if not console.is_terminal:
        for line in _aligned([header, *rows]):
            say(console, line)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell), style=styles.get(cell, "")) for cell in row))
    console.print(table)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
