"""Stores that refuse rightly, with Python's own errors, and change something all the same.

Each keeps every other clause. It has to fail, though the class of its errors is only a SHOULD.
"""

from __future__ import annotations

from typing import Any

from taskdb_spec import Backend, DuplicateRecord, RecordError, RecordNotFound
from tests.support.second_implementation.store import QUERYING, Store


class OverwritesDuplicates(Store):
    """ADD-3: the new record is written before the duplicate is noticed."""

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        try:
            super().add_record(msg_id, rec)
        except DuplicateRecord as error:
            self.kept[msg_id].update(self.accepted(msg_id, rec))
            raise KeyError(str(error)) from None


class AddsInPart(Store):
    """REC-10: a record that is refused is there, without its fields."""

    def add_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        try:
            super().add_record(msg_id, rec)
        except RecordError as error:
            if type(msg_id) is str and msg_id not in self.kept:
                super().add_record(msg_id, {})
            raise ValueError(str(error)) from None


class UpdatesInPart(Store):
    """REC-10: the fields before the one that is refused are written."""

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        try:
            self.there(msg_id)
            for name in rec:
                super().update_record(msg_id, {name: rec[name]})
        except RecordNotFound as error:
            raise KeyError(str(error)) from None
        except RecordError as error:
            raise ValueError(str(error)) from None


class ForgetsOnMisses(Store):
    """REC-10: an update that misses empties the store."""

    def update_record(self, msg_id: str, rec: dict[str, Any]) -> None:
        try:
            super().update_record(msg_id, rec)
        except RecordNotFound as error:
            self.kept.clear()
            raise KeyError(str(error)) from None


class PurgesAnyway(Store):
    """PURGE-3: a purge with a malformed query empties the store."""

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        try:
            super().drop_matching_records(check)
        except ValueError as error:
            self.kept.clear()
            plain = KeyError if isinstance(error, KeyError) else ValueError
            raise plain(str(error)) from None


CARELESS = {
    "ADD-3": [OverwritesDuplicates],
    "REC-10": [AddsInPart, UpdatesInPart, ForgetsOnMisses],
    "PURGE-3": [PurgesAnyway],
}


def backend_of(store: type[Store]) -> Backend:
    return Backend(name=store.__name__, open=lambda workdir: store(), capabilities=QUERYING)
