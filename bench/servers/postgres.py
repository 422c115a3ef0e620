"""`PostgresServer`: PostgreSQL on a Unix socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from bench.servers.server import Server

NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
UNPRIVILEGED_USER = "nobody"  # PostgreSQL refuses to run as root.


class PostgresServer(Server):
    """A PostgreSQL server.

    Args:
        durable: If False, the server never waits for the disk.
    """

    name = "PostgreSQL"
    install = "install it: pip install pgserver, or: apt-get install postgresql"
    stop_signal = signal.SIGINT  # A fast shutdown: it does not wait for clients to disconnect.

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable
        if os.geteuid() == 0:
            self.user = UNPRIVILEGED_USER
            shutil.chown(self.folder, self.user)

    @property
    def url(self) -> str:
        """The URL for clients, on the Unix socket."""
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        """Start the server; before the first start, create its data folder.

        Raises:
            ServerError: It cannot be started.
        """
        if not self._data.exists():
            self._create_data()
        super().start()

    def command(self) -> list[str]:
        """Return the command line."""
        settings = ["listen_addresses=", "max_connections=200"]
        settings += () if self.durable else NOT_DURABLE
        program = str(self._find_binaries() / "postgres")
        return [
            *(program, "-D", str(self._data), "-k", str(self.folder)),
            *(part for setting in settings for part in ("-c", setting)),
        ]

    def answers(self) -> bool:
        """Return True if the server accepts a connection."""
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _create_data(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        program = str(self._find_binaries() / "initdb")
        process = _run([program, "-D", str(self._data), "--no-sync", *options], self.user)
        if process.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise self.make_error(
                f"initdb ended with status {process.returncode}: {process.stdout}"
            )

    def _find_binaries(self) -> Path:
        """Return the folder of the first installation that the user of the server can execute."""
        folders = list(_list_installations())
        for folder in folders:
            if _is_executable(folder / "initdb", self.user) and (folder / "postgres").exists():
                return folder
        if not folders:
            raise self.make_error("it is not installed")
        who = f" by the user {self.user!r}" if self.user else ""
        paths = ", ".join(map(str, folders))
        raise self.make_error(f"nothing in {paths} can be run{who}")


def _list_installations() -> Iterator[Path]:
    spec = find_spec("pgserver")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(folder, "pginstall", "bin")
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    )
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _is_executable(program: Path, user: str) -> bool:
    try:
        return _run([str(program), "--version"], user).returncode == 0
    except OSError:  # The file does not exist, or this user may not read it.
        return False


def _run(command: list[str], user: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user or None,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
    )
