"""`PostgresServer`: PostgreSQL on a Unix socket in its folder."""

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

from tests.support.servers.server import Server

NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


class PostgresServer(Server):
    """A PostgreSQL cluster. Unless `durable`, it does not wait for the disk."""

    name = "PostgreSQL"
    install = "install it: pip install pgserver, or: apt-get install postgresql"
    stop_signal = signal.SIGINT  # fast: clients are disconnected

    def __init__(self, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable
        if os.geteuid() == 0:
            self.user = UNPRIVILEGED
            shutil.chown(self.folder, self.user)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        if not self._data.exists():
            self._make_cluster()
        super().start()

    def command(self) -> list[str]:
        settings = ["listen_addresses=", "max_connections=200"]
        settings += () if self.durable else NOT_DURABLE
        return [
            *(str(self._binaries() / "postgres"), "-D", str(self._data), "-k", str(self.folder)),
            *(part for setting in settings for part in ("-c", setting)),
        ]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _make_cluster(self) -> None:
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        command = [str(self._binaries() / "initdb"), "-D", str(self._data), "--no-sync", *options]
        done = _run(command, self.user)
        if done.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise self.failed(f"initdb ended with status {done.returncode}: {done.stdout}")

    def _binaries(self) -> Path:
        """The folder of the first installation that can be run here."""
        folders = list(_installations())
        for folder in folders:
            if _runs(folder / "initdb", self.user) and (folder / "postgres").exists():
                return folder
        if not folders:
            raise self.failed("it is not installed")
        who = f" by the user {self.user!r}" if self.user else ""
        raise self.failed(f"nothing in {', '.join(map(str, folders))} can be run{who}")


def _installations() -> Iterator[Path]:
    spec = find_spec("pgserver")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(folder, "pginstall", "bin")
    yield from sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    )
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _runs(program: Path, user: str) -> bool:
    try:
        return _run([str(program), "--version"], user).returncode == 0
    except OSError:  # not there, or not for this user
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
