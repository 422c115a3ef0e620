"""Waiting for conditions, never for an amount of time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

TIMEOUT_SECONDS = 120
"""How long to wait for anything, in seconds: far more than it takes where it works at all."""


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What `condition` returns, once that is true; AssertionError if it never is."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (met := condition()):
        assert time.monotonic() < deadline, f"waited {TIMEOUT_SECONDS} s in vain for {what}"
        time.sleep(0.05)
    return met
