"""`HubStore`, a reference store with the interface that ipyparallel's Hub expects."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from types import new_class
from typing import Any, ClassVar

from taskdb_reference.base import BaseDB
from taskdb_reference.ipyparallel.coercion import coerce_record, localize_query
from taskdb_spec import RecordError, TaskDB, TaskRecord

try:
    from ipyparallel.controller import dictdb
except ImportError as error:
    raise ImportError(
        "a store behind ipyparallel's Hub needs ipyparallel: pip install 'taskdb-spec[ipyparallel]'"
    ) from error

Write = Callable[[str, Mapping[str, Any]], None]


class HubStore(dictdb.BaseDB):  # type: ignore[misc]  # ipyparallel has no types
    """A reference store that bridges what the Hub and the interface do differently.

    - The Hub expects a list from `find_records`.
    - It uses datetimes without a time zone as local time.
    - It never closes its store, so the store is closed when the process exits.
    - It loses the record of a task if the store rejects it. Such a record is coerced (see
      `coerce_record`) and written again. The log lists the changes, each kind once, because every
      later task may need the same.

    If the store has a file with a relative name, the file is in the profile of the controller.
    """

    store_class: ClassVar[type[BaseDB]]

    def __init__(self, **traits: Any) -> None:
        """Create the store with the settings of the config and `traits`."""
        super().__init__(**traits)
        # Both objects read their settings from the arguments and from the section of the config
        # for their class, which has the same name.
        self._store: Any = self.store_class(**{**traits, **self._place_in_profile()})
        self._logged_changes: set[str] = set()
        atexit.register(self.close)

    @property
    def store(self) -> TaskDB:
        """The reference store that holds the records."""
        store: TaskDB = self._store
        return store

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record.

        Raises:
            DuplicateRecord: The store has a record of this id. This is a KeyError.
        """
        self._write(self._store.add_record, msg_id, rec)

    def get_record(self, msg_id: str) -> TaskRecord:
        """Return the whole record.

        Raises:
            RecordNotFound: The store has no such record. This is a KeyError.
        """
        record: TaskRecord = self._store.get_record(msg_id)
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`.

        Raises:
            RecordNotFound: The store has no such record. This is a KeyError.
        """
        self._write(self._store.update_record, msg_id, rec)

    def drop_record(self, msg_id: str) -> None:
        """Remove the record.

        Raises:
            RecordNotFound: The store has no such record. This is a KeyError.
        """
        self._store.drop_record(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove the records that `find_records` would find.

        Raises:
            QueryError: The query is invalid. The store is unchanged.
        """
        self._store.drop_matching_records(localize_query(check))

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> list[TaskRecord]:
        """Return a list of the records that the query selects.

        Raises:
            QueryError: The query or `keys` is invalid.
        """
        return list(self._store.find_records(localize_query(check), keys).values())

    def get_history(self) -> list[str]:
        """Return all msg_ids, ascending by ``submitted``, None first."""
        history: list[str] = self._store.get_history()
        return history

    def close(self) -> None:
        """Release the resources of the store. A second call does nothing."""
        atexit.unregister(self.close)
        self._store.close()

    def _place_in_profile(self) -> dict[str, str]:
        """Return the setting that puts the store's file, if it has one, into the profile."""
        profile = getattr(self.parent, "profile_dir", None)
        if profile is None or not self.has_trait("filename") or self.filename == ":memory:":
            return {}
        return {"filename": os.path.join(profile.location, self.filename)}

    def _write(self, write: Write, msg_id: str, rec: Mapping[str, Any]) -> None:
        try:
            write(msg_id, rec)
        except RecordError:
            fields, changes = coerce_record(rec)
            write(msg_id, fields)
            self._log_changes(msg_id, changes)

    def _log_changes(self, msg_id: str, changes: Iterable[str]) -> None:
        for change in changes:
            if change not in self._logged_changes:
                self._logged_changes.add(change)
                self.log.warning("record %s: %s (logged once)", msg_id, change)


def create_hub_class(store_class: type[BaseDB]) -> type[HubStore]:
    """Create the `HubStore` for a reference store, with the same name and settings.

    >>> from taskdb_reference import DictDB
    >>> hub_store = create_hub_class(DictDB)(record_limit=2)
    >>> hub_store.add_record("a", {"label": "fit"})
    >>> hub_store.find_records({"label": "fit"}, keys=["label"])
    [{'msg_id': 'a', 'label': 'fit'}]
    """
    # A class without these settings would log a warning about each one in the config.
    settings = {name: copy(trait) for name, trait in store_class.class_traits(config=True).items()}
    members = {
        "__doc__": f"{store_class.__name__} behind ipyparallel's Hub.\n\n    {store_class.__doc__}",
        "__module__": "taskdb_reference.ipyparallel",
        "store_class": store_class,
        **settings,
    }
    return new_class(store_class.__name__, (HubStore,), exec_body=lambda body: body.update(members))
