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
from taskdb_reference.errors import build_duplicate_error, build_not_found_error
from taskdb_reference.mongo.codec import MICROSECONDS, Document, to_document, to_fields, to_update
from taskdb_reference.mongo.collection import DATABASE, HISTORY_ORDER, get_collection
from taskdb_reference.mongo.config import URL_VARIABLE, Server, read_default_url
from taskdb_reference.mongo.connection import translate_connection_errors
from taskdb_reference.mongo.pushdown import ServerFilter, make_server_filter
from taskdb_spec import Predicate, RecordError, TaskRecord, check_keys, compile_query
from taskdb_spec.language import tree
from taskdb_spec.records.domain import OutOfDomain, normalize, safe_repr
from taskdb_spec.records.fields import checked_fields, with_defaults

TOO_LARGE_CODES = (10334, 17419, 17420)
"""The server's error codes for a document above 16 MiB."""

MAX_DROP_BATCH = 10_000
"""The number of records that are selected by the client and then removed by one command."""


class MongoDB(BaseDB):
    """Keeps TaskRecords on a MongoDB server. All stores of a database share one collection.

    When a call returns, its writes are on the disks of most servers of a replica set. Datetimes
    keep their microseconds. Every call raises `StoreUnavailable` if the server does not answer; the
    next call tries again, without reopening the store. All stores of a process share one client. A
    process that forks gets a new client.

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
        Server("").timeout, min=0.001, help="The timeout of each call to the server in seconds."
    ).tag(config=True)

    @default("url")
    def _default_url(self) -> str:
        return read_default_url()

    def __init__(self, **traits: Any) -> None:
        """Open the store, and create the collection and its indexes if they do not exist.

        Raises:
            StoreUnavailable: The server does not answer, or no url is given.
            TraitError: A trait is invalid.
            ValueError: The url is invalid.
        """
        super().__init__(**traits)
        self._get_collection()  # fail now, not at the first call, if the server does not answer

    def add_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Store a new record. Fields that `rec` does not have are set to None.

        Raises:
            DuplicateRecord: The store has a record of this id. It is unchanged.
            RecordError: The record is invalid. The store is unchanged.
        """
        fields = to_document(with_defaults(checked_fields(msg_id, rec)))
        document = {"store": self.namespace, **fields, "revision": ObjectId()}
        with self._translate_write_errors(msg_id):
            self._get_collection().insert_one(document)

    def get_record(self, msg_id: str) -> TaskRecord:
        """Return the whole record.

        Raises:
            RecordNotFound: The store has no such record.
        """
        with translate_connection_errors(self._server):
            document = self._get_collection().find_one(self._filter_by_id(msg_id))
        if document is None:
            raise build_not_found_error(msg_id)
        return with_defaults(to_fields(document))

    def update_record(self, msg_id: str, rec: Mapping[str, Any]) -> None:
        """Replace the fields named in `rec`, each as a whole, in one atomic step.

        Raises:
            RecordNotFound: The store has no such record.
            RecordError: The values are invalid. The store is unchanged.
        """
        to_set, to_unset = to_update(checked_fields(msg_id, rec))
        change = {"$set": {**to_set, "revision": ObjectId()}, "$unset": to_unset}
        with self._translate_write_errors(msg_id):
            result = self._get_collection().update_one(self._filter_by_id(msg_id), change)
            if not result.matched_count:
                raise build_not_found_error(msg_id)

    def drop_record(self, msg_id: str) -> None:
        """Remove the record.

        Raises:
            RecordNotFound: The store has no such record.
        """
        with translate_connection_errors(self._server):
            if not self._get_collection().delete_one(self._filter_by_id(msg_id)).deleted_count:
                raise build_not_found_error(msg_id)

    def drop_matching_records(self, check: dict[str, Any]) -> None:
        """Remove the records that `find_records` would find.

        Raises:
            QueryError: The query is invalid. The store is unchanged.
        """
        predicate = compile_query(check)
        server_filter = make_server_filter(predicate.tree)
        with translate_connection_errors(self._server):
            if server_filter.is_exact:
                self._get_collection().delete_many(self._in_store(server_filter))
            else:
                self._drop_in_batches(predicate, server_filter)

    def find_records(
        self, check: dict[str, Any], keys: Iterable[str] | None = None
    ) -> dict[str, TaskRecord]:
        """Return the records that the query `check` selects, by msg_id, in any order.

        Args:
            check: The query.
            keys: The names of the fields to return, beside ``msg_id``; None for all.

        Raises:
            QueryError: The query or `keys` is invalid.
        """
        predicate, names = compile_query(check), check_keys(keys)
        server_filter = make_server_filter(predicate.tree)
        found: dict[str, Any] = {}
        with translate_connection_errors(self._server):
            for document, fields in self._iter_matching(predicate, server_filter, names):
                found[document["msg_id"]] = _project(fields, names)
        return found

    def get_history(self) -> list[str]:
        """Return all msg_ids, ascending by ``submitted``, None first."""
        with translate_connection_errors(self._server):
            found = self._get_collection().find({"store": self.namespace}, {"_id": 0, "msg_id": 1})
            return [document["msg_id"] for document in found.sort(list(HISTORY_ORDER))]

    @property
    def _server(self) -> Server:
        return Server(self.url, self.timeout)

    def _get_collection(self) -> Collection[Document]:
        return get_collection(self._server, self.database)

    def _filter_by_id(self, msg_id: object) -> Document:
        """Return the filter for the record of an id.

        Raises:
            RecordNotFound: The object is no valid id, so no record has it.
        """
        if not isinstance(msg_id, str):
            raise build_not_found_error(msg_id)
        try:
            return {"store": self.namespace, "msg_id": normalize(msg_id)}
        except OutOfDomain:
            raise build_not_found_error(msg_id) from None

    def _in_store(self, server_filter: ServerFilter) -> Document:
        """Restrict a filter to the documents of this store."""
        in_store: Document = {"store": self.namespace}
        return {"$and": [in_store, server_filter.filter]} if server_filter.filter else in_store

    def _iter_matching(
        self, predicate: Predicate, server_filter: ServerFilter, names: list[str] | None
    ) -> Iterator[tuple[Document, dict[str, Any]]]:
        """Yield the documents that the query selects, each with the record fields that it has."""
        wanted = None if names is None else ["msg_id", *names]
        if wanted is not None and not server_filter.is_exact:
            wanted += tree.roots(predicate.tree)
        projection = wanted and dict.fromkeys((*wanted, MICROSECONDS, "revision"), 1)
        for document in self._get_collection().find(self._in_store(server_filter), projection):
            fields = to_fields(document)
            if server_filter.is_exact or predicate(fields):
                yield document, fields

    def _drop_in_batches(self, predicate: Predicate, server_filter: ServerFilter) -> None:
        """Remove what the predicate selects, in batches, until it selects nothing.

        A batch is removed by revision. So a record that another client has changed since it was
        read stays, and the next round evaluates it again.
        """
        while True:
            found = self._iter_matching(predicate, server_filter, ["msg_id"])
            batch = [document for document, _ in islice(found, MAX_DROP_BATCH)]
            if not batch:
                return
            unchanged = {name: {"$in": [d[name] for d in batch]} for name in ("_id", "revision")}
            self._get_collection().delete_many(unchanged)

    @contextmanager
    def _translate_write_errors(self, msg_id: str) -> Iterator[None]:
        """Replace the server's errors about a record by those of the interface."""
        try:
            with translate_connection_errors(self._server):
                yield
        except DuplicateKeyError:
            raise build_duplicate_error(msg_id) from None
        except (DocumentTooLarge, WriteError) as error:
            if isinstance(error, WriteError) and error.code not in TOO_LARGE_CODES:
                raise
            raise RecordError(
                f"the record of msg_id {safe_repr(msg_id)} would be larger than the 16 MiB that a "
                "document of MongoDB may have; keep large buffers elsewhere"
            ) from error


def _project(fields: dict[str, Any], names: list[str] | None) -> Any:
    return with_defaults(fields) if names is None else {n: fields[n] for n in ("msg_id", *names)}
