"""A reference store as ipyparallel's Hub calls it."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from types import new_class
from typing import Any, ClassVar

from taskdb_reference.base import BaseDB
from taskdb_reference.ipyparallel.coercion import in_local_time, mended
from taskdb_spec import RecordError, TaskDB, TaskRecord

try:
    from ipyparallel.controller import dictdb
except ImportError as error:
    raise ImportError(
        "a store behind ipyparallel's Hub needs ipyparallel: pip install 'taskdb-spec[ipyparallel]'"
    ) from error

Write = Callable[[str, Mapping[str, Any]], None]


class HubStore(dictdb.BaseDB):  # type: ignore[misc]  # ipyparallel has no types
    """What the Hub and the reference stores say differently, bridged.

    The Hub wants a list from `find_records`, takes dates without a time zone for local time, never
    closes its store, and gives up the record of a task that the store refuses. A record that is
    refused is therefore mended (see `mended`) and written again, and the log says what was changed:
    once for each kind of change, because every later task may need the same. A store in a file
    keeps it in the profile of the controller, unless its name is absolute.
    """

    store_class: ClassVar[type[BaseDB]]

    def __init__(self, **traits: Any) -> None:
        """Make the store with the settings of the config and `traits`."""
        super().__init__(**traits)
        # The settings reach it as they reach this object: by the arguments, and by the section
        # of the config for their class, which has the same name.
        self._store: Any = self.store_class(**{**traits, **self._placed()})
        self._told: set[str] = set()
        atexit.register(self.close)

    @property
    def store(self) -> TaskDB:
        """The reference store that holds the records."""
        store: TaskDB = self._store
        return store

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record. Raises `DuplicateRecord`, a KeyError, where it is there already."""
        self._write(self._store.add_record, msg_id, rec)

    def get_record(self, msg_id: str) -> TaskRecord:
        """The whole record. Raises `RecordNotFound`, a KeyError."""
        record: TaskRecord = self._store.get_record(msg_id)
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`. Raises `RecordNotFound`, a KeyError."""
        self._write(self._store.update_record, msg_id, rec)

    def drop_record(self, msg_id: str) -> None:
        """Remove the record. Raises `RecordNotFound`, a KeyError."""
        self._store.drop_record(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove what `find_records` finds. Raises `QueryError` before anything goes."""
        self._store.drop_matching_records(in_local_time(check))

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> list[TaskRecord]:
        """A list of the records that the query selects. Raises `QueryError`."""
        return list(self._store.find_records(in_local_time(check), keys).values())

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first."""
        history: list[str] = self._store.get_history()
        return history

    def close(self) -> None:
        """Release what the store holds. Calling it again does nothing."""
        atexit.unregister(self.close)
        self._store.close()

    def _placed(self) -> dict[str, str]:
        """The file of a store that has one: a relative name is one in the controller's profile."""
        profile = getattr(self.parent, "profile_dir", None)
        if profile is None or not self.has_trait("filename") or self.filename == ":memory:":
            return {}
        return {"filename": os.path.join(profile.location, self.filename)}

    def _write(self, write: Write, msg_id: str, rec: Mapping[str, Any]) -> None:
        try:
            write(msg_id, rec)
        except RecordError:
            fields, changes = mended(rec)
            write(msg_id, fields)
            self._tell(msg_id, changes)

    def _tell(self, msg_id: str, changes: Iterable[str]) -> None:
        for change in changes:
            if change not in self._told:
                self._told.add(change)
                self.log.warning("record %s: %s (said once)", msg_id, change)


def hub_class(store: type[BaseDB]) -> type[HubStore]:
    """The class that puts stores of that class behind the Hub, with the same name and settings.

    >>> from taskdb_reference import DictDB
    >>> behind_the_hub = hub_class(DictDB)(record_limit=2)
    >>> behind_the_hub.add_record("a", {"label": "fit"})
    >>> behind_the_hub.find_records({"label": "fit"}, keys=["label"])
    [{'msg_id': 'a', 'label': 'fit'}]
    """
    # Without settings of its own, the class would warn of each that the config has.
    settings = {name: copy(trait) for name, trait in store.class_traits(config=True).items()}
    members = {
        "__doc__": f"{store.__name__} behind ipyparallel's Hub.\n\n    {store.__doc__}",
        "__module__": "taskdb_reference.ipyparallel",
        "store_class": store,
        **settings,
    }
    return new_class(store.__name__, (HubStore,), exec_body=lambda body: body.update(members))
