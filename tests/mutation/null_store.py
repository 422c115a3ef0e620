"""Mutants of a store that stores nothing: clauses NODB. `NullStore` conforms."""

from __future__ import annotations

from taskdb_spec import Backend
from taskdb_spec.records.errors import ReadableKeyError
from taskdb_spec.records.fields import checked_fields
from tests.mutation.base import Mutant, snake_case

TEXT = "NoDB: nothing is stored. To get storage, configure a database, such as DictDB or SQLiteDB."


class NullStore:
    """A conforming store that accepts every write, and stores nothing."""

    text = TEXT

    def add_record(self, msg_id, rec, /):
        self.on_write(msg_id, rec)

    def update_record(self, msg_id, rec, /):
        self.on_write(msg_id, rec)

    def drop_record(self, msg_id, /):
        self.on_write(msg_id, None)

    def drop_matching_records(self, check, /):
        self.on_write(None, check)

    def get_record(self, msg_id, /):
        raise ReadableKeyError(self.text)

    def find_records(self, check, keys=None):
        raise ReadableKeyError(self.text)

    def get_history(self):
        raise ReadableKeyError(self.text)

    def close(self):
        pass

    def on_write(self, msg_id, written):
        pass


def null_backend(store, name):
    """Return the backend of a class of stores that store nothing."""
    return Backend(name=name, open=lambda workdir: store(), stores_nothing=True)


def broken_null_store(clause, why):
    """Make a class of stores that store nothing the mutant of its name."""

    def decorate(store):
        name = snake_case(store.__name__)
        return Mutant(name, clause, why, null_backend(store, name))

    return decorate


@broken_null_store("NODB-1", "add returns the id")
class NothingReturnsTheId(NullStore):
    def add_record(self, msg_id, rec, /):
        return msg_id


@broken_null_store("NODB-1", "add looks at the record, and refuses what is none")
class NothingChecksRecords(NullStore):
    def add_record(self, msg_id, rec, /):
        checked_fields(msg_id, rec)


@broken_null_store("NODB-1", "drop refuses an id that was never added")
class NothingHasNothingToDrop(NullStore):
    def drop_record(self, msg_id, /):
        raise ReadableKeyError(self.text)


@broken_null_store("NODB-1", "update is refused like the reads")
class NothingRefusesUpdates(NullStore):
    def update_record(self, msg_id, rec, /):
        raise ReadableKeyError(self.text)


@broken_null_store("NODB-1", "drop_matching_records returns a count")
class NothingCountsPurges(NullStore):
    def drop_matching_records(self, check, /):
        return 0


@broken_null_store("NODB-2", "find finds nothing")
class NothingIsFound(NullStore):
    def find_records(self, check, keys=None):
        return {}


@broken_null_store("NODB-2", "the history is empty")
class NothingHasAHistory(NullStore):
    def get_history(self):
        return []


@broken_null_store("NODB-2", "get returns None")
class NothingCanBeGot(NullStore):
    def get_record(self, msg_id, /):
        return None


@broken_null_store("NODB-2", "find raises a NotImplementedError")
class NothingIsImplemented(NullStore):
    def find_records(self, check, keys=None):
        raise NotImplementedError(self.text)


@broken_null_store("NODB-3", "the text does not say how to get storage")
class NothingIsExplained(NullStore):
    text = "NoDB: nothing is stored."


@broken_null_store("NODB-3", "there is no text")
class NothingIsSaid(NullStore):
    text = ""


@broken_null_store("NODB-3", "the text says how to get storage, and not that nothing is stored")
class NothingIsAdvised(NullStore):
    text = "To get storage, configure a database, such as DictDB or SQLiteDB."


@broken_null_store("NODB-3", "the refusal of get is the id alone")
class NothingNamesTheId(NullStore):
    def get_record(self, msg_id, /):
        raise KeyError(msg_id)


@broken_null_store("NODB-4", "a log of what was written is kept")
class NothingKeepsALog(NullStore):
    def __init__(self):
        self.log = []

    def on_write(self, msg_id, written):
        self.log.append((msg_id, written))


@broken_null_store("NODB-5", "the second close raises")
class NothingIsClosedOnce(NullStore):
    closed = False

    def close(self):
        if self.closed:
            raise RuntimeError("the store is closed")
        self.closed = True


@broken_null_store("NODB-5", "every close raises")
class NothingCannotBeClosed(NullStore):
    def close(self):
        raise NotImplementedError
