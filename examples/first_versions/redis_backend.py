"""A first version of the store on Redis. Do not copy it: it has these faults.

- The ids are bytes, as the driver returns them: FIND-1, HIST-1.
- `check_keys` returns the keys as they are, so `msg_id` can be missing: KEYS-1.
- A refusal raises an error of the driver, which is no KeyError: ERR-1, ERR-2.

See them in the root of the repository::

    taskdb check examples.first_versions.redis_backend:backend --profile quick
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis

from taskdb_spec import Backend, check_keys, checked_fields, compile_query, new_record
from taskdb_spec.capabilities import QUERY_CAPABILITIES

FAULTS = {
    "FIND-1": "the ids are bytes, as the driver returns them",
    "HIST-1": "the ids in the history are bytes",
    "KEYS-1": "a projection without `msg_id` in its keys has no msg_id",
    "ERR-1": "an id that exists raises an error of the driver, which is no KeyError",
    "ERR-2": "an unknown id raises an error of the driver, which is no KeyError",
}
KEY_PREFIX = "taskdb-first:"


class FirstRedisDB:
    """A store in a Redis hash, which maps ids to pickles."""

    def __init__(self, namespace: str) -> None:
        self._client = connect()
        self._key = KEY_PREFIX + namespace

    def add_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Store a new record."""
        record = new_record(msg_id, **checked_fields(msg_id, rec))
        if not self._client.hsetnx(self._key, msg_id, pickle.dumps(record)):
            raise redis.DataError(f"there is a record {msg_id!r} already")

    def get_record(self, msg_id: str, /) -> Any:
        """Return the whole record."""
        checked_fields(msg_id, {})
        data: Any = self._client.hget(self._key, msg_id)
        if data is None:
            raise redis.DataError(f"there is no record {msg_id!r}")
        return pickle.loads(data)

    def update_record(self, msg_id: str, rec: Mapping[str, Any], /) -> None:
        """Replace the fields that `rec` names."""
        fields = checked_fields(msg_id, rec)
        record = {**self.get_record(msg_id), **fields}
        self._client.hset(self._key, msg_id, pickle.dumps(record))

    def drop_record(self, msg_id: str, /) -> None:
        """Remove the record."""
        checked_fields(msg_id, {})
        if not self._client.hdel(self._key, msg_id):
            raise redis.DataError(f"there is no record {msg_id!r}")

    def drop_matching_records(self, check: dict[str, Any], /) -> None:
        """Remove the records that `find_records` finds."""
        if ids := self.find_records(check):
            self._client.hdel(self._key, *ids)

    def find_records(
        self, check: dict[str, Any], keys: Sequence[str] | None = None
    ) -> dict[Any, Any]:
        """Return the records that the query matches, by id."""
        matches, names = compile_query(check), check_keys(keys)
        found = {i: record for i, record in self._read_all().items() if matches(record)}
        if names is None:
            return found
        return {i: {name: record[name] for name in names} for i, record in found.items()}

    def get_history(self) -> list[Any]:
        """Return all ids by `submitted`; those without it come first."""
        times = [(record["submitted"], i) for i, record in self._read_all().items()]
        return [i for _, _, i in sorted((time is not None, time or 0, i) for time, i in times)]

    def close(self) -> None:
        """Close the connections to the server."""
        self._client.close()

    def _read_all(self) -> dict[Any, Any]:
        stored: dict[Any, Any] = self._client.hgetall(self._key)
        return {msg_id: pickle.loads(data) for msg_id, data in stored.items()}


def connect() -> redis.Redis:
    """Return a client of the server."""
    return redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))


def discard(folder: Path) -> None:
    """Remove the stores of a folder and of its subfolders."""
    with suppress(redis.ConnectionError):
        client = connect()
        for key in client.scan_iter(f"{KEY_PREFIX}*"):
            if Path(key.decode().removeprefix(KEY_PREFIX)).is_relative_to(folder):
                client.delete(key)


backend = Backend(
    name="first-redis",
    open=lambda folder: FirstRedisDB(namespace=str(folder)),
    capabilities=QUERY_CAPABILITIES | {"durable"},
    discard=discard,
)
