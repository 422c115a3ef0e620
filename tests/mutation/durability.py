"""Mutants of a store in a file: clauses DUR, and one of ISO-9. `PickleStore` conforms."""

from __future__ import annotations

import pickle

from taskdb_spec import Backend
from taskdb_spec.capabilities import QUERY_CAPABILITIES, Capability
from taskdb_spec.conformance.diagnosis.fault_models.base import StepwiseModel
from taskdb_spec.records.fields import DICT_FIELDS, TIME_FIELDS
from taskdb_spec.records.traversal import map_values
from tests.mutation.base import Mutant, snake_case

CLAIMED = QUERY_CAPABILITIES | {Capability.durable}


class PickleStore(StepwiseModel):
    """A conforming store that reads a file when it is opened, and writes it when it is closed."""

    def __init__(self, workdir):
        super().__init__(CLAIMED)
        self.path = workdir / "tasks.pickle"
        self.closed = False
        if self.path.exists():
            self.records = self.restore(pickle.loads(self.path.read_bytes()))

    def records_to_save(self, records):
        """Return the records that are written into the file."""
        return records

    def restore(self, records):
        """Return the records that the store takes from the file."""
        return records

    def close(self):
        if not self.closed:
            self.closed = True
            self.path.write_bytes(pickle.dumps(self.records_to_save(self.records)))


def file_backend(store, name):
    """Return the backend of a class of stores in files."""
    return Backend(name=name, open=store, capabilities=CLAIMED)


def broken_file_store(clause, why):
    """Make a class of stores in files the mutant of its name."""

    def decorate(store):
        name = snake_case(store.__name__)
        return Mutant(name, clause, why, file_backend(store, name))

    return decorate


@broken_file_store("DUR-1", "nothing is in the file")
class FileIsEmpty(PickleStore):
    def records_to_save(self, records):
        return {}


@broken_file_store("DUR-1", "the record that was written last is not in the file")
class FileLacksTheLast(PickleStore):
    def records_to_save(self, records):
        return dict(list(records.items())[:-1])


@broken_file_store("DUR-1", "a store that was opened again does not write its file")
class FileIsWrittenOnce(PickleStore):
    def records_to_save(self, records):
        return pickle.loads(self.path.read_bytes()) if self.path.exists() else records


@broken_file_store("DUR-1", "date fields lose their microseconds in the file")
class FileCutsMicroseconds(PickleStore):
    def records_to_save(self, records):
        return {i: self.cut(record) for i, record in records.items()}

    def cut(self, record):
        times = {name: record[name].replace(microsecond=0) for name in TIME_FIELDS if record[name]}
        return {**record, **times}


@broken_file_store("DUR-1", "buffers are not in the file")
class FileLacksBuffers(PickleStore):
    def records_to_save(self, records):
        return {i: {**r, "buffers": None, "result_buffers": None} for i, r in records.items()}


@broken_file_store("DUR-1", "[] comes out of the file as None")
class FileTakesEmptyForNone(PickleStore):
    def restore(self, records):
        return {
            i: {name: None if value == [] else value for name, value in record.items()}
            for i, record in records.items()
        }


@broken_file_store("DUR-1", "dicts come out of the file with their keys sorted")
class FileSortsKeys(PickleStore):
    def restore(self, records):
        def in_order(value):
            return dict(sorted(value.items())) if isinstance(value, dict) else value

        for record in records.values():
            record.update({name: map_values(record[name], in_order) for name in DICT_FIELDS})
        return records


@broken_file_store("DUR-1", "display_data are not in the file")
class FileLacksDisplayData(PickleStore):
    def records_to_save(self, records):
        return {i: {**record, "display_data": None} for i, record in records.items()}


@broken_file_store("DUR-2", "an update of a record that came out of the file is not written")
class FileKeepsItsRecords(PickleStore):
    def __init__(self, workdir):
        super().__init__(workdir)
        self.old = dict(self.records)

    def records_to_save(self, records):
        return {i: self.old.get(i, record) for i, record in records.items()}


class Replaying(PickleStore):
    """A store that writes the records in `gone` into the file too."""

    def __init__(self, workdir):
        self.gone = {}
        super().__init__(workdir)

    def records_to_save(self, records):
        return {**self.gone, **records}


@broken_file_store("DUR-2", "records that drop_record removed come back")
class DropsComeBack(Replaying):
    def drop_record(self, msg_id, /):
        self.require_record(msg_id)
        self.gone[msg_id] = self.records[msg_id]
        super().drop_record(msg_id)


@broken_file_store("DUR-2", "records that drop_matching_records removed come back")
class PurgedComeBack(Replaying):
    def drop_matching_records(self, check, /):
        before = dict(self.records)
        super().drop_matching_records(check)
        self.gone.update({i: r for i, r in before.items() if i not in self.records})


@broken_file_store("DUR-2", "updated records fall back to what was added")
class UpdatesFallBack(Replaying):
    def add_record(self, msg_id, rec, /):
        super().add_record(msg_id, rec)
        self.gone[msg_id] = self.records[msg_id]

    def records_to_save(self, records):
        return {i: self.gone.get(i, record) for i, record in records.items()}


@broken_file_store("DUR-2", "the second update of a record falls back to the first")
class SecondUpdateFallsBack(Replaying):
    def update_record(self, msg_id, rec, /):
        super().update_record(msg_id, rec)
        self.gone.setdefault(msg_id, self.records[msg_id])

    def records_to_save(self, records):
        return {i: self.gone.get(i, record) for i, record in records.items()}


@broken_file_store("DUR-2", "an empty purge is not written")
class EmptyPurgeComesBack(Replaying):
    def drop_matching_records(self, check, /):
        before = dict(self.records) if check == {} else {}
        super().drop_matching_records(check)
        self.gone.update(before)


@broken_file_store("ISO-9", "the file is beside the folder, and not in it")
class FileIsOutside(PickleStore):
    def __init__(self, workdir):
        super().__init__(workdir.parent)
