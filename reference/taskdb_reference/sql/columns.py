"""The columns of each field, and how its values are written to them and read from them.

A field of text or datetimes has a column that compares as the values do. ``resubmitted`` may hold
both, so it has two columns, of which at most one is not NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from taskdb_reference.sql.buffer_codec import decode_buffers, encode_buffers
from taskdb_reference.sql.json_codec import decode_json, encode_json
from taskdb_reference.sql.nul_escaping import escape_nul, unescape_nul
from taskdb_spec.records.fields import BUFFER_FIELDS, DICT_FIELDS, TEXT_FIELDS, TIME_FIELDS
from taskdb_spec.records.timestamps import from_microseconds, to_microseconds

Cell: TypeAlias = "str | int | bytes | None"
Writer: TypeAlias = Callable[[Any], tuple[Cell, ...]]
Reader: TypeAlias = Callable[[Iterator[Any]], Any]

TEXT_COLUMNS: Final = {name: name for name in (*TEXT_FIELDS, "resubmitted")}
"""For each field that may hold text, its column for text."""

TIME_COLUMNS: Final = {**{name: name for name in TIME_FIELDS}, "resubmitted": "resubmitted_at"}
"""For each field that may hold a datetime, its column for datetimes."""


def _make_writer(encode: Callable[[Any], Cell]) -> Writer:
    return lambda value: (None if value is None else encode(value),)


def _make_reader(decode: Callable[[Any], Any]) -> Reader:
    def read(cells: Iterator[Any]) -> Any:
        cell = next(cells)
        return None if cell is None else decode(cell)

    return read


def _write_resubmitted(value: str | datetime | None) -> tuple[Cell, Cell]:
    if isinstance(value, datetime):
        return None, to_microseconds(value)
    return (None if value is None else escape_nul(value)), None


def _read_resubmitted(cells: Iterator[Any]) -> str | datetime | None:
    text, microseconds = next(cells), next(cells)
    if microseconds is not None:
        return from_microseconds(microseconds)
    return None if text is None else unescape_nul(text)


_CODECS: Final[Mapping[str, tuple[Writer, Reader]]] = {
    **dict.fromkeys(TEXT_FIELDS, (_make_writer(escape_nul), _make_reader(unescape_nul))),
    **dict.fromkeys(TIME_FIELDS, (_make_writer(to_microseconds), _make_reader(from_microseconds))),
    **dict.fromkeys(DICT_FIELDS, (_make_writer(encode_json), _make_reader(decode_json))),
    **dict.fromkeys(BUFFER_FIELDS, (_make_writer(encode_buffers), _make_reader(decode_buffers))),
    "resubmitted": (_write_resubmitted, _read_resubmitted),
}


def list_columns(fields: Iterable[str]) -> list[str]:
    """Return the columns of fields, in the order of the fields.

    >>> list_columns(["label", "resubmitted"])
    ['label', 'resubmitted', 'resubmitted_at']
    """
    return [
        column
        for name in fields
        for column in ((name, "resubmitted_at") if name == "resubmitted" else (name,))
    ]


def to_cells(fields: Mapping[str, Any]) -> dict[str, Cell]:
    """Convert validated fields to the contents of their columns."""
    cells = [cell for name, value in fields.items() for cell in _CODECS[name][0](value)]
    return dict(zip(list_columns(fields), cells, strict=True))


def read_fields(fields: Collection[str], cells: Iterator[Any]) -> dict[str, Any]:
    """Read the values of fields from the contents of their columns, in the same order."""
    return {name: _CODECS[name][1](cells) for name in fields}
