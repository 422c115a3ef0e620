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

from taskdb_spec.conformance.reporting.text import escape_unprintable


def make_console(stream: IO[str]) -> Console:
    """Return a console for the stream: with colours on a terminal, plain otherwise."""
    # Rich would also look at environment variables such as FORCE_COLOR. A pipe must stay plain.
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


def print_line(console: Console, text: str = "", style: str = "", indent: int = 0) -> None:
    """Print a line of plain text.

    Args:
        console: where to print.
        text: the line; a terminal wraps it, and unprintable characters are escaped.
        style: a style of rich.
        indent: spaces before the line, also before the wrapped parts.
    """
    line = Text(escape_unprintable(text), style=style)
    if console.is_terminal and indent:
        console.print(Padding.indent(line, indent))
    else:
        console.print(Text(" " * indent).append_text(line))


def print_table(
    console: Console, header: Sequence[str], rows: Sequence[Sequence[str]], styles: dict[str, str]
) -> None:
    """Print a table.

    Args:
        console: where to print.
        header: the names of the columns.
        rows: the cells.
        styles: the style of cells with these texts.
    """
    if not console.is_terminal:
        for line in _align_columns([header, *rows]):
            print_line(console, line)
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(escape_unprintable(cell), style=styles.get(cell, "")) for cell in row))
    console.print(table)


def _align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines, with each column as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
