"""Numbers and tables as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MISSING = "-"
"""The text of a cell for which nothing was measured."""


def format_duration(seconds: float) -> str:
    """Return a duration with its unit and at least two significant digits.

    >>> format_duration(0.0042)
    '4.2 ms'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_format_two_digits(seconds / size)} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def format_ratio(value: float | None) -> str:
    """Return a ratio as text, for example ``1.3 x``."""
    return MISSING if value is None else f"{_format_two_digits(value)} x"


def format_exponent(value: float | None) -> str:
    """Return an exponent with one decimal, and without a negative zero."""
    return MISSING if value is None else f"{value + 0.0:.1f}".replace("-0.0", "0.0")


def format_share(value: float) -> str:
    """Return a share between 0 and 1 as a percentage."""
    return f"{100 * value:.0f} %"


def _format_two_digits(value: float) -> str:
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns are aligned in plain text too.

    Args:
        head: The titles of the columns.
        rows: The cells of each row, as many as there are titles.
    """
    lines = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])
