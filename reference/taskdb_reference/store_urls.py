"""The reference stores by name, for ``taskdb copy``: what is registered as ``taskdb.stores``."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from taskdb_reference._lazy import store_class
from taskdb_reference.sqlite import SQLiteDB
from taskdb_reference.sqlite.ipyparallel_import import import_ipyparallel
from taskdb_spec import TaskDB
from taskdb_spec.records.domain import safe_repr

Role = Literal["source", "target"]


def open_sqlite(place: str, role: Role) -> TaskDB:
    """``sqlite:PATH``. A source has to be there; a target is made if it is not."""
    if role == "source":
        _must_be_there(place)
    return SQLiteDB(filename=place)


def open_mongodb(place: str, role: Role) -> TaskDB:
    """``mongodb://HOST#NAMESPACE``; without a url, the server that the environment names."""
    return _on_server("MongoDB", "mongodb", place)


def open_postgres(place: str, role: Role) -> TaskDB:
    """``postgresql://HOST/DATABASE#NAMESPACE``; without a url, what the environment names."""
    return _on_server("PostgresDB", "postgresql", place)


def _on_server(name: str, scheme: str, place: str) -> TaskDB:
    where, _, namespace = place.partition("#")
    url = f"{scheme}:{where}" if where.startswith("//") else where
    settings = {"url": url, "namespace": namespace}
    given = {setting: text for setting, text in settings.items() if text}
    store: Any = store_class(name)(**given)
    return store  # type: ignore[no-any-return]


def open_ipyparallel_sqlite(place: str, role: Role) -> TaskDB:
    """``ipyparallel-sqlite:PATH``, a file that ipyparallel's SQLiteDB wrote; a source only."""
    if role == "target":
        raise ValueError("such a file can only be read; choose another target, such as sqlite:PATH")
    _must_be_there(place)
    return Imported(Path(place))


def _must_be_there(place: str) -> None:
    if not Path(place).is_file():
        raise FileNotFoundError(f"there is no file {place!r} to copy from")


class Imported(SQLiteDB):
    """What a file of ipyparallel's holds, brought into a store of our own for a while.

    `unreadable` has the id and the reason of each record that could not be. Raises `StoreRefused`.
    """

    def __init__(self, file: Path) -> None:
        # Not in memory: such files grow large.
        self._folder = TemporaryDirectory(prefix="taskdb-import-")
        super().__init__(filename=Path(self._folder.name) / "tasks.db", synchronous="off")
        try:
            report = import_ipyparallel(file, self)
        except BaseException:
            self.close()
            raise
        self.unreadable = [(safe_repr(one.msg_id), one.reason) for one in report.refused]

    def close(self) -> None:
        """Close and remove it."""
        super().close()
        self._folder.cleanup()
