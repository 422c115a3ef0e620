"""The queries that IPython.parallel's documentation names, and their siblings (HUB-1, HUB-2)."""

from __future__ import annotations

from typing import Any


def pending() -> dict[str, Any]:
    """Tasks that are not completed."""
    return {"completed": None}


def completed() -> dict[str, Any]:
    """Tasks that are."""
    return {"completed": {"$ne": None}}


def outstanding(client_uuid: str) -> dict[str, Any]:
    """A client's tasks that are not completed."""
    return {"client_uuid": client_uuid, "completed": None}


def mia() -> dict[str, Any]:
    """Tasks that no engine was seen to take, and that are not completed."""
    return {"arrived": None, "completed": None}


def unassigned() -> dict[str, Any]:
    """Tasks that no engine has been given, and that are not completed."""
    return {"engine_uuid": None, "completed": None}


def queued_on(engine_uuid: str) -> dict[str, Any]:
    """An engine's tasks that are not completed."""
    return {"engine_uuid": engine_uuid, "completed": None}


def finished_on(engine_uuid: str) -> dict[str, Any]:
    """An engine's completed tasks: what the Hub's purge by engine drops."""
    return {"engine_uuid": engine_uuid, "completed": {"$ne": None}}
