"""In which columns a root field is kept, and in what form.

A field that holds text or an instant has a column that compares as its values do. ``resubmitted``
holds either, so it has two, of which at most one is set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from taskdb_reference.sql.buffer_codec import joined, split
from taskdb_reference.sql.json_codec import decoded, encoded
from taskdb_reference.sql.nul_escaping import escaped, unescaped
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from taskdb_spec.records.timestamps import from_microseconds, to_microseconds

Cell: TypeAlias = "str | int | bytes | None"
Writer: TypeAlias = Callable[[Any], tuple[Cell, ...]]
Reader: TypeAlias = Callable[[Iterator[Any]], Any]

TEXT_COLUMNS: Final = {name: name for name in (*TEXT_FIELDS, "resubmitted")}
"""For each field that may hold text, the column of its texts."""

TIME_COLUMNS: Final = {**{name: name for name in TIME_FIELDS}, "resubmitted": "resubmitted_at"}
"""For each field that may hold an instant, the column of its instants."""


def _writer(form: Callable[[Any], Cell]) -> Writer:
    return lambda value: (None if value is None else form(value),)


def _reader(form: Callable[[Any], Any]) -> Reader:
    def read(cells: Iterator[Any]) -> Any:
        cell = next(cells)
        return None if cell is None else form(cell)

    return read


def _write_text_or_instant(value: str | datetime | None) -> tuple[Cell, Cell]:
    if isinstance(value, datetime):
        return None, to_microseconds(value)
    return (None if value is None else escaped(value)), None


def _read_text_or_instant(cells: Iterator[Any]) -> str | datetime | None:
    text, instant = next(cells), next(cells)
    if instant is not None:
        return from_microseconds(instant)
    return None if text is None else unescaped(text)


_FORMS: Final[Mapping[str, tuple[Writer, Reader]]] = {
    **dict.fromkeys(TEXT_FIELDS, (_writer(escaped), _reader(unescaped))),
    **dict.fromkeys(TIME_FIELDS, (_writer(to_microseconds), _reader(from_microseconds))),
    **dict.fromkeys(DICT_FIELDS, (_writer(encoded), _reader(decoded))),
    **dict.fromkeys(BUFFER_FIELDS, (_writer(joined), _reader(split))),
    "resubmitted": (_write_text_or_instant, _read_text_or_instant),
}


def columns_of(fields: Iterable[str]) -> list[str]:
    """The columns of these fields, field by field.

    >>> columns_of(["label", "resubmitted"])
    ['label', 'resubmitted', 'resubmitted_at']
    """
    return [
        column
        for name in fields
        for column in ((name, "resubmitted_at") if name == "resubmitted" else (name,))
    ]


def cells_of(fields: Mapping[str, Any]) -> dict[str, Cell]:
    """What the columns of these checked fields are to hold."""
    cells = [cell for name, value in fields.items() for cell in _FORMS[name][0](value)]
    return dict(zip(columns_of(fields), cells, strict=True))


def read_fields(fields: Collection[str], cells: Iterator[Any]) -> dict[str, Any]:
    """The values of these fields, read from the cells of their columns."""
    return {name: _FORMS[name][1](cells) for name in fields}
