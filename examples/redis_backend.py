"""A task store on Redis: one Redis hash for each store, one JSON text for each record.

Start a server with ``redis-server``; the variable REDIS_URL names another one. Check the store in
the root of the repository::

    taskdb check examples.redis_backend:backend --profile quick
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import redis

from taskdb_spec import (
    TASK_FIELDS,
    Backend,
    DuplicateRecord,
    RecordNotFound,
    TaskRecord,
    check_keys,
    checked_fields,
    compile_query,
    new_record,
)
from taskdb_spec.capabilities import QUERY_CAPABILITIES

DEFAULT_URL = "redis://127.0.0.1:6379/0"
KEY_PREFIX = "taskdb:"


class RedisDB:
    """A store in the Redis hash ``taskdb:<namespace>``, which maps ids to records.

    `update_record` reads, changes and writes a record. If two clients update the same record, one
    update can be lost. Therefore the backend does not claim `shared`.
    """

    def __init__(self, namespace: str) -> None:
        self._client = connect()
        self._key = KEY_PREFIX + namespace

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record. HSETNX writes only if the id is new, so no check can race."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        if not self._client.hsetnx(self._key, msg_id, json.dumps(encode(record))):
            raise DuplicateRecord(f"there is a record {msg_id!r} already")

    def get_record(self, msg_id: str, /) -> TaskRecord:
        """Return the whole record."""
        checked_fields(msg_id, {})  # refuses an id that is not a str; Redis would convert it
        text = self._client.hget(self._key, msg_id)
        if text is None:
            raise RecordNotFound(f"there is no record {msg_id!r}")
        record: TaskRecord = decode(text)
        return record

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        fields = checked_fields(msg_id, rec)
        record = {**self.get_record(msg_id), **fields}
        self._client.hset(self._key, msg_id, json.dumps(encode(record)))

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        checked_fields(msg_id, {})
        if not self._client.hdel(self._key, msg_id):
            raise RecordNotFound(f"there is no record {msg_id!r}")

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        if ids := self.find_records(check):  # HDEL needs at least one id
            self._client.hdel(self._key, *ids)

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return the records that the query matches, by id: whole, or the fields in `keys`."""
        matches = compile_query(check)
        names = ("msg_id", *(check_keys(keys) or TASK_FIELDS))
        found = [record for record in self._read_all() if matches(record)]
        return {r["msg_id"]: {name: r[name] for name in names} for r in found}

    def get_history(self) -> list[str]:
        """Return all ids by `submitted`; those without it come first."""
        # The ids make the order of records that were submitted at the same instant a stable one.
        times = [(r["submitted"], r["msg_id"]) for r in self._read_all()]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def _read_all(self) -> list[Any]:
        return [decode(text) for text in self._client.hvals(self._key)]


def connect() -> redis.Redis:
    """Return a client of a server that answers."""
    url = os.environ.get("REDIS_URL") or DEFAULT_URL
    client = redis.Redis.from_url(url, decode_responses=True)
    try:
        client.ping()
    except redis.ConnectionError as error:
        advice = "start one with `redis-server`, or set REDIS_URL"
        # The text has no URL, because a URL can have a password.
        raise ConnectionError(f"no Redis server answers: {error}; {advice}") from error
    return client


def encode(value: Any) -> Any:
    """Return a value in the types of JSON. Only a tag is an object, so no data looks like one."""
    if isinstance(value, dict):
        return {"dict": [[key, encode(item)] for key, item in value.items()]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    return {"date": value.isoformat()} if isinstance(value, datetime) else value


def decode(text: str | bytes) -> Any:
    """Return the value of a JSON text. The hook gets the inner objects first."""
    decoders: Any = {"dict": dict, "bytes": b64decode, "date": datetime.fromisoformat}
    return json.loads(text, object_pairs_hook=lambda pairs: decoders[pairs[0][0]](pairs[0][1]))


def discard(folder: Path) -> None:
    """Remove the stores of a folder and of its subfolders, and nothing else from the server."""
    with suppress(ConnectionError):  # without a server, no store was opened
        client = connect()
        for key in client.scan_iter(f"{KEY_PREFIX}*"):
            if Path(key.removeprefix(KEY_PREFIX)).is_relative_to(folder):
                client.delete(key)
        client.close()


backend = Backend(
    name="redis",
    open=lambda folder: RedisDB(namespace=str(folder)),
    capabilities=QUERY_CAPABILITIES | {"durable"},
    discard=discard,
)
