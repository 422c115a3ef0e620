"""Numbers and tables as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTHING = "-"


def duration(seconds: float) -> str:
    """A time with its unit: two digits, or whole where there are more."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_two_digits(seconds / size)} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def factor(value: float | None) -> str:
    """A ratio."""
    return NOTHING if value is None else f"{_two_digits(value)} x"


def exponent(value: float | None) -> str:
    """The exponent of n."""
    return NOTHING if value is None else f"{value + 0.0:.1f}".replace("-0.0", "0.0")


def share(value: float) -> str:
    """A part of a whole."""
    return f"{100 * value:.0f} %"


def _two_digits(value: float) -> str:
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned so that it can be read as it is."""
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
