"""Records grouped by the value of a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from taskdb_reference.memory.stored_record import Held

VALUED_FIELDS = frozenset({"client_uuid", "engine_uuid", "queue", "label"})
"""The fields of text that many records have in common."""


class Something:
    """What stands for any value but None of the fields that are not `VALUED_FIELDS`."""

    def __repr__(self) -> str:
        return "SOMETHING"


SOMETHING = Something()


class Groups:
    """The ids of the records that have the same value in `field`, by that value.

    For fields whose values few records share, only whether there is one counts: None or SOMETHING.

    >>> groups = Groups("label")
    >>> groups.enter([Held({"msg_id": "a", "label": "x"}, number=1)])
    >>> list(groups), list(groups.of("x"))
    (['x'], ['a'])
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._valued = field in VALUED_FIELDS
        self._ids: dict[object, dict[str, None]] = {}

    def __iter__(self) -> Iterator[object]:
        return iter(self._ids)

    def enter(self, records: Iterable[Held]) -> None:
        """Put each record in its group."""
        for record in records:
            value = self.value(record)
            group = self._ids.get(value)
            if group is None:
                group = self._ids[value] = {}
            group[record.msg_id] = None

    def leave(self, records: Iterable[Held]) -> None:
        """Take records, which must not have changed since, out of their groups."""
        for record in records:
            value = self.value(record)
            group = self._ids[value]
            del group[record.msg_id]
            if not group:
                del self._ids[value]

    def value(self, record: Held) -> object:
        """The value that the group of the record goes by."""
        value = record.fields[self._field]
        return value if self._valued or value is None else SOMETHING

    def of(self, value: object) -> Mapping[str, None]:
        """The ids of the group of that value."""
        return self._ids.get(value, {})
