"""A server that goes and comes back, tables of other versions, and what is told of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from traitlets import TraitError

from bench.servers import PostgresServer
from taskdb_reference.backends.postgres import postgres_backend
from taskdb_reference.errors import StoreClosed, StoreUnavailable
from taskdb_reference.postgres import PostgresDB, StoreRefused, schema
from taskdb_reference.sql.columns import list_columns
from taskdb_spec import TASK_FIELDS, DuplicateRecord, RecordError
from tests.support.concurrency import at_once, running
from tests.support.sample_calls import CALLS

pytestmark = pytest.mark.server


@pytest.fixture
def db(postgres_url: str, request: pytest.FixtureRequest):
    store = PostgresDB(url=postgres_url, namespace=request.node.name)
    yield store
    store = PostgresDB(url=postgres_url, namespace=request.node.name)
    store.drop_matching_records({})
    store.close()


@pytest.fixture(scope="module")
def own():
    """A server that keeps what it has over a restart."""
    with PostgresServer(durable=True) as server:
        yield server


def test_the_table_has_the_columns_of_all_fields(db: PostgresDB) -> None:
    with db._begin_read() as run:
        rows = run(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'taskdb_records' ORDER BY ordinal_position",
            (),
        )
        assert [name for (name,) in rows] == ["store", *list_columns(TASK_FIELDS)]
    db.close()


def test_a_store_finds_its_server_again(own: PostgresServer) -> None:
    db = PostgresDB(url=own.url, namespace="again")
    db.add_record("a", {"label": "x"})
    for call in (lambda: db.update_record("a", {"label": "y"}), lambda: db.get_record("a")):
        own.stop()
        own.start()
        call()
    assert db.get_record("a")["label"] == "y"
    own.stop()
    own.start()
    db.drop_matching_records({"label": "y"})
    assert db.get_history() == []
    db.close()


def test_a_connection_that_the_server_ends_is_replaced(own: PostgresServer) -> None:
    db = PostgresDB(url=own.url, namespace="ended")
    db.add_record("a", {})
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    assert db.get_history() == ["a"]
    db.close()


@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_is_away(own: PostgresServer, call: str) -> None:
    db = PostgresDB(url=own.url, namespace=f"away {call}")
    db.add_record("a", {})
    db._pool._pool.timeout = 0.1  # only now, for a connection may take long to make
    own.stop()
    try:
        with pytest.raises(
            StoreUnavailable, match=r"gave no connection within .* s \(.*No such file"
        ):
            getattr(db, call)(*CALLS[call])
    finally:
        own.start()
    db.close()
    db = PostgresDB(url=own.url, namespace=f"away {call}")
    assert db.get_history() == ["a"]
    db.close()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = f"postgresql://somebody:secret@/db?host={tmp_path}"
    with pytest.raises(StoreUnavailable, match=str(tmp_path)) as refused:
        PostgresDB(url=url, timeout=0.1)
    assert "secret" not in str(refused.value)
    assert "No such file or directory" in str(refused.value)
    assert "check that it runs and accepts this client" in str(refused.value)
    assert "pool_size" not in str(refused.value)


def test_of_a_server_that_is_not_there_nothing_is_printed(tmp_path: Path) -> None:
    script = (
        "import sys; from taskdb_reference.postgres import PostgresDB\n"
        "from taskdb_reference.errors import StoreUnavailable\n"
        "try:\n    PostgresDB(url=sys.argv[1], timeout=0.1)\n"
        "except StoreUnavailable as error:\n    print(len(str(error).splitlines()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, f"host={tmp_path} dbname=x"], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_when_all_connections_are_in_use(postgres_url: str) -> None:
    db = PostgresDB(url=postgres_url, pool_size=1)
    with db._begin_read():
        db._pool._pool.timeout = 0.1  # only now, for a connection may take long to make
        with pytest.raises(
            StoreUnavailable, match="raise the store's pool_size if its 1 were busy"
        ):
            db.get_history()
    db.close()


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_takes_too_long(postgres_url: str, db: PostgresDB, call: str) -> None:
    db.add_record("a", {"label": "x"})
    db.close()
    hasty = PostgresDB(url=postgres_url, namespace=db.namespace, pool_size=1)
    with hasty._begin_read() as run:
        run("SET statement_timeout = 100", ())  # only now, for the others may take long
    with psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE taskdb_records IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable, match=r"took longer than .* s; nothing was changed"):
            getattr(hasty, call)(*CALLS[call])
        other.rollback()
    with hasty._begin_read() as run:
        run("RESET statement_timeout", ())
    assert hasty.find_records({}, keys=["label"]) == {"a": {"msg_id": "a", "label": "x"}}
    hasty.close()


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_store_says_so(db: PostgresDB, call: str) -> None:
    db.close()
    db.close()
    with pytest.raises(StoreClosed, match="was closed; make a new one to open it"):
        getattr(db, call)(*CALLS[call])


def test_the_environment_says_where_the_server_is(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKDB_POSTGRES_URL", postgres_url)
    db = PostgresDB(namespace="environment")
    assert db.get_history() == []
    db.close()


def test_options_in_the_url_are_kept(own: PostgresServer) -> None:
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA apart")
    db = PostgresDB(url=f"{own.url}&options=-csearch_path%3Dapart", timeout=20)
    with db._begin_read() as run:
        [[table, timeout]] = run(
            "SELECT to_regclass('apart.taskdb_records')::text, "
            "current_setting('statement_timeout')",
            (),
        )
    assert (table, timeout) == ("taskdb_records", "20s")
    db.close()


def test_without_a_url_the_store_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TASKDB_POSTGRES_URL", raising=False)
    with pytest.raises(StoreUnavailable, match="set TASKDB_POSTGRES_URL to the url of a Postgre"):
        postgres_backend.open(tmp_path)
    postgres_backend.discard(tmp_path)


def test_a_store_is_discarded_with_those_below_it_and_no_other(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TASKDB_POSTGRES_URL", postgres_url)
    names = [
        "/x_y/run",
        "/x_y/run/1",
        "/x_y/run/1/2",
        "/x_y/run2",
        "/x_y/run-",
        "/xzy/run/1",
        "/x_y",
    ]
    stores = [postgres_backend.open(Path(name)) for name in names]
    for store in stores:
        store.add_record("a", {})
    postgres_backend.discard(Path("/x_y/run"))
    assert [len(store.get_history()) for store in stores] == [0, 0, 0, 1, 1, 1, 1]
    for store in stores:
        store.drop_matching_records({})
        store.close()


def test_where_no_store_could_be_opened_there_is_nothing_to_discard(
    own: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare TEMPLATE template0")
    bare = own.url.replace("/postgres?", "/bare?")
    for url in (bare, f"postgresql:///postgres?host={tmp_path}", "nonsense"):
        monkeypatch.setenv("TASKDB_POSTGRES_URL", url)
        postgres_backend.discard(tmp_path)
    with psycopg.connect(bare) as connection:
        assert connection.execute("SELECT to_regclass('taskdb_records')").fetchone() == (None,)


@pytest.fixture
def stranger(own: PostgresServer):
    """The url of a user of the server who may do nothing yet, and what runs statements on it."""
    with psycopg.connect(own.url, autocommit=True) as connection:
        PostgresDB(url=own.url).close()
        connection.execute("CREATE ROLE stranger LOGIN")
        yield own.url.replace("postgres@", "stranger@"), connection.execute
        connection.execute("DROP OWNED BY stranger")
        connection.execute("DROP ROLE stranger")


def test_records_that_may_not_be_discarded_are_told(
    stranger: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = stranger
    monkeypatch.setenv("TASKDB_POSTGRES_URL", url)
    with pytest.raises(StoreUnavailable, match=r"may be left .* permission denied for table"):
        postgres_backend.discard(tmp_path)


def test_records_that_are_locked_are_told(
    stranger: Any, own: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = stranger
    run("GRANT ALL ON taskdb_records TO stranger")
    run("ALTER ROLE stranger SET lock_timeout = 1")
    monkeypatch.setenv("TASKDB_POSTGRES_URL", url)
    with psycopg.connect(own.url) as other:
        other.execute("LOCK TABLE taskdb_records IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable, match=r"may be left .* lock timeout"):
            postgres_backend.discard(tmp_path)


def test_records_on_a_server_with_no_connection_left_are_told(
    stranger: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = stranger
    run("ALTER ROLE stranger CONNECTION LIMIT 0")
    monkeypatch.setenv("TASKDB_POSTGRES_URL", url)
    with pytest.raises(StoreUnavailable, match=r"may be left .* too many connections"):
        postgres_backend.discard(tmp_path)


@pytest.mark.parametrize("field", ["msg_id", "client_uuid", "engine_uuid"])
def test_a_text_that_no_index_holds_is_refused(db: PostgresDB, field: str) -> None:
    text = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(5000))
    db.add_record("a", {"stdout": text, "label": text})
    with pytest.raises(RecordError, match="too large for PostgreSQL: index row"):
        db.add_record(text if field == "msg_id" else "b", {field: text})
    assert db.get_history() == ["a"]
    db.close()


def test_tables_of_an_older_version_are_brought_up_to_date(
    own: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = PostgresDB(url=own.url, namespace="older")
    db.add_record("a", {})
    db.close()
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE older TEMPLATE postgres")
    url = own.url.replace("/postgres?", "/older?")
    steps = (("ALTER TABLE taskdb_records ADD extra text DEFAULT 'new'",), ("DROP TABLE nothing",))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *steps))
    with pytest.raises(StoreUnavailable, match='table "nothing" does not exist'):
        PostgresDB(url=url)
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
    db = PostgresDB(url=url, namespace="older")
    assert db.get_history() == ["a"]
    with db._begin_read() as run:
        assert run("SELECT extra, version FROM taskdb_records, taskdb_schema", ()).fetchone() == (
            *("new", 2),
        )
    db.close()
    monkeypatch.undo()
    with pytest.raises(StoreRefused, match=r"newer version of taskdb-spec \(their schema is 2"):
        PostgresDB(url=url)


def test_processes_make_the_tables_together(own: PostgresServer) -> None:
    with psycopg.connect(own.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE together")
    url = own.url.replace("/postgres?", "/together?")
    script = (
        "import sys; from taskdb_reference.postgres import PostgresDB\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "db = PostgresDB(url=sys.argv[1]); db.add_record(sys.argv[2], {}); db.close()\n"
    )
    at_once([["-c", script, url, str(number)] for number in range(3)])
    db = PostgresDB(url=url)
    assert db.get_history() == ["0", "1", "2"]
    db.close()


def test_nothing_half_done_is_left_by_a_process_that_is_killed(
    postgres_url: str, db: PostgresDB
) -> None:
    script = (
        "import sys; from taskdb_reference.postgres import PostgresDB\n"
        "db = PostgresDB(url=sys.argv[1], namespace=sys.argv[2])\n"
        "with db._begin_write() as run:\n"
        "    db._insert(run, __import__('taskdb_spec').new_record('half'))\n"
        "    print('written', flush=True); sys.stdin.readline()\n"
    )
    with running([["-c", script, postgres_url, db.namespace]]) as [process]:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        assert db.get_history() == []
        process.kill()
    assert process.returncode == -signal.SIGKILL
    db.drop_matching_records({"msg_id": "half"})  # waits until the server has noticed
    db.add_record("half", {"label": "whole"})
    with pytest.raises(DuplicateRecord):
        db.add_record("half", {})
    assert db.get_record("half")["label"] == "whole"
    db.close()


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        *(("url", value) for value in (5, "http://x", "nonsense")),
        *(("namespace", value) for value in ("", "x" * 501, "\ud800", 5, None)),
        *(("pool_size", value) for value in (0, -1, "2")),
        *(("timeout", value) for value in (-1, None)),
    ],
)
def test_no_such_trait(trait: str, value: Any) -> None:
    with pytest.raises(TraitError, match=trait):
        PostgresDB(**{trait: value})
