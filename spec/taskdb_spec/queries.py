"""The named queries of IPython.parallel's documentation, and similar ones (HUB-1, HUB-2)."""

from __future__ import annotations

from typing import Any


def pending() -> dict[str, Any]:
    """Return the query for tasks that are not completed."""
    return {"completed": None}


def completed() -> dict[str, Any]:
    """Return the query for completed tasks."""
    return {"completed": {"$ne": None}}


def outstanding(client_uuid: str) -> dict[str, Any]:
    """Return the query for the tasks of one client that are not completed."""
    return {"client_uuid": client_uuid, "completed": None}


def mia() -> dict[str, Any]:
    """Return the query for tasks that have not arrived at an engine and are not completed."""
    return {"arrived": None, "completed": None}


def unassigned() -> dict[str, Any]:
    """Return the query for tasks that have no engine and are not completed."""
    return {"engine_uuid": None, "completed": None}


def queued_on(engine_uuid: str) -> dict[str, Any]:
    """Return the query for the tasks of one engine that are not completed."""
    return {"engine_uuid": engine_uuid, "completed": None}


def finished_on(engine_uuid: str) -> dict[str, Any]:
    """Return the query for the completed tasks of one engine; the Hub's purge drops these."""
    return {"engine_uuid": engine_uuid, "completed": {"$ne": None}}
