"""Tests of the names of stores on servers."""

from __future__ import annotations

from typing import Any

import pytest

from taskdb_spec.migration.store_urls import open_store


@pytest.mark.parametrize(
    ("name", "cls", "settings"),
    [
        ("mongodb://h:1/?w=1#hub", "MongoDB", {"url": "mongodb://h:1/?w=1", "namespace": "hub"}),
        ("mongodb:", "MongoDB", {}),
        ("postgresql://u@h/db", "PostgresDB", {"url": "postgresql://u@h/db"}),
        ("postgres://u@h/db", "PostgresDB", {"url": "postgresql://u@h/db"}),
        ("postgres:host=h dbname=db", "PostgresDB", {"url": "host=h dbname=db"}),
        ("postgres:#hub", "PostgresDB", {"namespace": "hub"}),
    ],
)
def test_stores_on_servers(
    name: str, cls: str, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def store_class(name: str) -> Any:
        return lambda **given: opened.append((name, given))

    monkeypatch.setattr("taskdb_reference.store_urls.import_store_class", store_class)
    open_store(name, "target")
    assert opened == [(cls, settings)]
