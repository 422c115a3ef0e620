"""`MongoDB`, the store on a MongoDB server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from bson import ObjectId
from pymongo.collection import Collection
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, WriteError
from traitlets import Float, Unicode, default

from taskdb_reference.base import BaseDB
from taskdb_reference.errors import duplicate, not_found
from taskdb_reference.mongo.codec import MICROSECONDS, Document, document_of, fields_of, update_of
from taskdb_reference.mongo.collection import DATABASE, HISTORY, documents
from taskdb_reference.mongo.config import URL_VARIABLE, Server, default_url
from taskdb_reference.mongo.connection import reaching
from taskdb_reference.mongo.pushdown import Relay, relay
from taskdb_spec import (
    Predicate,
    RecordError,
    TaskRecord,
    check_keys,
    compile_query,
)
from taskdb_spec.language import tree
from taskdb_spec.records.domain import OutOfDomain, normalize, safe_repr
from taskdb_spec.records.fields import checked_fields, with_defaults

TOO_LARGE = (10334, 17419, 17420)  # the server's codes for a document above 16 MiB
DROPPED_AT_ONCE = 10_000


class MongoDB(BaseDB):
    """Keeps TaskRecords on a MongoDB server, all stores of a database in one collection.

    What a call has written is on the disks of most of the servers of a replica set when it
    returns. Instants keep their microseconds. Every call raises `StoreUnavailable` where the
    server does not answer; the next call tries again, nothing has to be reopened. Stores share one
    client in each process, and a process that forks gets one of its own.

        db = MongoDB(url="mongodb://127.0.0.1:27017/", namespace="cluster-1")
        db.add_record("a", {"client_uuid": "c"})
    """

    url = Unicode(
        help=f"""Where the server is, like mongodb://user:password@host:27017/?replicaSet=name.

        The default is what ${URL_VARIABLE} says. Write and read concerns in it win over the
        store's own, which are majority and journalled."""
    ).tag(config=True)
    database = Unicode(DATABASE, help="The name of the database.").tag(config=True)
    namespace = Unicode(
        "default", help="The name of the store, which shares its collection with others."
    ).tag(config=True)
    timeout = Float(
        Server("").timeout, min=0.001, help="The seconds that the server has for each call."
    ).tag(config=True)

    @default("url")
    def _default_url(self) -> str:
        return default_url()

    def __init__(self, **traits: Any) -> None:
        """Open the store, and make the collection and its indexes where they are not there yet.

        Raises `StoreUnavailable`, `TraitError`, and ValueError for a url that is none.
        """
        super().__init__(**traits)
        self._documents()  # a server that is not there is told of now

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record; fields that `rec` lacks are filled.

        Raises `DuplicateRecord`, `RecordError`; the store is then unchanged.
        """
        fields = document_of(with_defaults(checked_fields(msg_id, rec)))
        document = {"store": self.namespace, **fields, "revision": ObjectId()}
        with self._writing(msg_id):
            self._documents().insert_one(document)

    def get_record(self, msg_id: str) -> TaskRecord:
        """The whole record. Raises `RecordNotFound`."""
        with reaching(self._server):
            document = self._documents().find_one(self._one(msg_id))
        if document is None:
            raise not_found(msg_id)
        return with_defaults(fields_of(document))

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each whole, and all at once.

        Raises `RecordNotFound`, `RecordError`; the store is then unchanged.
        """
        put, gone = update_of(checked_fields(msg_id, rec))
        change = {"$set": {**put, "revision": ObjectId()}, "$unset": gone}
        with self._writing(msg_id):
            if not self._documents().update_one(self._one(msg_id), change).matched_count:
                raise not_found(msg_id)

    def drop_record(self, msg_id: str) -> None:
        """Remove the record. Raises `RecordNotFound`."""
        with reaching(self._server):
            if not self._documents().delete_one(self._one(msg_id)).deleted_count:
                raise not_found(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove what `find_records` finds. Raises `QueryError` before anything goes."""
        predicate = compile_query(check)
        asked = relay(predicate.tree)
        with reaching(self._server):
            if asked.exact:
                self._documents().delete_many(self._filter(asked))
            else:
                self._drop_decided_here(predicate, asked)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """The records that the query `check` selects, by msg_id, in any order.

        With `keys`, a list of field names, each has those fields and ``msg_id`` only. Raises
        `QueryError`.
        """
        predicate, names = compile_query(check), check_keys(keys)
        found: dict[str, Any] = {}
        with reaching(self._server):
            for document, fields in self._matching(predicate, relay(predicate.tree), names):
                found[document["msg_id"]] = _projected(fields, names)
        return found

    def get_history(self) -> list[str]:
        """All msg_ids, ascending by ``submitted``, None first."""
        with reaching(self._server):
            found = self._documents().find({"store": self.namespace}, {"_id": 0, "msg_id": 1})
            return [document["msg_id"] for document in found.sort(list(HISTORY))]

    @property
    def _server(self) -> Server:
        return Server(self.url, self.timeout)

    def _documents(self) -> Collection[Document]:
        return documents(self._server, self.database)

    def _one(self, msg_id: object) -> Document:
        """The filter for the record of an id; `RecordNotFound` for what no record has for one."""
        if not isinstance(msg_id, str):
            raise not_found(msg_id)
        try:
            return {"store": self.namespace, "msg_id": normalize(msg_id)}
        except OutOfDomain:
            raise not_found(msg_id) from None

    def _filter(self, asked: Relay) -> Document:
        mine: Document = {"store": self.namespace}
        return {"$and": [mine, asked.filter]} if asked.filter else mine

    def _matching(
        self, predicate: Predicate, asked: Relay, names: list[str] | None
    ) -> Iterator[tuple[Document, dict[str, Any]]]:
        """The documents that the query selects, each with the fields that it holds of a record."""
        wanted = None if names is None else ["msg_id", *names]
        if wanted is not None and not asked.exact:
            wanted += tree.roots(predicate.tree)
        projection = wanted and dict.fromkeys((*wanted, MICROSECONDS, "revision"), 1)
        for document in self._documents().find(self._filter(asked), projection):
            fields = fields_of(document)
            if asked.exact or predicate(fields):
                yield document, fields

    def _drop_decided_here(self, predicate: Predicate, asked: Relay) -> None:
        """Remove what was found as it was found: a record that has changed is looked at again."""
        while True:
            found = self._matching(predicate, asked, ["msg_id"])
            chosen = [document for document, _ in islice(found, DROPPED_AT_ONCE)]
            if not chosen:
                return
            same = {name: {"$in": [d[name] for d in chosen]} for name in ("_id", "revision")}
            self._documents().delete_many(same)

    @contextmanager
    def _writing(self, msg_id: str) -> Iterator[None]:
        """The server's refusals of a record, as those of this interface."""
        try:
            with reaching(self._server):
                yield
        except DuplicateKeyError:
            raise duplicate(msg_id) from None
        except (DocumentTooLarge, WriteError) as error:
            if isinstance(error, WriteError) and error.code not in TOO_LARGE:
                raise
            raise RecordError(
                f"the record of msg_id {safe_repr(msg_id)} would be larger than the 16 MiB that a "
                "document of MongoDB may have; keep large buffers elsewhere"
            ) from error


def _projected(fields: dict[str, Any], names: list[str] | None) -> Any:
    return with_defaults(fields) if names is None else {n: fields[n] for n in ("msg_id", *names)}
