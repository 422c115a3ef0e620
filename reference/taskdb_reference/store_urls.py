"""Openers of the reference stores for ``taskdb copy``, registered as ``taskdb.stores``.

The first argument of an opener is the part of a store's name after the kind, such as ``tasks.db``
of ``sqlite:tasks.db``. The second says whether the store is the source or the target of the copy.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from taskdb_reference._lazy import import_store_class
from taskdb_reference.sqlite import SQLiteDB
from taskdb_reference.sqlite.ipyparallel_import import import_ipyparallel
from taskdb_spec import TaskDB
from taskdb_spec.records.domain import safe_repr

Role = Literal["source", "target"]


def open_sqlite(place: str, role: Role) -> TaskDB:
    """Open ``sqlite:PATH``. A source must exist; a target is created if it does not.

    Raises:
        FileNotFoundError: The source does not exist.
    """
    if role == "source":
        _require_file(place)
    return SQLiteDB(filename=place)


def open_mongodb(place: str, _role: Role) -> TaskDB:
    """Open ``mongodb://HOST#NAMESPACE``. Without a url, use the server of the environment."""
    return _open_on_server("MongoDB", "mongodb", place)


def open_postgres(place: str, _role: Role) -> TaskDB:
    """Open ``postgresql://HOST/DATABASE#NAMESPACE``. Without a url, use the environment's."""
    return _open_on_server("PostgresDB", "postgresql", place)


def _open_on_server(store_name: str, scheme: str, place: str) -> TaskDB:
    address, _, namespace = place.partition("#")
    url = f"{scheme}:{address}" if address.startswith("//") else address
    settings = {"url": url, "namespace": namespace}
    given = {name: value for name, value in settings.items() if value}
    store: Any = import_store_class(store_name)(**given)
    return store  # type: ignore[no-any-return]


def open_ipyparallel_sqlite(place: str, role: Role) -> TaskDB:
    """Open ``ipyparallel-sqlite:PATH``, a file of ipyparallel's SQLiteDB, as a source only.

    Raises:
        ValueError: The role is ``target``.
        FileNotFoundError: The file does not exist.
    """
    if role == "target":
        raise ValueError("such a file can only be read; choose another target, such as sqlite:PATH")
    _require_file(place)
    return ImportedSQLiteDB(Path(place))


def _require_file(place: str) -> None:
    if not Path(place).is_file():
        raise FileNotFoundError(f"there is no file {place!r} to copy from")


class ImportedSQLiteDB(SQLiteDB):
    """A temporary store with the records of a file that ipyparallel's SQLiteDB wrote.

    `unreadable` lists the id and the reason for each record that could not be imported.

    Raises:
        StoreRefused: The file holds no table of tasks.
    """

    def __init__(self, file: Path) -> None:
        # A temporary file and not memory, because these files can be large.
        self._folder = TemporaryDirectory(prefix="taskdb-import-")
        super().__init__(filename=Path(self._folder.name) / "tasks.db", synchronous="off")
        try:
            report = import_ipyparallel(file, self)
        except BaseException:
            self.close()
            raise
        self.unreadable = [(safe_repr(one.msg_id), one.reason) for one in report.refused]

    def close(self) -> None:
        """Close the store and delete it."""
        super().close()
        self._folder.cleanup()
